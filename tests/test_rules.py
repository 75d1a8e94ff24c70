"""Every rule for single rows is broken by its row alone, on both engines; for bookings see `check`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from analytics_lib import schema
from analytics_lib.rules import RULES, RowRule, RuleBreak, rule_breaks
from tests import engines

place = engines.place

START = datetime(2026, 1, 10)
LATER, BEFORE = START + timedelta(hours=1), START - timedelta(hours=1)
Row = Mapping[str, Any]

# By table: rows that break the rule of that name and no other one.
BROKEN: dict[str, dict[str, Row]] = {
    "payments": {
        "negative_payment": {"amount_minor": -1},
        "negative_capture": {"captured_at": START, "captured_base_minor": -1},
        "authorised_before_attempted": {"attempted_at": START, "authorised_at": BEFORE},
        "captured_before_attempted": {"attempted_at": START, "captured_at": BEFORE},
        "captured_before_authorised": {"authorised_at": START, "captured_at": BEFORE},
        "paid_out_before_captured": {"captured_at": START, "paid_out_at": BEFORE},
        "captured_at_no_time": {"captured_base_minor": 1},
        "unknown_failed_stage": {"failed_stage": "Issuer"},
        "failed_and_captured": {"captured_at": START, "failed_stage": "issuer"},
    },
    "refunds": {
        "negative_refund": {"amount_minor": -1},
        "refunded_before_requested": {"requested_at": START, "refunded_at": BEFORE},
    },
    "disputes": {
        "negative_dispute": {"amount_base_minor": -1},
        "closed_before_opened": {"opened_at": START, "closed_at": BEFORE},
    },
    "commission_entries": {
        "unknown_leg": {"leg": "agent"},
        "unknown_entry": {"entry": "due"},
        "negative_commission": {"leg": "agency", "entry": "accrued", "amount_base_minor": -1},
        "nothing_paid": {"leg": "agency", "entry": "paid", "amount_base_minor": 0},
    },
    "sessions": {
        "funnel_gap": {"started_at": START, "searched_at": START, "checkout_at": START},
        "funnel_order": {"searched_at": START, "viewed_at": LATER, "checkout_at": START},
    },
    "quotes": {
        "negative_quote": {"price_base_minor": -1},
        "starts_before_quoted": {"quoted_at": START, "starts_on": date(2026, 1, 8)},
    },
    "ai_queries": {
        "completed_before_received": {"received_at": START, "completed_at": BEFORE},
        "unknown_status": {"status": "done"},
        "running_and_completed": {"status": "running", "completed_at": START},
        "rating_out_of_range": {"rating": 6},
        "rated_before_received": {"received_at": START, "rated_at": BEFORE},
        "own_parent": {"query_id": "itself", "parent_query_id": "itself"},
    },
    "notifications": {
        "unknown_message_channel": {"channel": "fax"},
        "received_before_sent": {"sent_at": START, "clicked_at": BEFORE},
        "failed_and_received": {"failed_at": START, "opened_at": START},
        "unreported_delivery": {"reports_delivery": False, "delivered_at": START},
        "unreported_open": {"reports_opens": False, "machine_opened_at": START},
    },
    "partners": {
        "unknown_partner_kind": {"kind": "friend"},
        "ended_before_joined": {"joined_at": START, "ended_at": BEFORE},
        "own_parent": {"partner_id": "itself", "parent_partner_id": "itself"},
    },
    "partner_terms": {
        "terms_end_before_start": {"valid_from": START, "valid_to": START},
        "impossible_share": {"revenue_share_rate": 1.5},
    },
    "services": {"monitored_backwards": {"monitored_from": START, "monitored_to": BEFORE}},
    "outages": {
        "unknown_outage_kind": {"kind": "holiday"},
        "outage_ends_before_start": {"started_at": START, "ended_at": BEFORE},
    },
    "costs": {"unknown_cost_kind": {"kind": "lunch"}},
    "exchange_rates": {"impossible_rate": {"units_per_base_e9": 0}},
    "capacity": {"negative_capacity": {"units_available": -1}},
    "request_counts": {"more_good_than_valid": {"valid": 5, "good": 6}},
}
ALSO_BROKEN: tuple[tuple[str, str, Row], ...] = (
    ("payments", "paid_out_before_captured", {"paid_out_at": START}),
    ("partner_terms", "impossible_share", {"commission_rate": -0.01}),
    ("ai_queries", "running_and_completed", {"status": "ok"}),
    ("ai_queries", "rating_out_of_range", {"rating": 0}),
    ("sessions", "funnel_order", {"started_at": START, "searched_at": BEFORE}),
    ("sessions", "funnel_gap", {"booked_at": START}),
    ("request_counts", "more_good_than_valid", {"good": -1}),
    ("notifications", "unreported_open", {"reports_opens": False, "opened_at": START}),
)
SOUND: tuple[tuple[str, Row], ...] = (
    ("payments", {"attempted_at": START, "authorised_at": START, "captured_at": START, "paid_out_at": START}),
    ("payments", {"captured_base_minor": 0, "failed_stage": "abandoned"}),
    ("refunds", {"requested_at": START, "refunded_at": START, "amount_minor": 0}),
    ("commission_entries", {"leg": "platform", "entry": "accrued", "amount_base_minor": -1}),
    ("commission_entries", {"leg": "agency", "entry": "clawed_back", "amount_base_minor": -1}),
    ("commission_entries", {"leg": "agency", "entry": "accrued", "amount_base_minor": 0}),
    ("sessions", {"started_at": START, "searched_at": START, "viewed_at": START}),
    ("quotes", {"quoted_at": START, "starts_on": date(2026, 1, 9)}),
    ("ai_queries", {"status": "timeout", "rating": 1}),
    ("notifications", {"reports_opens": True, "sent_at": START, "opened_at": START, "delivered_at": START}),
    ("notifications", {"reports_opens": False, "clicked_at": START}),
    ("partner_terms", {"commission_rate": 0.0, "revenue_share_rate": 1.0}),
    ("costs", {"kind": "platform", "amount_base_minor": -1}),
    ("request_counts", {"valid": 0, "good": 0}),
)
MODELS = [name for name, table in schema.metadata.tables.items() if "business_model" in table.c]


def found(place: engines.Place, rows: list[tuple[str, Row]]) -> tuple[RuleBreak, ...]:
    """Rows are numbered within their table where they have no key."""
    held: dict[str, list[dict[str, Any]]] = {}
    for name, row in rows:
        table, mine = schema.metadata.tables[name], held.setdefault(name, [])
        mine.append({**dict.fromkeys(table.columns.keys()), **numbered(name, len(mine)), **row})
    frames = {name: pd.DataFrame(mine, dtype=object) for name, mine in held.items()}
    with place.holding(frames) as warehouse, warehouse.reading() as reader:
        return rule_breaks(reader, reader.contents().provided)


def numbered(name: str, number: int) -> Row:
    """A key of that number."""
    moments = {"valid_from": START, "bucket_at": START, "stay_on": date(2026, 1, 10)}
    keys = schema.key_columns(schema.metadata.tables[name])
    return {key: moments.get(key, f"{name}-{number}") for key in keys}


def test_every_rule_is_broken_by_its_row_alone(place: engines.Place) -> None:
    rows = [(name, row) for name, rules in BROKEN.items() for row in rules.values()]
    expected = {
        (rule, name): (1, str(next(iter({**numbered(name, number), **row}.values()))))
        for name, rules in BROKEN.items()
        for number, (rule, row) in enumerate(rules.items())
    }
    told = {
        (each.rule, each.table): (each.rows, each.examples[0].split(", ")[0])
        for each in found(place, [*rows, *SOUND])
    }
    assert told == expected
    tried = {*expected, *(("unknown_business_model", name) for name in MODELS)}
    assert tried >= {(rule.name, rule.table) for rule in RULES if rule.table != "bookings"}


def test_each_half_of_a_rule_counts(place: engines.Place) -> None:
    told = {
        (each.rule, each.table): each.rows
        for each in found(place, [(name, row) for name, _, row in ALSO_BROKEN])
    }
    expected: dict[tuple[str, str], int] = {}
    for name, rule, _ in ALSO_BROKEN:
        expected[rule, name] = expected.get((rule, name), 0) + 1
    assert told == expected


def test_business_models_are_the_same_everywhere(place: engines.Place) -> None:
    rows: list[tuple[str, Row]] = [
        (
            name,
            {"business_model": model, "created_at": START}
            if name == "bookings"
            else {"business_model": model},
        )
        for name in MODELS
        for model in ("b2c", "B2C", "b2b2c")
    ]
    told = found(place, rows)
    assert {each.rule for each in told} == {"unknown_business_model"}
    assert {each.table: each.examples for each in told} == {name: (f"{name}-1",) for name in MODELS}


def test_nothing_but_keys_breaks_nothing_but_for_bookings(place: engines.Place) -> None:
    rows: list[tuple[str, Row]] = [
        (name, {}) for name in schema.metadata.tables if name not in ("about", "coverage")
    ]
    assert {each.table for each in found(place, rows)} == {"bookings"}
    assert found(place, []) == ()


def test_a_rule_is_named_once_in_a_table() -> None:
    names = [(rule.table, rule.name) for rule in RULES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.table}-{rule.name}")
def test_rules_read_as_sentences(rule: RowRule) -> None:
    assert rule.says.endswith(".") and rule.says[0].isupper()
    assert rule.columns and {table for table, _ in rule.columns} == {rule.table}
    assert rule.columns <= {
        (rule.table, column.name) for column in schema.metadata.tables[rule.table].columns
    }
