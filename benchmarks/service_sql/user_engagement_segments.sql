-- Who booked within 90 days for the first time is new; of the others the tenth of all with the highest
-- margin of 365 days are VIPs.
WITH there AS (
    SELECT customer_id, min(created_at) AS first_at
    FROM bookings
    WHERE NOT is_test AND customer_id IS NOT NULL AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY customer_id
),
earned AS (
    SELECT customer_id,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor WHEN 'clawed_back' THEN -amount_base_minor END)
            AS margin
    FROM commission_entries
    JOIN (SELECT booking_id, customer_id FROM bookings) USING (booking_id)
    WHERE NOT is_test AND leg = 'platform'
        AND occurred_at >= TIMESTAMP '2026-10-31 23:00' - INTERVAL 365 DAY
            AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY customer_id
),
ranked AS (
    SELECT first_at, coalesce(margin, 0) AS margin,
        rank() OVER (ORDER BY coalesce(margin, 0) DESC) AS place, count(*) OVER () AS everyone
    FROM there
    LEFT JOIN earned USING (customer_id)
)
SELECT CASE
        WHEN first_at >= TIMESTAMP '2026-10-31 23:00' - INTERVAL 90 DAY THEN 'new'
        WHEN margin > 0 AND 10 * (place - 1) < everyone THEN 'vip'
        ELSE 'regular'
    END AS segment,
    count(*) AS customers,
    count(*) / sum(count(*)) OVER () AS customers_share,
    sum(margin) / count(*) AS customer_margin_average
FROM ranked
GROUP BY segment
