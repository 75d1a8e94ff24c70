SELECT coalesce(CASE
        WHEN lead_days < 0 THEN '0 after the start'
        WHEN lead_days = 0 THEN '1 same day'
        WHEN lead_days <= 7 THEN '2 within a week'
        WHEN lead_days <= 30 THEN '3 8 to 30 days'
        WHEN lead_days <= 90 THEN '4 31 to 90 days'
        WHEN lead_days <= 180 THEN '5 91 to 180 days'
        WHEN lead_days > 180 THEN '6 over 180 days'
    END, 'unknown') AS lead_time_band,
    count(*) AS total_bookings,
    count(cancelled_at) / count(*) AS cancellation_rate
FROM (
    SELECT cancelled_at, starts_on - (
        CASE WHEN created_at < TIMESTAMP '2026-10-25 01:00' THEN created_at + INTERVAL 2 HOUR
            ELSE created_at + INTERVAL 1 HOUR END
    )::DATE AS lead_days
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
)
GROUP BY lead_time_band
