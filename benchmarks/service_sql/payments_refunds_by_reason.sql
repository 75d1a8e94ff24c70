SELECT coalesce(reason, 'unknown') AS refund_reason,
    count(*) AS refunds_paid,
    sum(amount_base_minor)::BIGINT AS refunded_value
FROM refunds
WHERE NOT is_test AND requested_at IS NOT NULL
    AND refunded_at >= TIMESTAMP '2026-09-30 22:00' AND refunded_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
