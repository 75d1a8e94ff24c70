SELECT coalesce(CASE
        WHEN ends_on <= starts_on THEN '0 day use'
        WHEN ends_on - starts_on = 1 THEN '1 one night'
        WHEN ends_on - starts_on <= 3 THEN '2 2 or 3 nights'
        WHEN ends_on - starts_on <= 7 THEN '3 4 to 7 nights'
        WHEN ends_on - starts_on <= 14 THEN '4 8 to 14 nights'
        WHEN ends_on - starts_on > 14 THEN '5 over 14 nights'
    END, 'unknown') AS nights_band,
    count(*) AS total_bookings
FROM bookings
WHERE NOT is_test AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY nights_band
