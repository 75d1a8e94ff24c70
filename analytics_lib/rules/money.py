"""Rules for payments, refunds, disputes and commissions."""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.rules.row_rule import RowRule, strange

_p = schema.payments.c
_r = schema.refunds.c
_d = schema.disputes.c
_c = schema.commission_entries.c

FAILED_STAGES = ("risk", "authentication", "issuer", "abandoned")
LEGS = ("supplier", "platform", "agency", "distributor", "reseller")
ENTRIES = ("accrued", "invoiced", "paid", "clawed_back")

MONEY_RULES: tuple[RowRule, ...] = (
    RowRule("negative_payment", "An amount paid is not negative.", "payments", _p.amount_minor < 0),
    RowRule(
        "negative_capture", "An amount captured is not negative.", "payments", _p.captured_base_minor < 0
    ),
    RowRule(
        "authorised_before_attempted",
        "A payment is authorised after it is attempted.",
        "payments",
        _p.authorised_at < _p.attempted_at,
    ),
    RowRule(
        "captured_before_attempted",
        "A payment is captured after it is attempted.",
        "payments",
        _p.captured_at < _p.attempted_at,
    ),
    RowRule(
        "captured_before_authorised",
        "A payment is captured after it is authorised.",
        "payments",
        _p.captured_at < _p.authorised_at,
    ),
    RowRule(
        "paid_out_before_captured",
        "A payment is paid out after it is captured.",
        "payments",
        _p.paid_out_at.is_not(None) & (_p.captured_at.is_(None) | (_p.paid_out_at < _p.captured_at)),
    ),
    RowRule(
        "captured_at_no_time",
        "What is captured was captured at an instant.",
        "payments",
        (_p.captured_base_minor != 0) & _p.captured_at.is_(None),
    ),
    RowRule(
        "unknown_failed_stage",
        f"A payment fails at one of the stages {', '.join(FAILED_STAGES)}.",
        "payments",
        strange(_p.failed_stage, *FAILED_STAGES),
    ),
    RowRule(
        "failed_and_captured",
        "A payment that has failed is not captured.",
        "payments",
        _p.failed_stage.is_not(None) & _p.captured_at.is_not(None),
    ),
    RowRule("negative_refund", "An amount refunded is not negative.", "refunds", _r.amount_minor < 0),
    RowRule(
        "refunded_before_requested",
        "A refund is paid after it is requested.",
        "refunds",
        _r.refunded_at < _r.requested_at,
    ),
    RowRule(
        "negative_dispute", "An amount in dispute is not negative.", "disputes", _d.amount_base_minor < 0
    ),
    RowRule(
        "closed_before_opened",
        "A dispute is closed after it is opened.",
        "disputes",
        _d.closed_at < _d.opened_at,
    ),
    RowRule(
        "unknown_leg",
        f"A commission is of one of the legs {', '.join(LEGS)}.",
        "commission_entries",
        strange(_c.leg, *LEGS),
    ),
    RowRule(
        "unknown_entry",
        f"A commission entry is one of {', '.join(ENTRIES)}.",
        "commission_entries",
        strange(_c.entry, *ENTRIES),
    ),
    RowRule(
        "negative_commission",
        "Only the platform's own leg can be negative, or what is clawed back.",
        "commission_entries",
        (_c.amount_base_minor < 0) & (_c.leg != "platform") & (_c.entry != "clawed_back"),
    ),
    RowRule(
        "nothing_paid",
        "A commission that is invoiced, paid or clawed back is not zero.",
        "commission_entries",
        (_c.amount_base_minor == 0) & (_c.entry != "accrued"),
    ),
)
