SELECT
    date_trunc('day', starts_on::TIMESTAMP) AS local_day,
    count(*) FILTER (
        WHERE cancelled_at IS NULL AND no_show_at IS NULL AND ends_on > starts_on
    ) AS stays,
    sum(ends_on - starts_on) FILTER (
        WHERE cancelled_at IS NULL AND no_show_at IS NULL AND ends_on > starts_on
    )::BIGINT AS nights_of_stays
FROM bookings
WHERE NOT is_test AND starts_on >= DATE '2025-01-01' AND starts_on < DATE '2026-01-01'
GROUP BY local_day
