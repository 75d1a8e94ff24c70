SELECT failed_stage,
    coalesce(failure_code, 'unknown') AS decline_reason,
    count(*) AS payment_declines,
    count(*) / sum(count(*)) OVER () AS payment_decline_share
FROM payments
WHERE NOT is_test AND failed_stage IS NOT NULL
    AND attempted_at >= TIMESTAMP '2026-09-30 22:00' AND attempted_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
