SELECT coalesce(channel, 'unknown') AS channel,
    count(*) AS total_bookings,
    count(*) / sum(count(*)) OVER () AS bookings_share,
    count(cancelled_at) / count(*) AS cancellation_rate
FROM bookings
WHERE NOT is_test AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY ALL
