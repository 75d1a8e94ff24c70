WITH spent AS (
    SELECT coalesce(channel, 'unknown') AS channel,
        sum(amount_base_minor) FILTER (WHERE kind = 'marketing')::BIGINT AS marketing_costs
    FROM costs
    WHERE spent_on >= DATE '2026-10-01' AND spent_on < DATE '2026-11-01'
    GROUP BY ALL
),
visits AS (
    SELECT coalesce(channel, 'unknown') AS channel, count(*) AS sessions
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE
        AND started_at >= TIMESTAMP '2026-09-30 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY ALL
),
new AS (
    SELECT channel, count(*) AS new_customers
    FROM (
        SELECT arg_min(coalesce(channel, 'unknown'), created_at) AS channel, min(created_at) AS first_at
        FROM bookings
        WHERE NOT is_test AND customer_id IS NOT NULL
        GROUP BY customer_id
    )
    WHERE first_at >= TIMESTAMP '2026-09-30 22:00' AND first_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY channel
),
of_bookings AS (
    SELECT coalesce(channel, 'unknown') AS channel,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)
            AS net_revenue_of_bookings
    FROM commission_entries
    JOIN (SELECT booking_id, created_at, channel FROM bookings) USING (booking_id)
    WHERE NOT is_test AND leg = 'platform' AND entry IN ('accrued', 'clawed_back')
        AND occurred_at < TIMESTAMP '2026-10-31 23:00'
        AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY ALL
)
SELECT channel,
    coalesce(marketing_costs, 0) AS marketing_costs,
    coalesce(marketing_costs, 0) / new_customers AS customer_acquisition_cost,
    coalesce(net_revenue_of_bookings, 0) / nullif(marketing_costs, 0) AS return_on_ad_spend,
    (coalesce(net_revenue_of_bookings, 0) - coalesce(marketing_costs,
        0)) / sessions AS contribution_per_session
FROM spent
FULL JOIN visits USING (channel)
FULL JOIN new USING (channel)
FULL JOIN of_bookings USING (channel)
