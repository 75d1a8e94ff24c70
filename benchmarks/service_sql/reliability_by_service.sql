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
added AS (
    SELECT service,
        sum(epoch_us(until) - epoch_us(instant)) FILTER (WHERE is_measured) / 1000000 AS measured_seconds,
        coalesce(sum(epoch_us(until) - epoch_us(instant)) FILTER (WHERE is_measured AND is_down), 0) / 1000000
            AS downtime_seconds
    FROM steps
    GROUP BY service
)
SELECT service, (measured_seconds - downtime_seconds) / measured_seconds AS service_uptime,
    downtime_seconds, measured_seconds
FROM added
