SELECT
    date_trunc('day', CASE
        WHEN created_at < TIMESTAMP '2025-03-30 01:00:00' THEN created_at + INTERVAL 1 HOUR
        WHEN created_at < TIMESTAMP '2025-10-26 01:00:00' THEN created_at + INTERVAL 2 HOUR
        ELSE created_at + INTERVAL 1 HOUR
    END) AS local_day,
    count(*) AS total_bookings,
    sum(price_base_minor)::BIGINT AS gross_bookings_value,
    count(price_base_minor) AS priced_bookings,
    count(*) FILTER (WHERE confirmed_at <= created_at + INTERVAL 3 DAY) AS confirmed_bookings_72h,
    count(*) FILTER (WHERE cancelled_at IS NOT NULL) AS cancelled_bookings,
    count(*) FILTER (WHERE no_show_at IS NOT NULL) AS missed_bookings,
    sum(price_base_minor) FILTER (WHERE cancelled_at IS NOT NULL)::BIGINT AS cancelled_cohort_value,
    sum(party_size) FILTER (WHERE party_size > 0)::BIGINT AS party_members,
    count(*) FILTER (WHERE party_size > 0) AS bookings_with_guests
FROM bookings
WHERE NOT is_test
    AND created_at >= TIMESTAMP '2024-12-31 23:00:00'
    AND created_at < TIMESTAMP '2025-12-31 23:00:00'
GROUP BY local_day
