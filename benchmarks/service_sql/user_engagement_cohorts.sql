-- Customers first seen in October, by months since then; at the end of October only month 0 is over.
WITH months AS (
    SELECT DISTINCT customer_id, date_trunc('month', CASE
            WHEN created_at < TIMESTAMP '2024-03-31 01:00' THEN created_at + INTERVAL 1 HOUR
            WHEN created_at < TIMESTAMP '2024-10-27 01:00' THEN created_at + INTERVAL 2 HOUR
            WHEN created_at < TIMESTAMP '2025-03-30 01:00' THEN created_at + INTERVAL 1 HOUR
            WHEN created_at < TIMESTAMP '2025-10-26 01:00' THEN created_at + INTERVAL 2 HOUR
            WHEN created_at < TIMESTAMP '2026-03-29 01:00' THEN created_at + INTERVAL 1 HOUR
            WHEN created_at < TIMESTAMP '2026-10-25 01:00' THEN created_at + INTERVAL 2 HOUR
            ELSE created_at + INTERVAL 1 HOUR
        END) AS month
    FROM bookings
    WHERE NOT is_test AND customer_id IS NOT NULL AND created_at < TIMESTAMP '2026-10-31 23:00'
),
spans AS (
    SELECT customer_id, min(month) AS first_month, max(month) AS last_month
    FROM months
    GROUP BY customer_id
    HAVING first_month = DATE '2026-10-01'
),
ages AS (
    SELECT first_month, age FROM (SELECT DISTINCT first_month FROM spans), range(1) AS ages (age)
)
SELECT lpad(age::VARCHAR, 2, '0') AS age,
    count(*) FILTER (WHERE months.month IS NOT NULL) / count(*) AS cohort_retention,
    count(*) FILTER (WHERE datediff('month', first_month, last_month) >= age) / count(*)
        AS cohort_retention_unbounded
FROM spans
JOIN ages USING (first_month)
LEFT JOIN months ON months.customer_id = spans.customer_id
    AND datediff('month', first_month, month) = age
GROUP BY age
