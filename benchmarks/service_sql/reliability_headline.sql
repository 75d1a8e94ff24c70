-- October 2026 beside September as it was known when it ended.
WITH months (is_now, starts, ends) AS (
    VALUES (true, TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00'),
        (false, TIMESTAMP '2026-08-31 22:00', TIMESTAMP '2026-09-30 22:00')
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
system AS (
    SELECT is_now,
        sum(epoch_us(until) - epoch_us(instant)) FILTER (WHERE is_measured) AS measured,
        coalesce(sum(epoch_us(until) - epoch_us(instant)) FILTER (WHERE is_down), 0) AS down
    FROM all_steps
    GROUP BY is_now
),
added AS (
    SELECT is_now,
        sum(epoch_us(until) - epoch_us(instant)) FILTER (WHERE is_measured) / 1000000 AS measured_seconds,
        coalesce(sum(epoch_us(until) - epoch_us(instant)) FILTER (WHERE is_measured AND is_down), 0) / 1000000
            AS downtime_seconds
    FROM steps
    GROUP BY is_now
),
requested AS (
    SELECT bucket_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        sum(good) FILTER (WHERE valid IS NOT NULL) / sum(valid) FILTER (WHERE good IS NOT NULL)
            AS request_success_rate
    FROM request_counts
    WHERE bucket_at >= TIMESTAMP '2026-08-31 22:00' AND bucket_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
asked AS (
    SELECT *, status IN ('ok', 'error', 'timeout')
        AND (done_at IS NOT NULL OR status = 'timeout') AS has_ended,
        CASE WHEN status = 'timeout' THEN coalesce(limit_ms, taken) ELSE taken END AS waited
    FROM (
        SELECT *, CASE WHEN completed_at < known THEN completed_at END AS done_at,
            (epoch_us(done_at) - epoch_us(received_at)) // 1000 AS taken
        FROM (
            SELECT *, received_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
                CASE WHEN received_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                    ELSE TIMESTAMP '2026-10-31 23:00' END AS known
            FROM ai_queries
            WHERE NOT is_test AND parent_query_id IS NULL
                AND received_at >= TIMESTAMP '2026-08-31 22:00' AND received_at < TIMESTAMP '2026-10-31 23:00'
        )
    )
),
waits AS (
    SELECT is_now, quantile_cont(waited, 0.95) FILTER (WHERE has_ended) AS ai_response_p95
    FROM asked
    GROUP BY is_now
)
SELECT is_now, (measured - down) / measured AS system_uptime,
    (measured_seconds - downtime_seconds) / measured_seconds AS service_uptime,
    downtime_seconds, request_success_rate, ai_response_p95
FROM system
JOIN added USING (is_now)
JOIN requested USING (is_now)
JOIN waits USING (is_now)
