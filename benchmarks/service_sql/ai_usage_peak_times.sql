-- Local hours of the month by weekday and hour: on the last Sunday one of them comes twice.
WITH hours AS (
    SELECT isodow(clock) AS weekday, hour(clock) AS hour_of_day, count(*) AS hours
    FROM (
        SELECT CASE WHEN instant < TIMESTAMP '2026-10-25 01:00' THEN instant + INTERVAL 2 HOUR
            ELSE instant + INTERVAL 1 HOUR END AS clock
        FROM range(
            TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00', INTERVAL 1 HOUR
        ) AS hours (instant)
    )
    GROUP BY ALL
),
counts AS (
    SELECT isodow(clock) AS weekday, hour(clock) AS hour_of_day, count(*) AS happened
    FROM (
        SELECT CASE WHEN received_at < TIMESTAMP '2026-10-25 01:00' THEN received_at + INTERVAL 2 HOUR
            ELSE received_at + INTERVAL 1 HOUR END AS clock
        FROM ai_queries
        WHERE NOT is_test AND parent_query_id IS NULL
            AND received_at >= TIMESTAMP '2026-09-30 22:00' AND received_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY ALL
)
SELECT weekday::VARCHAR AS weekday, lpad(hour_of_day::VARCHAR, 2, '0') AS hour_of_day,
    happened / hours AS ai_queries_per_hour
FROM counts
JOIN hours USING (weekday, hour_of_day)
