-- October 2026 beside September as it was known when it ended.
SELECT is_now, coalesce(name, 'unknown') AS partner_name,
    count(*) AS total_bookings,
    sum(price_base_minor)::BIGINT AS gross_bookings_value,
    count(*) FILTER (WHERE cancelled_at < known) / count(*) AS cancellation_rate
FROM (
    SELECT *, created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        CASE WHEN created_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
            ELSE TIMESTAMP '2026-10-31 23:00' END AS known
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
)
LEFT JOIN partners USING (partner_id)
GROUP BY ALL
