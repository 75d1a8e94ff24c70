SELECT coalesce(business_model, 'unknown') AS business_model,
    coalesce(leg, 'unknown') AS leg,
    coalesce(sum(amount_base_minor) FILTER (WHERE entry = 'accrued'), 0)::BIGINT AS commission_accrued,
    coalesce(sum(amount_base_minor) FILTER (WHERE entry = 'invoiced'), 0)::BIGINT AS commission_invoiced,
    coalesce(sum(amount_base_minor) FILTER (WHERE entry = 'paid'), 0)::BIGINT AS commission_paid,
    coalesce(sum(amount_base_minor) FILTER (WHERE entry = 'clawed_back'), 0)::BIGINT AS commission_clawed_back
FROM commission_entries
WHERE NOT is_test AND leg IN ('agency', 'distributor', 'reseller')
    AND occurred_at >= TIMESTAMP '2026-09-30 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
