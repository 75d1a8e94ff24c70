-- October 2026 beside September as it was known when it ended.
WITH visits AS (
    SELECT started_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS sessions,
        count(DISTINCT visitor_id) AS active_users
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE
        AND started_at >= TIMESTAMP '2026-08-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
daily AS (
    SELECT day >= DATE '2026-10-01' AS is_now,
        count(*) / count(DISTINCT day) AS daily_active_users
    FROM (
        SELECT DISTINCT visitor_id, (
                CASE WHEN started_at < TIMESTAMP '2026-10-25 01:00' THEN started_at + INTERVAL 2 HOUR
                    ELSE started_at + INTERVAL 1 HOUR END
            )::DATE AS day
        FROM sessions
        WHERE NOT is_test AND is_bot IS NOT TRUE AND visitor_id IS NOT NULL
            AND started_at >= TIMESTAMP '2026-08-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY ALL
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
buyers AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        count(DISTINCT customer_id) AS active_customers
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
bought AS (
    SELECT customer_id,
        bool_or(created_at >= TIMESTAMP '2025-09-30 22:00'
            AND created_at < TIMESTAMP '2025-10-31 23:00') AS in_october_before,
        bool_or(created_at < TIMESTAMP '2025-09-30 22:00') AS in_september_before,
        bool_or(created_at >= TIMESTAMP '2026-09-30 22:00') AS in_october,
        bool_or(created_at >= TIMESTAMP '2026-08-31 22:00'
            AND created_at < TIMESTAMP '2026-09-30 22:00') AS in_september
    FROM bookings
    WHERE NOT is_test AND customer_id IS NOT NULL AND (
            (created_at >= TIMESTAMP '2025-08-31 22:00' AND created_at < TIMESTAMP '2025-10-31 23:00')
            OR (created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00')
        )
    GROUP BY customer_id
),
held AS (
    SELECT true AS is_now,
        count(*) FILTER (WHERE in_october_before AND in_october)
            / count(*) FILTER (WHERE in_october_before) AS customer_retention_rate
    FROM bought
    UNION ALL
    SELECT false,
        count(*) FILTER (WHERE in_september_before AND in_september)
            / count(*) FILTER (WHERE in_september_before)
    FROM bought
),
firsts AS (
    SELECT customer_id, min(created_at) AS first_at, min(created_at, 2)[2] AS second_at
    FROM bookings
    WHERE NOT is_test AND customer_id IS NOT NULL
    GROUP BY customer_id
),
new AS (
    SELECT first_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS new_customers
    FROM firsts
    WHERE first_at >= TIMESTAMP '2026-08-31 22:00' AND first_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
waiting AS (
    SELECT is_now, days, product(1 - ended / watched) OVER (PARTITION BY is_now ORDER BY days) AS surviving
    FROM (
        SELECT is_now, days, ended, sum(seen) OVER (PARTITION BY is_now ORDER BY days DESC) AS watched
        FROM (
            SELECT is_now, count(*) AS seen, count(*) FILTER (WHERE second_at < ends) AS ended,
                (epoch_us(least(second_at, ends)) - epoch_us(first_at)) // 86400000000 AS days
            FROM firsts
            JOIN (VALUES (true, TIMESTAMP '2026-10-31 23:00'), (false, TIMESTAMP '2026-09-30 22:00'))
                AS months (is_now, ends) ON first_at < ends
            WHERE second_at IS NULL OR second_at >= first_at
            GROUP BY is_now, days
        )
    )
),
again AS (
    SELECT is_now, min(days) FILTER (WHERE surviving < 0.5 + 1e-12) AS second_booking_median,
        CASE WHEN max(days) >= 365 OR min(surviving) = 0
            THEN coalesce(arg_max(surviving, days) FILTER (WHERE days <= 365), 1) END AS one_time_share_12m
    FROM waiting
    GROUP BY is_now
),
messages AS (
    SELECT is_now, count(*) AS messages_sent,
        count(*) FILTER (WHERE reports_delivery AND delivered_at < known)
            / count(*) FILTER (WHERE reports_delivery) AS delivery_rate,
        count(*) FILTER (WHERE reports_opens AND has_arrived AND opened_at < known
            AND opened_at >= sent_at AND opened_at <= sent_at + INTERVAL 7 DAY)
            / count(*) FILTER (WHERE reports_opens AND has_arrived) AS open_rate,
        count(*) FILTER (WHERE has_arrived AND clicked_at < known AND clicked_at >= sent_at
            AND clicked_at <= sent_at + INTERVAL 7 DAY)
            / count(*) FILTER (WHERE has_arrived) AS click_rate
    FROM (
        SELECT *, sent_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN sent_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known,
            -- Delivered or, where the channel does not say, not known to have failed.
            CASE WHEN reports_delivery THEN coalesce(delivered_at < known, false)
                ELSE failed_at IS NULL OR failed_at >= known END AS has_arrived
        FROM notifications
        WHERE NOT is_test
            AND sent_at >= TIMESTAMP '2026-08-31 22:00' AND sent_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY is_now
)
SELECT is_now, active_users, daily_active_users,
    daily_active_users / active_users AS stickiness,
    sessions,
    sessions / active_users AS sessions_per_user,
    users_kept / users_before AS user_retention_rate,
    (users_before - users_kept) / users_before AS user_churn_rate,
    active_customers, new_customers, customer_retention_rate, second_booking_median, one_time_share_12m,
    messages_sent, delivery_rate, open_rate, click_rate
FROM visits
JOIN daily USING (is_now)
JOIN returned USING (is_now)
JOIN buyers USING (is_now)
JOIN held USING (is_now)
JOIN new USING (is_now)
JOIN again USING (is_now)
JOIN messages USING (is_now)
