"""Rules that depend on what a database says about itself: its range, its currency, what it provides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.audits.audit import audit_breaks
from analytics_lib.audits.check import all_audits, all_row_rules
from analytics_lib.audits.references import orphans
from analytics_lib.audits.sums import sums
from analytics_lib.rules import RuleBreak, rule_breaks
from analytics_lib.warehouse import Contents
from tests import engines
from tests.audits.trade import BEGIN, END, Row, Rows, booking, frames

place = engines.place

SECOND = timedelta(seconds=1)
PERSONAL = (
    "anna.example@example.com",
    "Anna Example <anna@mail.example.co.uk>",
    "müller@example.de",
    "first line\nanna@example.com",
    "(anna+travel@example.org)",
    "+44 20 7946 0123",
    "call +1 (212) 555-0123 now",
    "+34600123456",
    "tel:+49.30.23125000",
    "two\nlines +44 20 7946 0123",
)
NOT_PERSONAL = (
    "",
    "@",
    "summer@home",
    "Bed @ Breakfast, No. 5",
    "tool@1.2.3",
    "https://maps.example/@41.38,2.17,15z",
    "@anna",
    "spring-sale-2025",
    "12+34567890123",
    "+12 nights",
    "+12 345 guests",
    "2026-01-01T00:00:00+01:00",
    "34600123456",
    "a % sign, a _ and a ' :x",
)


def broken(rows: Sequence[RuleBreak], rule: str) -> dict[str, tuple[str, ...]]:
    """By table, the first keys."""
    return {each.table: each.examples for each in rows if each.rule == rule}


def told(place: engines.Place, rows: Rows, rule: str, *, end: datetime | None = END, **about: str) -> Any:
    with place.holding(frames(rows, end, **about)) as warehouse, warehouse.reading() as reader:
        now = reader.contents()
        wanted = [each for each in all_row_rules(now) if each.name == rule]
        return broken(rule_breaks(reader, now.provided, wanted), rule)


def partners(*names: str) -> Rows:
    return {
        "partners": [{"partner_id": f"p{place:02d}", "name": name} for place, name in enumerate(names)],
    }


def test_what_only_a_person_has_is_found_and_nothing_that_merely_looks_like_it(place: engines.Place) -> None:
    rows = partners(*PERSONAL, *NOT_PERSONAL)
    with place.holding(frames(rows)) as warehouse, warehouse.reading() as reader:
        now = reader.contents()
        (rule,) = (
            each for each in all_row_rules(now) if (each.name, each.table) == ("personal_datum", "partners")
        )
        key, name = schema.partners.c.partner_id, schema.partners.c.name
        found = reader.fetch(select(name).where(rule.broken).order_by(key))["name"].tolist()
        (broken_by,) = rule_breaks(reader, now.provided, [rule])
    assert found == list(PERSONAL)
    assert (broken_by.rows, broken_by.examples) == (len(PERSONAL), ("p00", "p01", "p02"))


def test_every_text_is_looked_at_once(place: engines.Place) -> None:
    """A reference is looked at where its key stands; a key that is gone is an orphan anyway."""
    rows: dict[str, list[Row]] = {
        "notifications": [{"message_id": "m1", "campaign": "anna@example.com"}],
        "customers": [{"customer_id": "+34600123456"}],
        "sessions": [
            {"session_id": "s1", "customer_id": "+34600123456"},
            {"session_id": "s2", "visitor_id": "a@b.eu"},
        ],
        "ai_queries": [{"query_id": "q1", "intent": "mail to anna@example.com"}],
    }
    assert told(place, rows, "personal_datum") == {
        "notifications": ("m1",),
        "customers": ("+34600123456",),
        "sessions": ("s2",),
        "ai_queries": ("q1",),
    }


def test_references_to_what_nobody_provides_are_looked_at(place: engines.Place) -> None:
    rows = {"bookings": [booking(1, customer_id="anna@example.com")]}
    with place.holding(frames(rows)) as warehouse, warehouse.reading() as reader:
        now = without(reader.contents(), "customers")
        wanted = [each for each in all_row_rules(now) if each.name == "personal_datum"]
        assert broken(rule_breaks(reader, now.provided, wanted), "personal_datum") == {"bookings": ("b1",)}


def without(now: Contents, table: str) -> Contents:
    return replace(now, columns=frozenset(part for part in now.columns if part[0] != table))


def at_the_edges(name: str) -> Rows:
    """Rows of a table of events: at the first instant, just before it, the last one, and just after it."""
    table = schema.metadata.tables[name]
    instants = [column.name for column in table.columns if str(column.type) == "DATETIME"]
    (key, *_) = schema.key_columns(table)
    moments = (BEGIN, BEGIN - SECOND, END - SECOND, END)
    rows = [{key: f"{place}", instants[0]: moment} for place, moment in enumerate(moments)]
    return {name: [*rows, *({key: f"4-{each}", instants[0]: BEGIN, each: END} for each in instants[1:])]}


EVENTS = tuple(
    name
    for name, table in schema.metadata.tables.items()
    if "is_test" in table.c or name in ("outages", "request_counts")
)


def test_late_and_early_rows_are_found_by_any_of_their_instants(place: engines.Place) -> None:
    rows: dict[str, Sequence[Row]] = {}
    for name in EVENTS:
        rows |= at_the_edges(name)
    with place.holding(frames(rows)) as warehouse, warehouse.reading() as reader:
        now = reader.contents()
        wanted = [each for each in all_row_rules(now) if each.name == "late_row"]
        found = rule_breaks(reader, now.provided, wanted)
    assert {each.table: each.rows for each in found} == {name: len(rows[name]) - 2 for name in EVENTS}
    assert {each.examples[:2] for each in found if "_id" in schema.key_columns(table_of(each))[0]} <= {
        ("1", "3")
    }


def table_of(found: RuleBreak) -> Any:
    return schema.metadata.tables[found.table]


def test_what_things_were_before_and_will_be_is_not_late(place: engines.Place) -> None:
    rows: Mapping[str, list[Row]] = {
        "customers": [{"customer_id": "c1", "joined_at": BEGIN - SECOND}],
        "partners": [{"partner_id": "p1", "joined_at": BEGIN - SECOND, "ended_at": END}],
        "partner_terms": [{"partner_id": "p1", "valid_from": BEGIN - SECOND, "valid_to": END}],
        # Maintenance is announced.
        "outages": [{"outage_id": "o1", "kind": "maintenance", "started_at": END, "ended_at": END + SECOND}],
    }
    assert told(place, rows, "late_row") == {}


def test_without_a_word_on_where_the_data_end_nothing_is_late(place: engines.Place) -> None:
    rows = {"bookings": [booking(1, created_at=END), booking(2, created_at=BEGIN - SECOND)]}
    assert told(place, rows, "late_row", end=None) == {"bookings": ("b2",)}
    assert told(place, rows, "late_row", end=None, data_from="whenever") == {}
    aware = BEGIN.isoformat() + "+02:00"
    early = {"bookings": [booking(1, created_at=BEGIN - timedelta(hours=1))]}
    assert told(place, early, "late_row", data_from=aware) == {}


def test_a_database_that_names_no_currency_has_no_wrong_rates(place: engines.Place) -> None:
    tables = frames({"bookings": [booking(1, currency="USD"), booking(2, price_base_minor=1)]})
    assert {"wrong_rate", "base_differs"} <= names_of_rules(place, tables)
    tables["about"] = tables["about"][tables["about"]["key"] != "reporting_currency"]
    assert not {"wrong_rate", "base_differs"} & names_of_rules(place, tables)


def names_of_rules(place: engines.Place, tables: engines.Tables) -> set[str]:
    with place.holding(tables) as warehouse, warehouse.reading() as reader:
        now = reader.contents()
        return {each.name for each in (*all_row_rules(now), *all_audits(now))}


def test_commissions_are_missed_only_where_they_are_complete(place: engines.Place) -> None:
    """A platform that has kept them since the tenth: none are due for bookings confirmed before."""
    since = datetime(2026, 1, 10, 13)
    rows = {"bookings": [booking(1, confirmed_at=since - SECOND), booking(2, confirmed_at=since)]}
    covered = engines.coverage_frame()
    covered.loc[covered["table_name"] == "commission_entries", "complete_from"] = since
    assert without_legs(place, {**frames(rows), "coverage": covered}) == {"bookings": ("b2",)}
    until = covered.assign(complete_through=since, complete_from=pd.NaT)
    assert without_legs(place, {**frames(rows), "coverage": until}) == {"bookings": ("b1",)}


def without_legs(place: engines.Place, tables: engines.Tables) -> dict[str, tuple[str, ...]]:
    with place.holding(tables) as warehouse, warehouse.reading() as reader:
        now = reader.contents()
        return broken(audit_breaks(reader, now.provided, sums(now)), "commission_legs")


def test_an_audit_whose_columns_are_not_provided_is_passed_over(place: engines.Place) -> None:
    rows = {"bookings": [booking(1, customer_id="gone", product_id="gone", confirmed_at=None)]}
    with place.holding(frames(rows)) as warehouse, warehouse.reading() as reader:
        now = without(reader.contents(), "customers")
        found = audit_breaks(reader, now.provided, orphans())
    assert {each.rule for each in found} == {"orphan_product_id", "orphan_destination_id"}
