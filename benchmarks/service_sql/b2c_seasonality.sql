-- The mean of each month's ratios to the centred twelve-month average, over the mean of all.
WITH months AS (
    SELECT date_trunc('month', CASE
            WHEN created_at < TIMESTAMP '2024-03-31 01:00' THEN created_at + INTERVAL 1 HOUR
            WHEN created_at < TIMESTAMP '2024-10-27 01:00' THEN created_at + INTERVAL 2 HOUR
            WHEN created_at < TIMESTAMP '2025-03-30 01:00' THEN created_at + INTERVAL 1 HOUR
            WHEN created_at < TIMESTAMP '2025-10-26 01:00' THEN created_at + INTERVAL 2 HOUR
            WHEN created_at < TIMESTAMP '2026-03-29 01:00' THEN created_at + INTERVAL 1 HOUR
            WHEN created_at < TIMESTAMP '2026-10-25 01:00' THEN created_at + INTERVAL 2 HOUR
            ELSE created_at + INTERVAL 1 HOUR
        END) AS month, count(*) AS there
    FROM bookings
    WHERE NOT is_test AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY month
),
around AS (
    SELECT month, there,
        2 * sum(there) OVER (ORDER BY month ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING)
            + lag(there, 6) OVER (ORDER BY month) + lead(there, 6) OVER (ORDER BY month) AS doubled
    FROM months
),
means AS (
    SELECT month(month) AS month_of_year, avg(24 * there / doubled) AS ratio
    FROM around
    WHERE doubled IS NOT NULL
    GROUP BY month_of_year
)
SELECT lpad(month_of_year::VARCHAR, 2, '0') AS month_of_year,
    12 * ratio / sum(ratio) OVER () AS seasonal_index
FROM means;

-- The mean of each month's ratios to the centred twelve-month average, over the mean of all.
WITH months AS (
    SELECT date_trunc('month', starts_on) AS month, count(*) AS there
    FROM bookings
    WHERE NOT is_test AND created_at IS NOT NULL AND starts_on < DATE '2026-11-01'
    GROUP BY month
),
around AS (
    SELECT month, there,
        2 * sum(there) OVER (ORDER BY month ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING)
            + lag(there, 6) OVER (ORDER BY month) + lead(there, 6) OVER (ORDER BY month) AS doubled
    FROM months
),
means AS (
    SELECT month(month) AS month_of_year, avg(24 * there / doubled) AS ratio
    FROM around
    WHERE doubled IS NOT NULL
    GROUP BY month_of_year
)
SELECT lpad(month_of_year::VARCHAR, 2, '0') AS month_of_year,
    12 * ratio / sum(ratio) OVER () AS seasonal_index_of_stays
FROM means
