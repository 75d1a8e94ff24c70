-- October 2026 beside September as it was known when it ended.
WITH months (is_now, starts, ends) AS (
    VALUES (true, TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00'),
        (false, TIMESTAMP '2026-08-31 22:00', TIMESTAMP '2026-09-30 22:00')
),
placed AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        count(*) AS total_bookings,
        sum(price_base_minor)::BIGINT AS gross_bookings_value
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
captured AS (
    SELECT captured_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        sum(captured_base_minor)::BIGINT AS payment_value
    FROM payments
    WHERE NOT is_test AND attempted_at IS NOT NULL
        AND captured_at >= TIMESTAMP '2026-08-31 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
refunded AS (
    SELECT refunded_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        sum(amount_base_minor)::BIGINT AS refunded_value
    FROM refunds
    WHERE NOT is_test AND requested_at IS NOT NULL
        AND refunded_at >= TIMESTAMP '2026-08-31 22:00' AND refunded_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
earned AS (
    SELECT occurred_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        (sum(amount_base_minor) FILTER (WHERE entry = 'accrued')
            - coalesce(sum(amount_base_minor) FILTER (WHERE entry = 'clawed_back'), 0))::BIGINT AS net_revenue
    FROM commission_entries
    WHERE NOT is_test AND leg = 'platform'
        AND occurred_at >= TIMESTAMP '2026-08-31 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
visits AS (
    SELECT is_now, count(*) AS sessions,
        count(*) FILTER (WHERE booked_at < known AND confirmed_at < known) AS converted_sessions
    FROM (
        SELECT started_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, booked_at, booking_id,
            CASE WHEN started_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM sessions
        WHERE NOT is_test AND is_bot IS NOT TRUE
            AND started_at >= TIMESTAMP '2026-08-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    )
    LEFT JOIN (SELECT booking_id, confirmed_at FROM bookings) USING (booking_id)
    GROUP BY is_now
),
seen AS (
    SELECT visitor_id,
        bool_or(started_at < TIMESTAMP '2026-08-31 22:00') AS in_august,
        bool_or(started_at >= TIMESTAMP '2026-08-31 22:00'
            AND started_at < TIMESTAMP '2026-09-30 22:00') AS in_september,
        bool_or(started_at >= TIMESTAMP '2026-09-30 22:00') AS in_october
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE AND visitor_id IS NOT NULL
        AND started_at >= TIMESTAMP '2026-07-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY visitor_id
),
returned AS (
    SELECT true AS is_now, count(*) FILTER (WHERE in_september) AS users_before,
        count(*) FILTER (WHERE in_september AND in_october) AS users_kept
    FROM seen
    UNION ALL
    SELECT false, count(*) FILTER (WHERE in_august), count(*) FILTER (WHERE in_august AND in_september)
    FROM seen
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
)
SELECT is_now, total_bookings, gross_bookings_value,
    payment_value - refunded_value AS total_revenue,
    net_revenue,
    converted_sessions / sessions AS conversion_rate,
    points / ratings AS ai_satisfaction,
    users_kept / users_before AS user_retention_rate,
    (measured - down) / measured AS system_uptime
FROM placed
JOIN captured USING (is_now)
JOIN refunded USING (is_now)
JOIN earned USING (is_now)
JOIN visits USING (is_now)
JOIN rated USING (is_now)
JOIN returned USING (is_now)
JOIN system USING (is_now)
