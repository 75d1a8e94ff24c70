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
SELECT coalesce(agent, 'unknown') AS agent,
    count(*) AS ai_queries,
    quantile_cont(waited, 0.95) FILTER (WHERE has_ended) AS ai_response_p95,
    (count(*) FILTER (WHERE has_ended AND status = 'ok' AND waited <= 2000)
        + count(*) FILTER (WHERE has_ended AND status = 'ok' AND waited > 2000 AND waited <= 8000) / 2
    ) / count(*) FILTER (WHERE has_ended) AS ai_apdex,
    count(*) FILTER (WHERE has_ended AND status = 'ok')
            / count(*) FILTER (WHERE has_ended) AS ai_success_rate
FROM asked
GROUP BY ALL;

-- For the ranking each mean is pulled towards that of all by 20 ratings.
SELECT coalesce(agent, 'unknown') AS agent,
    sum(rating) / count(*) AS ai_satisfaction,
    (20 * sum(sum(rating)) OVER () / sum(count(*)) OVER () + sum(rating)) / (20 + count(*))
        AS ai_satisfaction_ranked
FROM ai_queries
WHERE NOT is_test AND parent_query_id IS NULL
    AND rated_at >= TIMESTAMP '2026-09-30 22:00' AND rated_at < TIMESTAMP '2026-10-31 23:00'
    AND rating BETWEEN 1 AND 5
    AND rated_at >= received_at AND rated_at <= received_at + INTERVAL 7 DAY
GROUP BY ALL
