WITH rates AS (
    -- Billionths of a currency for one euro, in force where the month begins; a yen has no cents.
    SELECT currency, arg_max(units_per_base_e9, valid_from) AS units,
        CASE currency WHEN 'JPY' THEN 100000000000 ELSE 1000000000 END AS scale
    FROM exchange_rates
    WHERE valid_from <= TIMESTAMP '2026-09-30 22:00'
    GROUP BY currency
)
SELECT currency,
    sum(captured_base_minor)::BIGINT AS payment_value,
    sum(captured_base_minor) / sum(sum(captured_base_minor)) OVER () AS payment_value_share,
    (sum(reference)
        FILTER (WHERE captured_base_minor IS NOT NULL))::BIGINT AS payment_value_at_reference_rates,
    sum(captured_base_minor - reference)::BIGINT AS payment_exchange_effect
FROM (
    SELECT coalesce(currency, 'unknown') AS currency, captured_base_minor,
        CASE WHEN currency = 'EUR' THEN amount_minor
            ELSE sign(amount_minor) * ((2 * abs(amount_minor) * scale + rates.units) // (2 * rates.units))
        END AS reference
    FROM payments
    LEFT JOIN rates USING (currency)
    WHERE NOT is_test AND attempted_at IS NOT NULL
        AND captured_at >= TIMESTAMP '2026-09-30 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
)
GROUP BY currency
