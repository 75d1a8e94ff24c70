-- Days are all that the data set knows: they stand at 12:00 UTC, so that a Lisbon day holds them.
-- data_through is the midnight after the last event: nothing later can be known from this source.
WITH span AS (
    SELECT
        least(
            min(arrival_date - to_days(lead_time::INTEGER)),
            min(reservation_status_date)
        ) AS first_day,
        greatest(
            max(arrival_date - to_days(lead_time::INTEGER)),
            max(reservation_status_date)
        ) AS last_day
    FROM source
)
SELECT
    unnest(['reporting_currency', 'zone', 'resolution', 'data_from', 'data_through', 'credit']) AS key,
    unnest([
        'EUR',
        'Europe/Lisbon',
        'day',
        strftime(first_day + INTERVAL 12 HOUR, '%Y-%m-%dT%H:%M:%S'),
        strftime(last_day + INTERVAL 1 DAY, '%Y-%m-%dT%H:%M:%S'),
        'Antonio, de Almeida, Nunes: Hotel booking demand datasets, Data in Brief 22 (2019), CC BY 4.0'
    ]) AS value
FROM span
