-- Credits in millionths, so that those of one booking add up to one.
WITH visits AS (
    SELECT visitor_id, business_model, partner_id, session_id, channel, started_at,
        CASE WHEN booked_at >= started_at
            AND booked_at < TIMESTAMP '2026-10-31 23:00' THEN booked_at END AS booked_at
    FROM sessions
    WHERE NOT is_test AND is_bot IS NOT TRUE
        AND started_at >= TIMESTAMP '2026-09-30 22:00' - INTERVAL 31 DAY
            AND started_at < TIMESTAMP '2026-10-31 23:00'
        AND visitor_id IN (
            SELECT visitor_id FROM sessions WHERE booked_at >= TIMESTAMP '2026-09-30 22:00'
                AND booked_at < TIMESTAMP '2026-10-31 23:00'
        )
),
paths AS (
    -- A path ends with a booking; the next visit begins another one.
    SELECT *, count(booked_at) OVER (
            PARTITION BY visitor_id, business_model, partner_id ORDER BY started_at, session_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS path
    FROM visits
),
ended AS (
    SELECT *, max(booked_at) OVER journey AS converted_at,
        max(CASE WHEN booked_at IS NOT NULL THEN started_at END) OVER journey AS last_at
    FROM paths
    WINDOW journey AS (PARTITION BY visitor_id, business_model, partner_id, path)
),
touches AS (
    SELECT *, row_number() OVER in_order AS place, count(*) OVER journey AS touches,
        lag(channel) OVER in_order AS from_channel, min(started_at) OVER journey AS first_at,
        row_number() OVER (
            PARTITION BY visitor_id, business_model, partner_id, path, coalesce(channel, 'unknown')
            ORDER BY started_at DESC, session_id DESC
        ) AS place_in_channel,
        count(DISTINCT coalesce(channel, 'unknown')) OVER journey AS channels
    FROM ended
    WHERE converted_at >= TIMESTAMP '2026-09-30 22:00' AND last_at >= converted_at - INTERVAL 1 DAY
        AND started_at >= last_at - INTERVAL 30 DAY
    WINDOW journey AS (PARTITION BY visitor_id, business_model, partner_id, path),
        in_order AS (
            PARTITION BY visitor_id, business_model, partner_id, path ORDER BY started_at, session_id
        )
)
SELECT coalesce(channel, 'unknown') AS channel,
    count(*) FILTER (WHERE place = touches) AS attributed_last_touch,
    count(*) FILTER (WHERE place = 1) AS attributed_first_touch,
    sum(1000000 // touches + CASE WHEN place = touches THEN 1000000 % touches ELSE 0 END) / 1000000
        AS attributed_linear,
    sum(CASE
        WHEN touches = 1 THEN 1000000
        WHEN touches = 2 THEN 500000
        WHEN place = 1 THEN 400000
        WHEN place = touches THEN 400000 + 200000 % (touches - 2)
        ELSE 200000 // (touches - 2)
    END) / 1000000 AS attributed_position,
    sum(CASE
        WHEN place_in_channel > 1 THEN 0
        ELSE 1000000 // channels + CASE WHEN place = touches THEN 1000000 % channels ELSE 0 END
    END) / 1000000 AS attributed_shapley
FROM touches
GROUP BY ALL
