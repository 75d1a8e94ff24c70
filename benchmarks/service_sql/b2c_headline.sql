-- October 2026 beside September as it was known when it ended.
WITH visits_of_people AS (
    SELECT is_now, count(*) AS sessions, count(DISTINCT visitor_id) AS users,
        count(*) FILTER (WHERE has_converted) AS converted_sessions,
        count(DISTINCT visitor_id) FILTER (WHERE has_converted) AS converted_users,
        count(*) FILTER (WHERE has_gone_through) AS funnel_booked,
        median((epoch_us(booked_at) - epoch_us(started_at)) // 1000000) FILTER (WHERE has_gone_through)
            AS session_time_to_book_median
    FROM (
        SELECT *, booked_at < known AND confirmed_at < known AS has_converted,
            searched_at >= started_at AND viewed_at >= searched_at AND checkout_at >= viewed_at
                AND booked_at >= checkout_at AND booked_at < known AS has_gone_through
        FROM (
            SELECT *, started_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
                CASE WHEN started_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                    ELSE TIMESTAMP '2026-10-31 23:00' END AS known
            FROM sessions
            WHERE NOT is_test AND is_bot IS NOT TRUE
                AND started_at >= TIMESTAMP '2026-08-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
        )
        LEFT JOIN (SELECT booking_id, confirmed_at FROM bookings) USING (booking_id)
    )
    GROUP BY is_now
),
visits AS (
    SELECT is_now, visitor_id, business_model, partner_id, session_id, channel, started_at, starts, ends,
        CASE WHEN booked_at >= started_at AND booked_at < ends THEN booked_at END AS booked_at
    FROM sessions
    JOIN (VALUES (true, TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00'),
        (false, TIMESTAMP '2026-08-31 22:00', TIMESTAMP '2026-09-30 22:00'))
        AS months (is_now, starts, ends) ON started_at >= starts - INTERVAL 31 DAY AND started_at < ends
    WHERE NOT is_test AND is_bot IS NOT TRUE AND started_at >= TIMESTAMP '2026-08-31 22:00' - INTERVAL 31 DAY
        AND visitor_id IN (
            SELECT visitor_id FROM sessions WHERE booked_at >= TIMESTAMP '2026-08-31 22:00'
                AND booked_at < TIMESTAMP '2026-10-31 23:00'
        )
),
paths AS (
    -- A path ends with a booking; the next visit begins another one.
    SELECT *, count(booked_at) OVER (
            PARTITION BY is_now, visitor_id, business_model, partner_id ORDER BY started_at, session_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS path
    FROM visits
),
ended AS (
    SELECT *, max(booked_at) OVER journey AS converted_at,
        max(CASE WHEN booked_at IS NOT NULL THEN started_at END) OVER journey AS last_at
    FROM paths
    WINDOW journey AS (PARTITION BY is_now, visitor_id, business_model, partner_id, path)
),
touches AS (
    SELECT *, row_number() OVER in_order AS place, count(*) OVER journey AS touches,
        lag(channel) OVER in_order AS from_channel, min(started_at) OVER journey AS first_at
    FROM ended
    WHERE converted_at >= starts AND last_at >= converted_at - INTERVAL 1 DAY
        AND started_at >= last_at - INTERVAL 30 DAY
    WINDOW journey AS (PARTITION BY is_now, visitor_id, business_model, partner_id, path),
        in_order AS (
            PARTITION BY is_now, visitor_id, business_model, partner_id, path ORDER BY started_at, session_id
        )
),
ways AS (
    SELECT is_now, count(*) / count(*) FILTER (WHERE place = touches) AS journey_touches_average,
        median((epoch_us(converted_at) - epoch_us(first_at)) // 1000000)
            FILTER (WHERE place = touches) / 86400
            AS journey_days_median
    FROM touches
    GROUP BY is_now
),
shown AS (
    SELECT is_now,
        count(*) FILTER (WHERE available) / count(*) AS quote_availability_rate,
        count(DISTINCT session_id) FILTER (WHERE booked_at < known) / count(DISTINCT session_id)
            AS quote_conversion_rate
    FROM (
        SELECT session_id, available, quoted_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN quoted_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM quotes
        WHERE NOT is_test
            AND quoted_at >= TIMESTAMP '2026-08-31 22:00' AND quoted_at < TIMESTAMP '2026-10-31 23:00'
    )
    LEFT JOIN (SELECT session_id, is_bot, booked_at FROM sessions) USING (session_id)
    WHERE is_bot IS NOT TRUE
    GROUP BY is_now
)
SELECT is_now,
    converted_sessions / sessions AS conversion_rate,
    converted_users / users AS user_conversion_rate,
    funnel_booked / sessions AS funnel_conversion_rate,
    session_time_to_book_median, journey_days_median, journey_touches_average, quote_conversion_rate,
    quote_availability_rate
FROM visits_of_people
JOIN ways USING (is_now)
JOIN shown USING (is_now)
