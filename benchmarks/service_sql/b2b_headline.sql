-- October 2026 beside September as it was known when it ended.
WITH sellers AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS total_bookings,
        count(DISTINCT partner_id) AS active_partners
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
values_of_partners AS (
    SELECT is_now,
        sum(value_now) FILTER (WHERE value_then IS NOT NULL) AS value_now,
        sum(value_then) FILTER (WHERE value_now IS NOT NULL) AS value_then
    FROM (
        SELECT partner_id,
            created_at >= TIMESTAMP '2026-09-30 22:00'
                OR (created_at >= TIMESTAMP '2025-09-30 22:00'
                    AND created_at < TIMESTAMP '2025-10-31 23:00') AS is_now,
            sum(price_base_minor) FILTER (WHERE created_at >= TIMESTAMP '2026-08-31 22:00') AS value_now,
            sum(price_base_minor) FILTER (WHERE created_at < TIMESTAMP '2026-08-31 22:00') AS value_then
        FROM bookings
        WHERE NOT is_test AND partner_id IS NOT NULL
            AND (
                (created_at >= TIMESTAMP '2025-08-31 22:00' AND created_at < TIMESTAMP '2025-10-31 23:00')
                OR (created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00')
            )
        GROUP BY ALL
    ) AS sums
    GROUP BY is_now
),
revenues_of_partners AS (
    SELECT is_now,
        coalesce(sum(revenue_now), 0) / sum(revenue_then) AS net_revenue_retention,
        sum(greatest(0, least(coalesce(revenue_now, 0), revenue_then))) / sum(greatest(0, revenue_then))
            AS gross_revenue_retention
    FROM (
        SELECT partner_id,
            occurred_at >= TIMESTAMP '2026-09-30 22:00'
                OR (occurred_at >= TIMESTAMP '2025-09-30 22:00'
                    AND occurred_at < TIMESTAMP '2025-10-31 23:00') AS is_now,
            sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)
                FILTER (WHERE occurred_at >= TIMESTAMP '2026-08-31 22:00')
                AS revenue_now,
            sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)
                FILTER (WHERE occurred_at < TIMESTAMP '2026-08-31 22:00')
                AS revenue_then
        FROM commission_entries
        WHERE NOT is_test AND partner_id IS NOT NULL AND leg = 'platform'
            AND entry IN ('accrued', 'clawed_back')
            AND (
                (occurred_at >= TIMESTAMP '2025-08-31 22:00' AND occurred_at < TIMESTAMP '2025-10-31 23:00')
                OR (occurred_at >= TIMESTAMP '2026-08-31 22:00'
                    AND occurred_at < TIMESTAMP '2026-10-31 23:00')
            )
        GROUP BY ALL
    )
    WHERE revenue_then IS NOT NULL
    GROUP BY is_now
),
seen AS (
    SELECT partner_id,
        bool_or(created_at < TIMESTAMP '2026-08-31 22:00') AS in_august,
        bool_or(created_at >= TIMESTAMP '2026-08-31 22:00'
            AND created_at < TIMESTAMP '2026-09-30 22:00') AS in_september,
        bool_or(created_at >= TIMESTAMP '2026-09-30 22:00') AS in_october
    FROM bookings
    WHERE NOT is_test AND partner_id IS NOT NULL
        AND created_at >= TIMESTAMP '2026-07-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY partner_id
),
lost AS (
    SELECT true AS is_now, count(*) FILTER (WHERE in_september AND NOT in_october)
        / count(*) FILTER (WHERE in_september) AS partner_churn_rate
    FROM seen
    UNION ALL
    SELECT false, count(*) FILTER (WHERE in_august AND NOT in_september) / count(*) FILTER (WHERE in_august)
    FROM seen
),
looks AS (
    SELECT searched_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS searches
    FROM searches
    LEFT JOIN (SELECT session_id, is_bot FROM sessions) USING (session_id)
    WHERE NOT is_test AND is_repeat IS NOT TRUE AND is_bot IS NOT TRUE
        AND searched_at >= TIMESTAMP '2026-08-31 22:00' AND searched_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
careers AS (
    SELECT joined_at, ended_at, first_booking_at
    FROM partners
    LEFT JOIN (
        SELECT partner_id, min(created_at) AS first_booking_at
        FROM bookings
        WHERE NOT is_test
        GROUP BY partner_id
    ) USING (partner_id)
),
staying AS (
    SELECT is_now, days, product(1 - ended / watched) OVER (PARTITION BY is_now ORDER BY days) AS surviving
    FROM (
        SELECT is_now, days, ended, sum(seen) OVER (PARTITION BY is_now ORDER BY days DESC) AS watched
        FROM (
            SELECT is_now, count(*) AS seen, count(*) FILTER (WHERE ended_at < ends) AS ended,
                (epoch_us(least(ended_at, ends)) - epoch_us(joined_at)) // 86400000000 AS days
            FROM careers
            JOIN (VALUES (true, TIMESTAMP '2026-10-31 23:00'), (false, TIMESTAMP '2026-09-30 22:00'))
                AS months (is_now, ends) ON joined_at < ends
            WHERE ended_at IS NULL OR ended_at >= joined_at
            GROUP BY is_now, days
        )
    )
),
waiting AS (
    SELECT is_now, days, product(1 - ended / watched) OVER (PARTITION BY is_now ORDER BY days) AS surviving
    FROM (
        SELECT is_now, days, ended, sum(seen) OVER (PARTITION BY is_now ORDER BY days DESC) AS watched
        FROM (
            SELECT is_now, count(*) AS seen, count(*) FILTER (WHERE first_booking_at < ends) AS ended,
                (epoch_us(least(first_booking_at, ends)) - epoch_us(joined_at)) // 86400000000 AS days
            FROM careers
            JOIN (VALUES (true, TIMESTAMP '2026-10-31 23:00'), (false, TIMESTAMP '2026-09-30 22:00'))
                AS months (is_now, ends) ON joined_at < ends
            WHERE first_booking_at IS NULL OR first_booking_at >= joined_at
            GROUP BY is_now, days
        )
    )
),
stayed AS (
    SELECT is_now, CASE WHEN max(days) >= 365 OR min(surviving) = 0
            THEN coalesce(arg_max(surviving, days) FILTER (WHERE days <= 365), 1) END AS partner_survival_12m
    FROM staying
    GROUP BY is_now
),
sold AS (
    SELECT is_now, min(days) FILTER (WHERE surviving < 0.5 + 1e-12) AS time_to_first_booking_median
    FROM waiting
    GROUP BY is_now
)
SELECT is_now, active_partners,
    (value_now - value_then) / value_then AS like_for_like_growth,
    net_revenue_retention, gross_revenue_retention, partner_churn_rate,
    searches / total_bookings AS look_to_book,
    time_to_first_booking_median, partner_survival_12m
FROM sellers
JOIN values_of_partners USING (is_now)
JOIN revenues_of_partners USING (is_now)
JOIN lost USING (is_now)
JOIN looks USING (is_now)
JOIN stayed USING (is_now)
JOIN sold USING (is_now)
