-- October 2026 beside September as it was known when it ended.
WITH placed AS (
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
        sum(captured_base_minor)::BIGINT AS payment_value, sum(fee_base_minor)::BIGINT AS payment_fees
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
of_bookings AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)
            AS net_revenue_of_bookings,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)
            FILTER (WHERE price_base_minor IS NOT NULL) AS net_revenue_of_priced
    FROM commission_entries
    JOIN (SELECT booking_id, created_at, price_base_minor FROM bookings) USING (booking_id)
    WHERE NOT is_test AND leg = 'platform' AND entry IN ('accrued', 'clawed_back')
        AND occurred_at < CASE
            WHEN created_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
            ELSE TIMESTAMP '2026-10-31 23:00'
        END
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
spent AS (
    SELECT spent_on >= DATE '2026-10-01' AS is_now,
        sum(amount_base_minor)::BIGINT AS costs,
        sum(amount_base_minor) FILTER (WHERE kind = 'marketing') AS marketing_costs
    FROM costs
    WHERE spent_on >= DATE '2026-09-01' AND spent_on < DATE '2026-11-01'
    GROUP BY is_now
),
visits AS (
    SELECT started_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS sessions
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE
        AND started_at >= TIMESTAMP '2026-08-31 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
new AS (
    SELECT first_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS new_customers
    FROM (
        SELECT min(created_at) AS first_at
        FROM bookings
        WHERE NOT is_test AND customer_id IS NOT NULL
        GROUP BY customer_id
    )
    WHERE first_at >= TIMESTAMP '2026-08-31 22:00' AND first_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
rates AS (
    -- Billionths of a currency for one euro, in force where the month begins; a yen has no cents.
    SELECT currency, arg_max(units_per_base_e9, valid_from) AS units,
        CASE currency WHEN 'JPY' THEN 100000000000 ELSE 1000000000 END AS scale
    FROM exchange_rates
    WHERE valid_from <= TIMESTAMP '2026-09-30 22:00'
    GROUP BY currency
),
revalued AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        sum(price_base_minor - CASE WHEN currency = 'EUR' THEN price_minor
            ELSE sign(price_minor) * ((2 * abs(price_minor) * scale + rates.units) // (2 * rates.units))
        END)::BIGINT AS exchange_effect
    FROM bookings
    LEFT JOIN rates USING (currency)
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
books AS (
    SELECT is_now, sum(price_base_minor)::BIGINT AS value_on_the_books
    FROM bookings
    JOIN (VALUES (true, TIMESTAMP '2026-10-31 23:00', DATE '2026-11-01'),
        (false, TIMESTAMP '2026-09-30 22:00', DATE '2026-10-01'))
        AS months (is_now, ends, day) ON starts_on >= day
    WHERE NOT is_test AND created_at < ends
        AND (cancelled_at IS NULL OR cancelled_at >= ends)
        AND (no_show_at IS NULL OR no_show_at >= ends)
    GROUP BY is_now
)
SELECT is_now, payment_value - refunded_value AS total_revenue,
    net_revenue,
    net_revenue_of_priced / gross_bookings_value AS take_rate,
    net_revenue - payment_fees AS contribution,
    costs,
    (net_revenue - payment_fees - costs) / costs AS return_on_investment,
    (net_revenue_of_bookings - marketing_costs) / sessions AS contribution_per_session,
    marketing_costs / new_customers AS customer_acquisition_cost,
    net_revenue_of_bookings / marketing_costs AS return_on_ad_spend,
    exchange_effect, value_on_the_books
FROM placed
JOIN captured USING (is_now)
JOIN refunded USING (is_now)
JOIN earned USING (is_now)
JOIN of_bookings USING (is_now)
JOIN spent USING (is_now)
JOIN visits USING (is_now)
JOIN new USING (is_now)
JOIN revalued USING (is_now)
JOIN books USING (is_now)
