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
        SELECT CASE WHEN started_at < TIMESTAMP '2026-10-25 01:00' THEN started_at + INTERVAL 2 HOUR
            ELSE started_at + INTERVAL 1 HOUR END AS clock
        FROM sessions
        WHERE NOT is_test AND is_bot IS NOT TRUE
            AND started_at >= TIMESTAMP '2026-09-30 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY ALL
)
SELECT weekday::VARCHAR AS weekday, lpad(hour_of_day::VARCHAR, 2, '0') AS hour_of_day,
    happened / hours AS sessions_per_hour
FROM counts
JOIN hours USING (weekday, hour_of_day)
