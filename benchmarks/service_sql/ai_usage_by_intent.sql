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
SELECT coalesce(intent, 'unknown') AS intent,
    count(*) AS ai_queries,
    count(*) / sum(count(*)) OVER () AS ai_queries_share,
    count(*) FILTER (WHERE has_ended AND status = 'ok')
            / count(*) FILTER (WHERE has_ended) AS ai_success_rate
FROM asked
GROUP BY ALL
