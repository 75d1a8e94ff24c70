SELECT service,
    sum(valid)::BIGINT AS valid_requests,
    sum(good) FILTER (WHERE valid IS NOT NULL) / sum(valid) FILTER (WHERE good IS NOT NULL)
        AS request_success_rate
FROM request_counts
WHERE bucket_at >= TIMESTAMP '2026-09-30 22:00' AND bucket_at < TIMESTAMP '2026-10-31 23:00'
GROUP BY service
