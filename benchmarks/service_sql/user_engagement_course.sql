SELECT (CASE WHEN started_at < TIMESTAMP '2026-10-25 01:00' THEN started_at + INTERVAL 2 HOUR
    ELSE started_at + INTERVAL 1 HOUR END)::DATE AS bucket,
    count(DISTINCT visitor_id) AS active_users,
    count(*) AS sessions
FROM sessions
WHERE NOT is_test AND is_bot IS NOT TRUE
    AND started_at >= TIMESTAMP '2026-09-30 22:00' AND started_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY bucket
