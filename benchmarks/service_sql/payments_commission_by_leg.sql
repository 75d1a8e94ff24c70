SELECT coalesce(business_model, 'unknown') AS business_model,
    coalesce(leg, 'unknown') AS leg,
    sum(amount_base_minor)::BIGINT AS price_divided
FROM commission_entries
WHERE NOT is_test AND entry = 'accrued'
    AND occurred_at >= TIMESTAMP '2026-09-30 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
