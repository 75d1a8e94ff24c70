-- One row is one booking; rows repeat (the set is anonymised), so the row number is the key.
-- The file knows days only: they are loaded at 12:00 UTC. `country` is where guests come from, not where
-- they go; children are missing in four rows and count as none.
WITH stays AS (
    SELECT
        row_number() OVER () - 1 AS row_from_0,
        *,
        arrival_date::DATE AS starts_on,
        stays_in_weekend_nights + stays_in_week_nights AS nights,
        (arrival_date - to_days(lead_time::INTEGER))::DATE AS booked_on,
        reservation_status_date::DATE + INTERVAL 12 HOUR AS status_at
    FROM source
),

priced AS (
    -- The rate has at most two decimals; as a decimal its product with the nights is exact in cents.
    SELECT
        *,
        round(adr::DECIMAL(18, 4) * nights::DECIMAL(9, 0) * 100)::BIGINT AS price_minor
    FROM stays
)

SELECT
    lpad(row_from_0::VARCHAR, 6, '0') AS booking_id,
    hotel AS product_id,
    distribution_channel AS channel,
    booked_on + INTERVAL 12 HOUR AS created_at,
    CASE WHEN reservation_status = 'Canceled' THEN status_at END AS cancelled_at,
    CASE WHEN reservation_status = 'No-Show' THEN status_at END AS no_show_at,
    CASE WHEN reservation_status = 'Check-Out' THEN status_at END AS completed_at,
    starts_on,
    (starts_on + to_days(nights::INTEGER))::DATE AS ends_on,
    adults + coalesce(children, 0) + babies AS party_size,
    1 AS units,
    'EUR' AS currency,
    price_minor,
    price_minor AS price_base_minor,
    price_minor AS lodging_base_minor,
    CASE
        WHEN company IS NOT NULL OR distribution_channel = 'Corporate' THEN 'b2b'
        WHEN distribution_channel = 'Direct' THEN 'b2c'
        WHEN distribution_channel IN ('TA/TO', 'GDS') THEN 'b2b2c'
    END AS business_model,
    CASE
        WHEN agent IS NOT NULL THEN 'agent-' || agent
        WHEN company IS NOT NULL THEN 'company-' || company
    END AS partner_id
FROM priced
