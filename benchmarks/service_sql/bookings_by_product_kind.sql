SELECT coalesce(products.kind, 'unknown') AS product_kind,
    count(*) AS total_bookings,
    sum(price_base_minor)::BIGINT AS gross_bookings_value
FROM bookings
LEFT JOIN products USING (product_id)
WHERE NOT is_test AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
