SELECT coalesce(method, 'unknown') AS method,
    count(*) AS payment_attempts,
    count(captured_at) / count(*) FILTER (
        WHERE captured_at IS NOT NULL OR failed_stage IS NOT NULL OR voided_at IS NOT NULL
    ) AS payment_attempt_success_rate
FROM payments
WHERE NOT is_test
    AND attempted_at >= TIMESTAMP '2026-09-30 22:00' AND attempted_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL;

SELECT coalesce(method, 'unknown') AS method,
    sum(captured_base_minor)::BIGINT AS payment_value
FROM payments
WHERE NOT is_test AND attempted_at IS NOT NULL
    AND captured_at >= TIMESTAMP '2026-09-30 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
