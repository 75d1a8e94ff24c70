SELECT coalesce(business_model, 'unknown') AS business_model,
    sum(amount_base_minor)::BIGINT AS commission_accrued,
    sum(amount_base_minor) FILTER (WHERE commissionable_base_minor IS NOT NULL)
        / sum(commissionable_base_minor) FILTER (WHERE amount_base_minor IS NOT NULL) AS effective_commission
FROM commission_entries
WHERE NOT is_test AND leg IN ('agency', 'distributor', 'reseller') AND entry = 'accrued'
    AND occurred_at >= TIMESTAMP '2026-09-30 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
