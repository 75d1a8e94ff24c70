-- October 2026 beside September as it was known when it ended.
WITH earned AS (
    SELECT occurred_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        coalesce(business_model, 'unknown') AS business_model,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)::BIGINT
            AS net_revenue
    FROM commission_entries
    WHERE NOT is_test AND leg = 'platform' AND entry IN ('accrued', 'clawed_back')
        AND occurred_at >= TIMESTAMP '2026-08-31 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY ALL
),
captured AS (
    SELECT captured_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        coalesce(business_model, 'unknown') AS business_model,
        sum(fee_base_minor) AS payment_fees
    FROM payments
    WHERE NOT is_test AND attempted_at IS NOT NULL
        AND captured_at >= TIMESTAMP '2026-08-31 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY ALL
),
spent AS (
    SELECT spent_on >= DATE '2026-10-01' AS is_now,
        coalesce(business_model, 'unknown') AS business_model,
        sum(amount_base_minor)::BIGINT AS costs
    FROM costs
    WHERE spent_on >= DATE '2026-09-01' AND spent_on < DATE '2026-11-01'
    GROUP BY ALL
),
placed AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        coalesce(business_model, 'unknown') AS business_model,
        sum(price_base_minor) AS gross_bookings_value
    FROM bookings
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY ALL
),
of_bookings AS (
    SELECT created_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        coalesce(business_model, 'unknown') AS business_model,
        sum(CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END)
            AS net_revenue_of_priced
    FROM commission_entries
    JOIN (SELECT booking_id, created_at, price_base_minor FROM bookings) USING (booking_id)
    WHERE NOT is_test AND leg = 'platform' AND entry IN ('accrued', 'clawed_back')
        AND price_base_minor IS NOT NULL
        AND occurred_at < CASE
            WHEN created_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
            ELSE TIMESTAMP '2026-10-31 23:00'
        END
        AND created_at >= TIMESTAMP '2026-08-31 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY ALL
)
SELECT is_now, business_model,
    coalesce(net_revenue, 0) AS net_revenue,
    coalesce(net_revenue_of_priced, 0) / nullif(gross_bookings_value, 0) AS take_rate,
    coalesce(costs, 0) AS costs,
    (coalesce(net_revenue, 0) - coalesce(payment_fees, 0) - costs) / nullif(costs, 0) AS return_on_investment
FROM earned
FULL JOIN captured USING (is_now, business_model)
FULL JOIN spent USING (is_now, business_model)
FULL JOIN placed USING (is_now, business_model)
FULL JOIN of_bookings USING (is_now, business_model)
