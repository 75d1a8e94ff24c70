SELECT
    date_trunc('day', CASE
        WHEN cancelled_at < TIMESTAMP '2025-03-30 01:00:00' THEN cancelled_at + INTERVAL 1 HOUR
        WHEN cancelled_at < TIMESTAMP '2025-10-26 01:00:00' THEN cancelled_at + INTERVAL 2 HOUR
        ELSE cancelled_at + INTERVAL 1 HOUR
    END) AS local_day,
    count(*) AS cancellations,
    sum(price_base_minor)::BIGINT AS cancelled_value
FROM bookings
WHERE NOT is_test
    AND cancelled_at >= TIMESTAMP '2024-12-31 23:00:00'
    AND cancelled_at < TIMESTAMP '2025-12-31 23:00:00'
GROUP BY local_day
