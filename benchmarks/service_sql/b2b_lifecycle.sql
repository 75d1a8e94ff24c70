-- The state of each partner at the end of October, and the days since it is in it.
WITH sales AS (
    SELECT partner_id, created_at,
        lag(created_at) OVER (PARTITION BY partner_id ORDER BY created_at, booking_id) AS before_at
    FROM bookings
    WHERE NOT is_test AND partner_id IS NOT NULL AND created_at < TIMESTAMP '2026-10-31 23:00'
),
sold AS (
    SELECT partner_id, min(created_at) AS first_at, max(created_at) AS last_at,
        max(created_at) FILTER (WHERE created_at >= before_at + INTERVAL 30 DAY) AS resumed_at
    FROM sales
    GROUP BY partner_id
),
known AS (
    SELECT joined_at, first_at, last_at, resumed_at,
        CASE WHEN ended_at < TIMESTAMP '2026-10-31 23:00' THEN ended_at END AS left_at,
        CASE WHEN last_at <= TIMESTAMP '2026-10-31 23:00' - INTERVAL 365 DAY
            THEN last_at + INTERVAL 365 DAY END AS silent_at
    FROM partners
    LEFT JOIN sold USING (partner_id)
    WHERE joined_at < TIMESTAMP '2026-10-31 23:00'
),
states AS (
    SELECT CASE
            WHEN left_at IS NOT NULL OR silent_at IS NOT NULL THEN 'churned'
            WHEN first_at IS NULL THEN 'onboarding'
            WHEN last_at <= TIMESTAMP '2026-10-31 23:00' - INTERVAL 90 DAY THEN 'dormant'
            WHEN last_at <= TIMESTAMP '2026-10-31 23:00' - INTERVAL 30 DAY THEN 'at_risk'
            WHEN first_at > TIMESTAMP '2026-10-31 23:00' - INTERVAL 90 DAY THEN 'ramp'
            ELSE 'active'
        END AS lifecycle_state,
        CASE lifecycle_state
            WHEN 'churned' THEN least(left_at, silent_at)
            WHEN 'onboarding' THEN joined_at
            WHEN 'dormant' THEN last_at + INTERVAL 90 DAY
            WHEN 'at_risk' THEN last_at + INTERVAL 30 DAY
            WHEN 'ramp' THEN greatest(first_at, resumed_at)
            ELSE greatest(first_at + INTERVAL 90 DAY, resumed_at)
        END AS since
    FROM known
)
SELECT lifecycle_state, count(*) AS partners,
    median((epoch_us(TIMESTAMP '2026-10-31 23:00') - epoch_us(since)) // 86400000000) AS partner_days_in_state
FROM states
GROUP BY lifecycle_state
