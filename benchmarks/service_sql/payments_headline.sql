-- October 2026 beside September as it was known when it ended.
WITH attempts AS (
    SELECT is_now,
        count(*) AS attempts,
        count(*) FILTER (WHERE captured_at < known) AS captured,
        count(*) FILTER (WHERE captured_at < known OR failed_stage IS NOT NULL OR voided_at < known) AS ended,
        count(*) FILTER (WHERE sent_at < known) AS sent,
        count(*) FILTER (WHERE sent_at < known AND authorised_at < known) AS approved
    FROM (
        SELECT *, attempted_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN attempted_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM payments
        WHERE NOT is_test
            AND attempted_at >= TIMESTAMP '2026-08-31 22:00' AND attempted_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY is_now
),
intents AS (
    SELECT first_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS intents,
        count(*) FILTER (WHERE captured_at < CASE
            WHEN first_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
            ELSE TIMESTAMP '2026-10-31 23:00'
        END) AS succeeded
    FROM (
        SELECT min(attempted_at) AS first_at,
            min(greatest(captured_at, attempted_at)) FILTER (WHERE captured_at IS NOT NULL) AS captured_at
        FROM payments
        WHERE NOT is_test AND attempted_at IS NOT NULL AND coalesce(intent_id, attempt_id) IN (
                SELECT coalesce(intent_id, attempt_id) FROM payments
                WHERE attempted_at >= TIMESTAMP '2026-08-31 22:00'
                    AND attempted_at < TIMESTAMP '2026-10-31 23:00'
            )
        GROUP BY coalesce(intent_id, attempt_id), business_model, partner_id
    )
    WHERE first_at >= TIMESTAMP '2026-08-31 22:00' AND first_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
authorised AS (
    SELECT is_now, sum(amount_base_minor) AS authorised_value,
        sum(amount_base_minor) FILTER (WHERE captured_at < known) AS captured_of_authorised
    FROM (
        SELECT amount_base_minor, captured_at, authorised_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN authorised_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM payments
        WHERE NOT is_test AND attempted_at IS NOT NULL
            AND authorised_at >= TIMESTAMP '2026-08-31 22:00' AND authorised_at < TIMESTAMP '2026-10-31 23:00'
    )
    GROUP BY is_now
),
rates AS (
    -- Billionths of a currency for one euro, in force where the month begins; a yen has no cents.
    SELECT currency, arg_max(units_per_base_e9, valid_from) AS units,
        CASE currency WHEN 'JPY' THEN 100000000000 ELSE 1000000000 END AS scale
    FROM exchange_rates
    WHERE valid_from <= TIMESTAMP '2026-09-30 22:00'
    GROUP BY currency
),
captured AS (
    SELECT is_now, count(*) AS payments,
        sum(captured_base_minor)::BIGINT AS payment_value,
        sum(fee_base_minor)::BIGINT AS payment_fees,
        median(epoch_us(paid_out_at) - epoch_us(captured_at)) FILTER (WHERE paid_out_at < known) / 86400000000
            AS settlement_lag_median,
        sum(captured_base_minor - CASE WHEN currency = 'EUR' THEN amount_minor
            ELSE sign(amount_minor) * ((2 * abs(amount_minor) * scale + rates.units) // (2 * rates.units))
        END)::BIGINT AS payment_exchange_effect
    FROM (
        SELECT *, captured_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN captured_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM payments
        WHERE NOT is_test AND attempted_at IS NOT NULL
            AND captured_at >= TIMESTAMP '2026-08-31 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    )
    LEFT JOIN rates USING (currency)
    GROUP BY is_now
),
refunded_since AS (
    SELECT is_now, count(DISTINCT attempt_id) AS refunded_payments,
        sum(amount_base_minor) FILTER (WHERE captured_base_minor IS NOT NULL) AS refunded_cohort_value
    FROM (
        SELECT refunds.attempt_id, refunds.amount_base_minor, refunded_at, requested_at, captured_base_minor,
            captured_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN captured_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM refunds
        JOIN payments USING (attempt_id)
        WHERE NOT refunds.is_test AND attempted_at IS NOT NULL
            AND captured_at >= TIMESTAMP '2026-08-31 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    )
    WHERE refunded_at < known AND requested_at < known
    GROUP BY is_now
),
refunded AS (
    SELECT refunded_at >= TIMESTAMP '2026-09-30 22:00' AS is_now, count(*) AS refunds_paid,
        sum(amount_base_minor)::BIGINT AS refunded_value,
        (sum(platform_reversed_base_minor) + sum(fee_lost_base_minor) - sum(penalty_kept_base_minor))::BIGINT
            AS refund_revenue_impact
    FROM refunds
    WHERE NOT is_test AND requested_at IS NOT NULL
        AND refunded_at >= TIMESTAMP '2026-08-31 22:00' AND refunded_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
disputed AS (
    SELECT is_now, count(DISTINCT attempt_id) AS disputed_payments
    FROM (
        SELECT attempt_id, opened_at, captured_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
            CASE WHEN captured_at < TIMESTAMP '2026-09-30 22:00' THEN TIMESTAMP '2026-09-30 22:00'
                ELSE TIMESTAMP '2026-10-31 23:00' END AS known
        FROM disputes
        JOIN payments USING (attempt_id)
        WHERE NOT disputes.is_test AND attempted_at IS NOT NULL
            AND captured_at >= TIMESTAMP '2026-08-31 22:00' AND captured_at < TIMESTAMP '2026-10-31 23:00'
    )
    WHERE opened_at < known
    GROUP BY is_now
),
entries AS (
    SELECT occurred_at >= TIMESTAMP '2026-09-30 22:00' AS is_now,
        (sum(amount_base_minor) FILTER (WHERE leg = 'platform' AND entry = 'accrued')
            - coalesce(sum(amount_base_minor) FILTER (WHERE leg = 'platform' AND entry = 'clawed_back'), 0)
        )::BIGINT AS net_revenue,
        (sum(amount_base_minor) FILTER (
            WHERE leg IN ('agency', 'distributor', 'reseller') AND entry = 'accrued'
        ))::BIGINT AS commission_accrued,
        coalesce(sum(amount_base_minor) FILTER (
            WHERE leg IN ('agency', 'distributor', 'reseller') AND entry = 'paid'
        ), 0)::BIGINT AS commission_paid,
        sum(amount_base_minor) FILTER (
            WHERE leg IN ('agency', 'distributor', 'reseller') AND entry = 'accrued'
                AND commissionable_base_minor IS NOT NULL
        ) / sum(commissionable_base_minor) FILTER (
            WHERE leg IN ('agency', 'distributor', 'reseller') AND entry = 'accrued'
                AND amount_base_minor IS NOT NULL
        ) AS effective_commission
    FROM commission_entries
    WHERE NOT is_test
        AND occurred_at >= TIMESTAMP '2026-08-31 22:00' AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    GROUP BY is_now
),
owed AS (
    SELECT is_now, (
            sum(amount) FILTER (WHERE is_now OR occurred_at < TIMESTAMP '2026-09-30 22:00')
        )::BIGINT AS commission_balance
    FROM (
        SELECT occurred_at,
            CASE entry WHEN 'accrued' THEN amount_base_minor ELSE -amount_base_minor END AS amount
        FROM commission_entries
        WHERE NOT is_test AND leg IN ('agency', 'distributor', 'reseller')
            AND entry IN ('accrued', 'paid', 'clawed_back') AND occurred_at < TIMESTAMP '2026-10-31 23:00'
    ), (VALUES (true), (false)) AS months (is_now)
    GROUP BY is_now
)
SELECT is_now,
    succeeded / intents AS payment_success_rate,
    attempts.captured / ended AS payment_attempt_success_rate,
    approved / sent AS authorisation_rate,
    attempts.captured / attempts.attempts AS acceptance_rate,
    captured_of_authorised / authorised_value AS capture_rate,
    payments, payment_value, payment_fees, settlement_lag_median,
    coalesce(refunded_payments, 0) / payments AS refund_rate,
    coalesce(refunded_cohort_value, 0) / payment_value AS refund_value_rate,
    refunds_paid, refunded_value, refund_revenue_impact,
    coalesce(disputed_payments, 0) / payments AS dispute_rate,
    payment_value - refunded_value AS total_revenue,
    net_revenue, commission_accrued, commission_paid, commission_balance, effective_commission,
    payment_exchange_effect
FROM attempts
JOIN intents USING (is_now)
JOIN authorised USING (is_now)
JOIN captured USING (is_now)
JOIN refunded USING (is_now)
JOIN entries USING (is_now)
JOIN owed USING (is_now)
LEFT JOIN refunded_since USING (is_now)
LEFT JOIN disputed USING (is_now)
