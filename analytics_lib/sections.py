"""What the service asks for each domain: the questions, by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Over = Literal["course"]
"""The buckets that show how the period went: days of a month, months of a year."""


@dataclass(frozen=True)
class Asked:
    """One question of a section: metrics, dimensions, buckets, and whether to compare with another period."""

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    over: Over | None = None
    compare: bool = False


Section = Mapping[str, Asked]


def _headline(*metrics: str) -> Asked:
    return Asked(metrics, compare=True)


KPIS: Section = {
    "headline": _headline(
        "total_bookings",
        "total_revenue",
        "conversion_rate",
        "ai_satisfaction",
        "user_retention_rate",
        "system_uptime",
        "gross_bookings_value",
        "net_revenue",
    ),
}
BOOKINGS: Section = {
    "headline": _headline(
        "total_bookings",
        "net_bookings",
        "gross_bookings_value",
        "net_bookings_value",
        "average_booking_value",
        "median_booking_value",
        "confirmation_rate",
        "cancellation_rate",
        "cancellations",
        "no_show_rate",
        "lead_time_median",
        "lead_time_p90",
        "length_of_stay",
        "average_daily_rate",
        "revenue_per_available_room",
        "bookings_on_the_books",
        "pickup",
    ),
    "course": Asked(("total_bookings", "gross_bookings_value"), over="course"),
    "by_source": Asked(("total_bookings", "bookings_share", "gross_bookings_value"), ("business_model",)),
    "by_channel": Asked(("total_bookings", "bookings_share", "cancellation_rate"), ("channel",)),
    "by_destination": Asked(
        ("total_bookings", "gross_bookings_value", "gross_bookings_value_share"), ("destination_name",)
    ),
    "by_product_kind": Asked(("total_bookings", "gross_bookings_value"), ("product_kind",)),
    "by_lead_time": Asked(("total_bookings", "cancellation_rate"), ("lead_time_band",)),
    "by_length_of_stay": Asked(("total_bookings",), ("nights_band",)),
}
PAYMENTS: Section = {
    "headline": _headline(
        "payment_success_rate",
        "payment_attempt_success_rate",
        "authorisation_rate",
        "acceptance_rate",
        "capture_rate",
        "payments",
        "payment_value",
        "payment_fees",
        "settlement_lag_median",
        "refund_rate",
        "refund_value_rate",
        "refunds_paid",
        "refunded_value",
        "refund_revenue_impact",
        "dispute_rate",
        "total_revenue",
        "net_revenue",
        "commission_accrued",
        "commission_paid",
        "commission_balance",
        "effective_commission",
        "payment_exchange_effect",
    ),
    "course": Asked(("payment_value", "payment_attempt_success_rate", "refunded_value"), over="course"),
    "by_method": Asked(("payment_attempts", "payment_attempt_success_rate", "payment_value"), ("method",)),
    "by_provider": Asked(("payment_attempts", "payment_attempt_success_rate"), ("provider",)),
    "declines": Asked(("payment_declines", "payment_decline_share"), ("failed_stage", "decline_reason")),
    "refunds_by_reason": Asked(("refunds_paid", "refunded_value"), ("refund_reason",)),
    "by_currency": Asked(
        (
            "payment_value",
            "payment_value_share",
            "payment_value_at_reference_rates",
            "payment_exchange_effect",
        ),
        ("currency",),
    ),
    "commission_by_leg": Asked(("price_divided",), ("business_model", "leg")),
    "commission_by_model": Asked(("commission_accrued", "effective_commission"), ("business_model",)),
    "commission_ageing": Asked(("commission_outstanding",), ("ageing_band",)),
}
AI_USAGE: Section = {
    "headline": _headline(
        "ai_queries",
        "ai_conversations",
        "ai_response_p50",
        "ai_response_p95",
        "ai_response_p99",
        "ai_apdex",
        "ai_success_rate",
        "ai_task_success_rate",
        "ai_satisfaction",
        "ai_satisfied_share",
        "ai_rating_rate",
        "ai_wait_above_target",
        "ai_assisted_bookings",
        "ai_assisted_share",
    ),
    "course": Asked(("ai_queries", "ai_response_p95", "ai_success_rate"), over="course"),
    "by_agent": Asked(
        (
            "ai_queries",
            "ai_response_p95",
            "ai_apdex",
            "ai_success_rate",
            "ai_satisfaction",
            "ai_satisfaction_ranked",
        ),
        ("agent",),
    ),
    "by_intent": Asked(("ai_queries", "ai_queries_share", "ai_success_rate"), ("intent",)),
    "peak_times": Asked(("ai_queries_per_hour",), ("weekday", "hour_of_day")),
    "bottlenecks": Asked(("ai_wait_above_target", "ai_wait_share"), ("agent", "intent")),
}
USER_ENGAGEMENT: Section = {
    "headline": _headline(
        "active_users",
        "daily_active_users",
        "stickiness",
        "sessions",
        "sessions_per_user",
        "user_retention_rate",
        "user_churn_rate",
        "active_customers",
        "new_customers",
        "customer_retention_rate",
        "second_booking_median",
        "one_time_share_12m",
        "messages_sent",
        "delivery_rate",
        "open_rate",
        "click_rate",
    ),
    "course": Asked(("active_users", "sessions"), over="course"),
    "activity": Asked(("sessions_per_hour",), ("weekday", "hour_of_day")),
    "segments": Asked(("customers", "customers_share", "customer_margin_average"), ("segment",)),
    "cohorts": Asked(("cohort_retention", "cohort_retention_unbounded"), ("age",)),
    "by_message_channel": Asked(
        ("messages_sent", "delivery_rate", "open_rate", "machine_open_rate", "click_rate"), ("channel",)
    ),
}
B2C: Section = {
    "headline": _headline(
        "conversion_rate",
        "user_conversion_rate",
        "funnel_conversion_rate",
        "session_time_to_book_median",
        "journey_days_median",
        "journey_touches_average",
        "quote_conversion_rate",
        "quote_availability_rate",
    ),
    "funnel": Asked(
        (
            "sessions",
            "funnel_searched",
            "funnel_viewed",
            "funnel_checkout",
            "funnel_booked",
            "funnel_search_rate",
            "funnel_view_rate",
            "funnel_checkout_rate",
            "funnel_booking_rate",
        )
    ),
    "by_device": Asked(("sessions", "conversion_rate"), ("device",)),
    "attribution": Asked(
        (
            "attributed_last_touch",
            "attributed_first_touch",
            "attributed_linear",
            "attributed_position",
            "attributed_shapley",
        ),
        ("channel",),
    ),
    "transitions": Asked(("journey_transitions", "journey_transition_share"), ("from_channel", "channel")),
    "seasonality": Asked(("seasonal_index", "seasonal_index_of_stays"), ("month_of_year",)),
}
B2B: Section = {
    "headline": _headline(
        "active_partners",
        "like_for_like_growth",
        "net_revenue_retention",
        "gross_revenue_retention",
        "partner_churn_rate",
        "look_to_book",
        "time_to_first_booking_median",
        "partner_survival_12m",
    ),
    "league": Asked(
        ("total_bookings", "gross_bookings_value", "cancellation_rate"), ("partner_name",), compare=True
    ),
    "contribution": Asked(("net_revenue", "partner_contribution"), ("partner_name",)),
    "commissions": Asked(
        ("commission_accrued", "commission_invoiced", "commission_paid", "commission_clawed_back"),
        ("business_model", "leg"),
    ),
    "lifecycle": Asked(("partners", "partner_days_in_state"), ("lifecycle_state",)),
    "look_to_book": Asked(("searches", "look_to_book"), ("partner_name",)),
}
B2B2C: Section = {
    "headline": _headline(
        "partner_contribution",
        "active_tenants",
        "provisioned_tenants",
        "white_label_usage",
        "white_label_bookings",
        "bookings_per_tenant",
    ),
    "resellers": Asked(("net_revenue", "partner_contribution"), ("partner_kind", "partner_name")),
}
FINANCE: Section = {
    "headline": _headline(
        "total_revenue",
        "net_revenue",
        "take_rate",
        "contribution",
        "costs",
        "return_on_investment",
        "contribution_per_session",
        "customer_acquisition_cost",
        "return_on_ad_spend",
        "exchange_effect",
        "value_on_the_books",
    ),
    "by_business_model": Asked(
        ("net_revenue", "take_rate", "costs", "return_on_investment"), ("business_model",), compare=True
    ),
    "by_channel": Asked(
        ("marketing_costs", "customer_acquisition_cost", "return_on_ad_spend", "contribution_per_session"),
        ("channel",),
    ),
    "by_currency": Asked(
        ("gross_bookings_value", "gross_bookings_value_at_reference_rates", "exchange_effect"), ("currency",)
    ),
    "costs_by_kind": Asked(("costs",), ("cost_kind",)),
}
RELIABILITY: Section = {
    "headline": _headline(
        "system_uptime",
        "service_uptime",
        "downtime_seconds",
        "request_success_rate",
        "ai_response_p95",
    ),
    "course": Asked(("system_uptime", "downtime_seconds"), over="course"),
    "by_service": Asked(("service_uptime", "downtime_seconds", "measured_seconds"), ("service",)),
    "requests_by_service": Asked(("valid_requests", "request_success_rate"), ("service",)),
}
