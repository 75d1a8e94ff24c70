-- Customers first seen in October, by months since then; at the end of October only month 0 is over.
SELECT '00' AS age,
    count(DISTINCT customer_id) FILTER (WHERE months = 0) / count(DISTINCT customer_id) AS cohort_retention,
    count(DISTINCT customer_id) FILTER (WHERE months >= 0) / count(DISTINCT customer_id)
        AS cohort_retention_unbounded
FROM (
    SELECT customer_id, datediff('month', DATE '2026-10-01', (
            CASE WHEN created_at < TIMESTAMP '2026-10-25 01:00' THEN created_at + INTERVAL 2 HOUR
                ELSE created_at + INTERVAL 1 HOUR END
        )::DATE) AS months
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
)
WHERE customer_id IN (
        SELECT customer_id FROM bookings
        WHERE NOT is_test AND created_at < TIMESTAMP '2026-10-31 23:00'
        GROUP BY customer_id
        HAVING min(created_at) >= TIMESTAMP '2026-09-30 22:00'
    )
