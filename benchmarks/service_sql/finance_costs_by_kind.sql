SELECT coalesce(kind, 'unknown') AS cost_kind,
    sum(amount_base_minor)::BIGINT AS costs
FROM costs
WHERE spent_on >= DATE '2026-10-01' AND spent_on < DATE '2026-11-01'
GROUP BY ALL
