WITH rates AS (
    -- Billionths of a currency for one euro, in force where the month begins; a yen has no cents.
    SELECT currency, arg_max(units_per_base_e9, valid_from) AS units,
        CASE currency WHEN 'JPY' THEN 100000000000 ELSE 1000000000 END AS scale
    FROM exchange_rates
    WHERE valid_from <= TIMESTAMP '2026-09-30 22:00'
    GROUP BY currency
)
SELECT currency,
    sum(price_base_minor)::BIGINT AS gross_bookings_value,
    (sum(reference) FILTER (WHERE price_base_minor IS NOT NULL))::BIGINT
        AS gross_bookings_value_at_reference_rates,
    sum(price_base_minor - reference)::BIGINT AS exchange_effect
FROM (
    SELECT coalesce(currency, 'unknown') AS currency, price_base_minor,
        CASE WHEN currency = 'EUR' THEN price_minor
            ELSE sign(price_minor) * ((2 * abs(price_minor) * scale + rates.units) // (2 * rates.units))
        END AS reference
    FROM bookings
    LEFT JOIN rates USING (currency)
    WHERE NOT is_test
        AND created_at >= TIMESTAMP '2026-09-30 22:00' AND created_at < TIMESTAMP '2026-10-31 23:00'
)
GROUP BY currency
