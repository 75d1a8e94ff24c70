WITH asked AS (
    SELECT *, status IN ('ok', 'error', 'timeout') AND (completed_at IS NOT NULL OR status = 'timeout')
            AS has_ended,
        CASE WHEN status = 'timeout' THEN coalesce(limit_ms, taken) ELSE taken END AS waited
    FROM (
        SELECT *, (epoch_us(completed_at) - epoch_us(received_at)) // 1000 AS taken
        FROM ai_queries
        WHERE NOT is_test AND parent_query_id IS NULL
            AND received_at >= TIMESTAMP '2026-09-30 22:00' AND received_at < TIMESTAMP '2026-10-31 23:00'
    )
)
SELECT (CASE WHEN received_at < TIMESTAMP '2026-10-25 01:00' THEN received_at + INTERVAL 2 HOUR
    ELSE received_at + INTERVAL 1 HOUR END)::DATE AS bucket,
    count(*) AS ai_queries,
    quantile_cont(waited, 0.95) FILTER (WHERE has_ended) AS ai_response_p95,
    count(*) FILTER (WHERE has_ended AND status = 'ok')
            / count(*) FILTER (WHERE has_ended) AS ai_success_rate
FROM asked
GROUP BY bucket
