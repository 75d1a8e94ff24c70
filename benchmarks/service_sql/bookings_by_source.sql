SELECT coalesce(business_model, 'unknown') AS business_model,
    count(*) AS total_bookings,
    count(*) / sum(count(*)) OVER () AS bookings_share,
    sum(price_base_minor)::BIGINT AS gross_bookings_value
FROM bookings
WHERE NOT is_test AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
