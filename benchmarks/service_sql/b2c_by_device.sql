SELECT coalesce(device, 'unknown') AS device,
    count(*) AS sessions,
    count(*) FILTER (WHERE booked_at IS NOT NULL AND confirmed_at IS NOT NULL) / count(*) AS conversion_rate
FROM sessions
LEFT JOIN (SELECT booking_id, confirmed_at FROM bookings) USING (booking_id)
WHERE NOT is_test AND is_bot IS NOT TRUE
    AND started_at >= TIMESTAMP '2026-09-30 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
