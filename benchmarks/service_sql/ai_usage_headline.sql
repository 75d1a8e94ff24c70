-- October 2026 beside September as it was known when it ended.
WITH asked AS (
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
queries AS (
    SELECT is_now, count(*) AS ai_queries,
        quantile_cont(waited, 0.5) FILTER (WHERE has_ended) AS ai_response_p50,
        quantile_cont(waited, 0.95) FILTER (WHERE has_ended) AS ai_response_p95,
        quantile_cont(waited, 0.99) FILTER (WHERE has_ended) AS ai_response_p99,
        (count(*) FILTER (WHERE has_ended AND status = 'ok' AND waited <= 2000)
            + count(*) FILTER (WHERE has_ended AND status = 'ok' AND waited > 2000 AND waited <= 8000) / 2
        ) / count(*) FILTER (WHERE has_ended) AS ai_apdex,
        count(*) FILTER (WHERE has_ended AND status = 'ok')
            / count(*) FILTER (WHERE has_ended) AS ai_success_rate,
        sum(greatest(waited - 2000, 0)) FILTER (WHERE has_ended) / 1000 AS ai_wait_above_target,
        count(*) FILTER (
            WHERE rating BETWEEN 1 AND 5 AND rated_at < known
                AND rated_at >= received_at AND rated_at <= received_at + INTERVAL 7 DAY
        ) / count(*) AS ai_rating_rate
    FROM asked
    GROUP BY is_now
),
rated AS (
    SELECT rated_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS ratings, sum(rating) AS points,
        count(*) FILTER (WHERE rating >= 4) AS content
    FROM ai_queries
    WHERE NOT is_test AND parent_query_id IS NULL
        AND rated_at >= TIMESTAMP '2026-08-31 22:00' AND rated_at < TIMESTAMP '2026-10-31 23:00'
        AND rating BETWEEN 1 AND 5
        AND rated_at >= received_at AND rated_at <= received_at + INTERVAL 7 DAY
    GROUP BY is_now
),
conversations AS (
    SELECT is_now, count(*) AS ai_conversations,
        count(*) FILTER (WHERE reached_at < known) / count(*) FILTER (WHERE outcome_at < known)
            AS ai_task_success_rate
    FROM (
        SELECT *, began_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN began_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM (
            SELECT min(received_at) AS began_at,
                min(greatest(received_at, completed_at)) FILTER (WHERE resolved IS NOT NULL) AS outcome_at,
                min(greatest(received_at, completed_at)) FILTER (WHERE resolved) AS reached_at
            FROM ai_queries
            WHERE NOT is_test AND parent_query_id IS NULL AND received_at IS NOT NULL
                AND conversation_id IN (
                    SELECT conversation_id FROM ai_queries
                    WHERE received_at >= TIMESTAMP '2026-08-31 22:00'
                        AND received_at < TIMESTAMP '2026-10-31 23:00'
                )
            GROUP BY conversation_id, business_model, partner_id
        )
        WHERE began_at >= TIMESTAMP '2026-08-31 22:00' AND began_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY is_now
),
assisted AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        count(DISTINCT booking_id) AS ai_assisted_bookings
    FROM ai_queries
    JOIN (SELECT session_id, booking_id FROM sessions) USING (session_id)
    JOIN (SELECT booking_id, created_at, is_test AS is_test_booking FROM bookings) USING (booking_id)
    WHERE NOT is_test AND NOT is_test_booking AND parent_query_id IS NULL
        AND received_at < CASE
            WHEN created_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
            ELSE TIMESTAMP '2026-10-31 23:00'
        END
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
placed AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS total_bookings
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
)
SELECT is_now, ai_queries, ai_conversations, ai_response_p50, ai_response_p95, ai_response_p99, ai_apdex,
    ai_success_rate, ai_task_success_rate,
    points / ratings AS ai_satisfaction,
    content / ratings AS ai_satisfied_share,
    ai_rating_rate, ai_wait_above_target, ai_assisted_bookings,
    ai_assisted_bookings / total_bookings AS ai_assisted_share
FROM queries
JOIN conversations USING (is_now)
JOIN rated USING (is_now)
JOIN assisted USING (is_now)
JOIN placed USING (is_now)
