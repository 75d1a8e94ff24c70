-- October 2026 beside September as it was known when it ended.
WITH placed AS (
    SELECT is_now,
        count(*) AS total_bookings,
        sum(price_base_minor)::BIGINT AS gross_bookings_value,
        count(price_base_minor) AS priced_bookings,
        median(price_base_minor) AS median_booking_value,
        count(*) FILTER (WHERE cancelled_at < known) AS cancelled_bookings,
        count(*) FILTER (WHERE no_show_at < known) AS missed_bookings,
        median(lead_days) FILTER (WHERE lead_days >= 0) AS lead_time_median,
        quantile_cont(lead_days, 0.9) FILTER (WHERE lead_days >= 0) AS lead_time_p90
    FROM (
        SELECT *, created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN created_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known,
            starts_on - (
                CASE WHEN created_at < TIMESTAMP '2026-10-25 01:00' THEN created_at + INTERVAL 2 HOUR
                    ELSE created_at + INTERVAL 1 HOUR END
            )::DATE AS lead_days
        FROM bookings
        WHERE NOT is_test
            AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY is_now
),
cancelled AS (
    SELECT cancelled_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS cancellations,
        sum(price_base_minor)::BIGINT AS cancelled_value
    FROM bookings
    WHERE NOT is_test
        AND cancelled_at >= TIMESTAMP '2026-08-31 22:00' AND cancelled_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
arrivals AS (
    SELECT is_now, count(*) AS stays, sum(ends_on - starts_on) AS nights_of_stays
    FROM (
        SELECT *, starts_on >= DATE '2026-10-01' AS is_now,
            CASE WHEN starts_on < DATE '2026-10-01' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM bookings
        WHERE NOT is_test AND starts_on >= DATE '2026-09-01' AND starts_on < DATE '2026-11-01'
            AND ends_on > starts_on
    )
    WHERE created_at < known
        AND (cancelled_at IS NULL OR cancelled_at >= known)
        AND (no_show_at IS NULL OR no_show_at >= known)
    GROUP BY is_now
),
nights AS (
    SELECT is_now, lodging_base_minor AS amount, units, product_id, ends_on - starts_on AS nights,
        greatest(starts_on, low) - starts_on AS first, least(ends_on, high) - starts_on AS last
    FROM bookings
    JOIN (
        VALUES (true, DATE '2026-10-01', DATE '2026-11-01', TIMESTAMP '2026-10-31 23:00'),
            (false, DATE '2026-09-01', DATE '2026-10-01', TIMESTAMP '2026-09-30 22:00')
    ) AS months (is_now, low, high, known) ON starts_on < high AND ends_on > low
    WHERE NOT is_test AND created_at < known AND ends_on > starts_on AND lodging_base_minor <> 0
        AND (cancelled_at IS NULL OR cancelled_at >= known)
        AND (no_show_at IS NULL OR no_show_at >= known)
),
shares AS (
    SELECT is_now, units, product_id IN (SELECT product_id FROM capacity WHERE units_available IS NOT NULL)
            AS has_inventory,
        last - first AS nights_here,
        -- The cents that do not divide fall on the first nights.
        amount // nights * (last - first)
            + greatest(0, least(last, abs(amount % nights)) - first) * sign(amount) AS amount_here
    FROM nights
),
rooms AS (
    SELECT is_now,
        (sum(amount_here) FILTER (WHERE units IS NOT NULL))::BIGINT AS counted_revenue,
        sum(nights_here * units)::BIGINT AS room_nights,
        (sum(amount_here) FILTER (WHERE has_inventory))::BIGINT AS inventory_revenue
    FROM shares
    GROUP BY is_now
),
available AS (
    SELECT stay_on >= DATE '2026-10-01' AS is_now, sum(units_available)::BIGINT AS room_nights_available
    FROM capacity
    WHERE stay_on >= DATE '2026-09-01' AND stay_on < DATE '2026-11-01'
    GROUP BY is_now
),
books AS (
    SELECT is_now,
        count(*) FILTER (
            WHERE created_at < ends
                AND (cancelled_at IS NULL OR cancelled_at >= ends)
                AND (no_show_at IS NULL OR no_show_at >= ends)
        ) AS bookings_on_the_books,
        count(*) FILTER (
            WHERE created_at < starts
                AND (cancelled_at IS NULL OR cancelled_at >= starts)
                AND (no_show_at IS NULL OR no_show_at >= starts)
        ) AS bookings_before
    FROM bookings
    JOIN (
        VALUES (true, TIMESTAMP '2026-09-30 22:00', TIMESTAMP '2026-10-31 23:00', DATE '2026-11-01'),
            (false, TIMESTAMP '2026-08-31 22:00', TIMESTAMP '2026-09-30 22:00', DATE '2026-10-01')
    ) AS months (is_now, starts, ends, day) ON starts_on >= day
    WHERE NOT is_test
    GROUP BY is_now
)
SELECT is_now, total_bookings,
    total_bookings - cancellations AS net_bookings,
    gross_bookings_value,
    gross_bookings_value - cancelled_value AS net_bookings_value,
    gross_bookings_value / priced_bookings AS average_booking_value,
    median_booking_value,
    NULL::DOUBLE AS confirmation_rate, -- not known before all bookings are three days old
    cancelled_bookings / total_bookings AS cancellation_rate,
    cancellations,
    missed_bookings / total_bookings AS no_show_rate,
    lead_time_median, lead_time_p90,
    nights_of_stays / stays AS length_of_stay,
    counted_revenue / room_nights AS average_daily_rate,
    inventory_revenue / room_nights_available AS revenue_per_available_room,
    bookings_on_the_books,
    bookings_on_the_books - bookings_before AS pickup
FROM placed
JOIN cancelled USING (is_now)
JOIN arrivals USING (is_now)
JOIN rooms USING (is_now)
JOIN available USING (is_now)
JOIN books USING (is_now)
