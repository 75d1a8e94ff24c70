SELECT coalesce(channel, 'unknown') AS channel,
    count(*) AS messages_sent,
    count(*) FILTER (WHERE reports_delivery AND delivered_at IS NOT NULL)
        / nullif(count(*) FILTER (WHERE reports_delivery), 0) AS delivery_rate,
    count(*) FILTER (WHERE reports_opens AND has_arrived AND opened_at >= sent_at
        AND opened_at <= sent_at + INTERVAL 7 DAY)
        / nullif(count(*) FILTER (WHERE reports_opens AND has_arrived), 0) AS open_rate,
    count(*) FILTER (WHERE reports_opens AND has_arrived AND machine_opened_at IS NOT NULL)
        / nullif(count(*) FILTER (WHERE reports_opens AND has_arrived), 0) AS machine_open_rate,
    count(*) FILTER (WHERE has_arrived AND clicked_at >= sent_at AND clicked_at <= sent_at + INTERVAL 7 DAY)
        / nullif(count(*) FILTER (WHERE has_arrived), 0) AS click_rate
FROM (
    SELECT *,
        CASE WHEN reports_delivery THEN delivered_at IS NOT NULL ELSE failed_at IS NULL END AS has_arrived
    FROM notifications
    WHERE NOT is_test AND sent_at >= TIMESTAMP '2026-09-30 22:00' AND sent_at < TIMESTAMP '2026-10-31 23:00'
)
GROUP BY ALL
