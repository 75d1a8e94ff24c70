SELECT (CASE WHEN created_at < TIMESTAMP '2026-10-25 01:00' THEN created_at + INTERVAL 2 HOUR
    ELSE created_at + INTERVAL 1 HOUR END)::DATE AS bucket,
    count(*) AS total_bookings,
    sum(price_base_minor)::BIGINT AS gross_bookings_value
FROM bookings
WHERE NOT is_test AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY bucket
