WITH looks AS (
    SELECT partner_id, count(*) AS searches
    FROM searches
    LEFT JOIN (SELECT session_id, is_bot FROM sessions) USING (session_id)
    WHERE NOT is_test AND is_repeat IS NOT TRUE AND is_bot IS NOT TRUE
        AND searched_at >= TIMESTAMP '2026-09-30 22:00' AND searched_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY partner_id
),
booked AS (
    SELECT partner_id, count(*) AS total_bookings
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY partner_id
)
SELECT coalesce(name, 'unknown') AS partner_name,
    sum(searches)::BIGINT AS searches,
    sum(searches) / nullif(sum(total_bookings), 0) AS look_to_book
FROM (
    SELECT partner_id, searches, 0 AS total_bookings FROM looks
    UNION ALL
    SELECT partner_id, 0, total_bookings FROM booked
)
LEFT JOIN partners USING (partner_id)
GROUP BY ALL
