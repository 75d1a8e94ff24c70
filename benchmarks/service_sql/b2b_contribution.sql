-- Each table added up by partner first; then what came in less what it cost.
WITH amounts AS (
    SELECT partner_id,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END) AS net_revenue,
        0 AS cost
    FROM commission_entries
    WHERE NOT is_test AND leg = 'platform' AND entry IN ('accrued', 'clawed_back')
        AND occurred_at >= TIMESTAMP '2026-09-30 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY partner_id
    UNION ALL
    SELECT partner_id, 0, sum(fee_base_minor)
    FROM payments
    WHERE NOT is_test AND attempted_at IS NOT NULL
        AND captured_at >= TIMESTAMP '2026-09-30 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY partner_id
    UNION ALL
    SELECT partner_id, 0, sum(amount_base_minor)
    FROM costs
    WHERE kind IN ('incentive', 'support') AND spent_on >= DATE '2026-10-01' AND spent_on < DATE '2026-11-01'
    GROUP BY partner_id
)
SELECT coalesce(name, 'unknown') AS partner_name,
    sum(net_revenue)::BIGINT AS net_revenue,
    (sum(net_revenue) - coalesce(sum(cost), 0))::BIGINT AS partner_contribution
FROM amounts
LEFT JOIN (SELECT partner_id, name, kind FROM partners) USING (partner_id)
GROUP BY ALL
