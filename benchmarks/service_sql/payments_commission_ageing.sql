SELECT coalesce(CASE
        WHEN due_on >= DATE '2026-11-01' THEN '0 not yet due'
        WHEN due_on >= DATE '2026-11-01' - 30 THEN '1 up to 30 days'
        WHEN due_on >= DATE '2026-11-01' - 60 THEN '2 31 to 60 days'
        WHEN due_on >= DATE '2026-11-01' - 90 THEN '3 61 to 90 days'
        WHEN due_on < DATE '2026-11-01' - 90 THEN '4 over 90 days'
    END, 'unknown') AS ageing_band,
    sum(CASE entry WHEN 'invoiced' THEN amount_base_minor ELSE -amount_base_minor END)::BIGINT
        AS commission_outstanding
FROM commission_entries
WHERE NOT is_test AND leg IN ('agency', 'distributor', 'reseller') AND entry IN ('invoiced', 'paid')
    AND occurred_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ageing_band
