-- The set was cut by arrival (July 2015 to August 2017), not by booking. A booking made shortly before the
-- end is in it only if its guests arrived before the end: those with long lead times are missing, and the
-- last months would look like a collapse. So bookings count as complete up to the day from which 9 of 10 lead
-- times still end inside the set, cancellations likewise by their notice. Before the first arrival day only
-- bookings with long lead times are there: nothing is complete before it. Columns that are not named here
-- follow created_at.
WITH bounds AS (
    SELECT
        min(arrival_date)::DATE AS first_arrival,
        max(arrival_date)::DATE AS last_arrival,
        quantile_disc(lead_time, 0.9)::INTEGER AS lead_days,
        quantile_disc(
            date_diff('day', reservation_status_date::DATE, arrival_date::DATE), 0.9
        ) FILTER (reservation_status = 'Canceled')::INTEGER AS notice_days,
        quantile_disc(stays_in_weekend_nights + stays_in_week_nights, 0.9)::INTEGER AS nights
    FROM source
)

SELECT
    'bookings' AS table_name,
    unnest(['created_at', 'cancelled_at', 'no_show_at', 'completed_at', 'starts_on', 'ends_on']) AS column_name,
    unnest([
        first_arrival,
        first_arrival,
        first_arrival,
        -- Stays that began before the first arrival day still ended in the first days.
        first_arrival + nights,
        first_arrival,
        first_arrival
    ])::TIMESTAMP AS complete_from,
    unnest([
        greatest(last_arrival - lead_days, first_arrival),
        greatest(last_arrival - notice_days, first_arrival),
        last_arrival + 1,
        last_arrival + 1,
        last_arrival + 1,
        last_arrival + 1
    ])::TIMESTAMP AS complete_through
FROM bounds
