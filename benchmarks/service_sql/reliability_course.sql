WITH months (is_now, starts, ends) AS (
    VALUES (true, TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00')
),
spans AS (
    SELECT is_now, service, greatest(monitored_from, starts) AS low, least(monitored_to, ends) AS high,
        1 AS watched, 0 AS unknown, 0 AS down
    FROM services, months
    UNION ALL
    SELECT is_now, service, greatest(started_at, starts), least(ended_at, ends),
        0, (kind <> 'unplanned')::INTEGER, (kind = 'unplanned')::INTEGER
    FROM outages, months
),
edges AS (
    SELECT is_now, service, low AS instant, watched, unknown, down FROM spans WHERE low < high
    UNION ALL
    SELECT is_now, service, high, -watched, -unknown, -down FROM spans WHERE low < high
),
steps AS (
    SELECT is_now, service, instant, lead(instant) OVER run AS until,
        sum(watched) OVER run > 0 AND sum(unknown) OVER run = 0 AS is_measured,
        sum(down) OVER run > 0 AS is_down
    FROM (
        SELECT is_now, service, instant, sum(watched) AS watched, sum(unknown) AS unknown, sum(down) AS down
        FROM edges
        GROUP BY ALL
    )
    WINDOW run AS (PARTITION BY is_now, service ORDER BY instant)
),
all_edges AS (
    SELECT is_now, instant, 1 AS measured, is_down::INTEGER AS down FROM steps WHERE is_measured
    UNION ALL
    SELECT is_now, until, -1, -is_down::INTEGER FROM steps WHERE is_measured
),
all_steps AS (
    SELECT is_now, instant, lead(instant) OVER run AS until,
        sum(measured) OVER run > 0 AS is_measured, sum(down) OVER run > 0 AS is_down
    FROM (SELECT is_now, instant, sum(measured) AS measured, sum(down) AS down FROM all_edges GROUP BY ALL)
    WINDOW run AS (PARTITION BY is_now ORDER BY instant)
),
days AS (
    SELECT day::DATE AS bucket,
        CASE WHEN day <= DATE '2026-10-25' THEN day - INTERVAL 2 HOUR
            ELSE day - INTERVAL 1 HOUR END AS starts,
        lead(starts, 1, TIMESTAMP '2026-10-31 23:00') OVER (ORDER BY day) AS ends
    FROM range(DATE '2026-10-01', DATE '2026-11-01', INTERVAL 1 DAY) AS days (day)
),
together AS (
    SELECT bucket,
        sum(epoch_us(least(until, ends)) - epoch_us(greatest(instant, starts))) FILTER (WHERE is_measured)
            AS measured,
        coalesce(
            sum(epoch_us(least(until, ends)) - epoch_us(greatest(instant, starts))) FILTER (WHERE is_down), 0
        ) AS down
    FROM all_steps
    JOIN days ON instant < ends AND until > starts
    GROUP BY bucket
),
added AS (
    SELECT bucket,
        sum(epoch_us(least(until, ends)) - epoch_us(greatest(instant, starts))) / 1000000 AS downtime_seconds
    FROM steps
    JOIN days ON instant < ends AND until > starts
    WHERE is_measured AND is_down
    GROUP BY bucket
)
SELECT bucket, (measured - down) / measured AS system_uptime,
    coalesce(downtime_seconds, 0) AS downtime_seconds
FROM together
LEFT JOIN added USING (bucket)
