SELECT sessions, funnel_searched, funnel_viewed, funnel_checkout, funnel_booked,
    funnel_searched / sessions AS funnel_search_rate,
    funnel_viewed / funnel_searched AS funnel_view_rate,
    funnel_checkout / funnel_viewed AS funnel_checkout_rate,
    funnel_booked / funnel_checkout AS funnel_booking_rate
FROM (
    SELECT count(*) AS sessions,
        count(*) FILTER (WHERE searched_at >= started_at) AS funnel_searched,
        count(*) FILTER (WHERE searched_at >= started_at AND viewed_at >= searched_at) AS funnel_viewed,
        count(*) FILTER (
            WHERE searched_at >= started_at AND viewed_at >= searched_at AND checkout_at >= viewed_at
        ) AS funnel_checkout,
        count(*) FILTER (
            WHERE searched_at >= started_at AND viewed_at >= searched_at AND checkout_at >= viewed_at
                AND booked_at >= checkout_at
        ) AS funnel_booked
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE
        AND started_at >= TIMESTAMP '2026-09-30 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
)
