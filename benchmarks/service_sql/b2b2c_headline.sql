-- October 2026 beside September as it was known when it ended.
WITH earned AS (
    SELECT occurred_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END) AS net_revenue
    FROM commission_entries
    WHERE NOT is_test AND leg = 'platform' AND entry IN ('accrued', 'clawed_back')
        AND occurred_at >= TIMESTAMP '2026-08-31 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
captured AS (
    SELECT captured_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, sum(fee_base_minor) AS payment_fees
    FROM payments
    WHERE NOT is_test AND attempted_at IS NOT NULL
        AND captured_at >= TIMESTAMP '2026-08-31 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
spent AS (
    SELECT spent_on >= DATE '2026-10-01' AS is_now, sum(amount_base_minor) AS amount
    FROM costs
    WHERE kind IN ('incentive', 'support') AND spent_on >= DATE '2026-09-01' AND spent_on < DATE '2026-11-01'
    GROUP BY is_now
),
terms AS (
    SELECT partner_id, valid_from, valid_to
    FROM partner_terms
    JOIN (SELECT partner_id FROM partners) USING (partner_id)
    WHERE white_label AND (valid_to IS NULL OR valid_to > valid_from)
),
visits AS (
    SELECT started_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(DISTINCT partner_id) AS active_tenants,
        count(DISTINCT booking_id) FILTER (
            WHERE booked_at < CASE
                WHEN started_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00'
            END
        ) AS white_label_bookings
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE AND own_domain
        AND started_at >= TIMESTAMP '2026-08-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
        AND EXISTS (
            SELECT 1 FROM terms
            WHERE terms.partner_id = sessions.partner_id AND valid_from <= started_at
                AND (valid_to IS NULL OR valid_to > started_at)
        )
    GROUP BY is_now
),
provisioned AS (
    SELECT is_now, count(DISTINCT partner_id) AS provisioned_tenants
    FROM terms
    JOIN (VALUES (true, TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00'),
        (false, TIMESTAMP '2026-08-31 22:00', TIMESTAMP '2026-09-30 22:00'))
        AS months (is_now, starts, ends) ON valid_from < ends
    WHERE valid_to IS NULL OR valid_to > starts
    GROUP BY is_now
)
SELECT is_now, (net_revenue - payment_fees - amount)::BIGINT AS partner_contribution,
    active_tenants, provisioned_tenants,
    active_tenants / provisioned_tenants AS white_label_usage,
    white_label_bookings,
    white_label_bookings / active_tenants AS bookings_per_tenant
FROM earned
JOIN captured USING (is_now)
JOIN spent USING (is_now)
JOIN visits USING (is_now)
JOIN provisioned USING (is_now)
