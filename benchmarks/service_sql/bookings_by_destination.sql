SELECT coalesce(destinations.name, 'unknown') AS destination_name,
    count(*) AS total_bookings,
    sum(price_base_minor)::BIGINT AS gross_bookings_value,
    sum(price_base_minor) / sum(sum(price_base_minor)) OVER () AS gross_bookings_value_share
FROM bookings
LEFT JOIN destinations USING (destination_id)
WHERE NOT is_test AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
