SELECT (CASE WHEN captured_at < TIMESTAMP '2026-10-25 01:00' THEN captured_at + INTERVAL 2 HOUR
    ELSE captured_at + INTERVAL 1 HOUR END)::DATE AS bucket,
    sum(captured_base_minor)::BIGINT AS payment_value
FROM payments
WHERE NOT is_test AND attempted_at IS NOT NULL
    AND captured_at >= TIMESTAMP '2026-09-30 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY bucket;

SELECT (CASE WHEN attempted_at < TIMESTAMP '2026-10-25 01:00' THEN attempted_at + INTERVAL 2 HOUR
    ELSE attempted_at + INTERVAL 1 HOUR END)::DATE AS bucket,
    count(captured_at) / count(*) FILTER (
        WHERE captured_at IS NOT NULL OR failed_stage IS NOT NULL OR voided_at IS NOT NULL
    ) AS payment_attempt_success_rate
FROM payments
WHERE NOT is_test
    AND attempted_at >= TIMESTAMP '2026-09-30 22:00' AND attempted_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY bucket;

SELECT (CASE WHEN refunded_at < TIMESTAMP '2026-10-25 01:00' THEN refunded_at + INTERVAL 2 HOUR
    ELSE refunded_at + INTERVAL 1 HOUR END)::DATE AS bucket,
    sum(amount_base_minor)::BIGINT AS refunded_value
FROM refunds
WHERE NOT is_test AND requested_at IS NOT NULL
    AND refunded_at >= TIMESTAMP '2026-09-30 22:00' AND refunded_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY bucket
