"""Every audit of `check` finds its rows and no others, and the same ones on both engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest
from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.audits.check import all_audits, all_row_rules, check
from analytics_lib.audits.references import DATA
from analytics_lib.schema import key_columns
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.audits.disagreements import CASES, Added
from tests.audits.trade import (
    SOUND,
    Row,
    Rows,
    at,
    booking,
    entry,
    frames,
    payment,
    refund,
)

place = engines.place

GONE = "gone"
Found = dict[tuple[str, str], list[str]]


def found(place: engines.Place, rows: Rows) -> Found:
    """The keys of the rows at fault as `check` tells them, none of them left out."""
    with place.holding(frames(rows)) as warehouse:
        breaks = check(warehouse).rule_breaks
    assert all(each.rows == len(each.examples) for each in breaks)
    return {(each.rule, each.table): list(each.examples) for each in breaks}


def at_fault(warehouse: Warehouse) -> Found:
    """The keys of all rows at fault, however many."""
    every: Found = {}
    with warehouse.reading() as reader:
        now = reader.contents()
        asked = [(audit, audit.at_fault) for audit in all_audits(now)]
        for rule in all_row_rules(now):
            table = schema.metadata.tables[rule.table]
            asked.append((rule, select(*(table.c[key] for key in key_columns(table))).where(rule.broken)))
        for each, question in asked:
            rows = reader.fetch(question)
            keys = sorted(", ".join(map(str, row)) for row in rows.itertuples(index=False))
            every |= {(each.name, each.table): keys} if keys else {}
    return every


def with_more(added: Sequence[Added]) -> Rows:
    """The sound platform with more rows in some tables."""
    rows = {name: list(mine) for name, mine in SOUND.items()}
    for name, row in added:
        rows[name].append(row)
    return rows


def test_nothing_is_found_where_nothing_is_wrong(place: engines.Place) -> None:
    assert found(place, SOUND) == {}


def test_nothing_is_found_where_nothing_is(place: engines.Place) -> None:
    assert found(place, {}) == {}


def test_rows_of_nothing_but_a_key_break_only_what_asks_for_more(place: engines.Place) -> None:
    moments = {"valid_from": at(2), "bucket_at": at(2), "stay_on": date(2026, 1, 2)}
    rows = {
        table.name: [{name: moments.get(name, f"{table.name}-1") for name in key_columns(table)}]
        for table in DATA
    }
    # Parts of these keys are references as well.
    for name, key, parent in (
        ("partner_terms", "partner_id", "partners"),
        ("capacity", "product_id", "products"),
        ("request_counts", "service", "services"),
    ):
        rows[name][0][key] = f"{parent}-1"
    assert found(place, rows) == {
        ("no_booking_day", "bookings"): ["bookings-1"],
        ("unknown_business_model", "bookings"): ["bookings-1"],
    }


def test_a_key_that_repeats_is_found_in_every_table(place: engines.Place) -> None:
    every = found(place, {name: [*mine, mine[0]] for name, mine in SOUND.items()})
    repeated = {table: keys for (rule, table), keys in every.items() if rule == "repeated_key"}
    assert {table: len(keys) for table, keys in repeated.items()} == {table.name: 1 for table in DATA}
    assert repeated["bookings"] == ["b1"] and repeated["capacity"] == ["h1, 2026-02-01 00:00:00"]
    # What stands twice is also summed twice.
    assert {broken for broken in every if broken[0] != "repeated_key"} == {
        ("commission_legs", "bookings"),
        ("over_refunded", "payments"),
        ("overlapping_terms", "partner_terms"),
    }


ORPHANS: tuple[tuple[str, str, Row], ...] = (
    ("products", "destination_id", {"product_id": "y1"}),
    ("partners", "parent_partner_id", {"partner_id": "y2"}),
    ("partner_terms", "partner_id", {"valid_from": at(1)}),
    ("bookings", "customer_id", booking(91, confirmed_at=None)),
    ("bookings", "product_id", booking(92, confirmed_at=None)),
    ("bookings", "destination_id", booking(93, confirmed_at=None)),
    ("bookings", "partner_id", booking(94, confirmed_at=None)),
    ("payments", "booking_id", payment("y3", "?")),
    ("payments", "partner_id", payment("y4", "b3")),
    ("refunds", "attempt_id", refund("y5", "?", "b1")),
    ("refunds", "booking_id", refund("y6", "p3", "?")),
    ("refunds", "partner_id", refund("y7", "p5", "b6", currency="JPY", amount_minor=3_200)),
    ("disputes", "attempt_id", {"dispute_id": "y8"}),
    ("disputes", "partner_id", {"dispute_id": "y9"}),
    ("commission_entries", "booking_id", entry("y10", "?", "supplier", "accrued", 5)),
    ("commission_entries", "partner_id", entry("y11", "b1", "supplier", "invoiced", 5)),
    ("sessions", "customer_id", {"session_id": "y12"}),
    ("sessions", "booking_id", {"session_id": "y13"}),
    ("sessions", "partner_id", {"session_id": "y14"}),
    ("searches", "session_id", {"search_id": "y15"}),
    ("searches", "destination_id", {"search_id": "y16"}),
    ("searches", "partner_id", {"search_id": "y17"}),
    ("ai_queries", "session_id", {"query_id": "y18"}),
    ("ai_queries", "parent_query_id", {"query_id": "y19"}),
    ("ai_queries", "partner_id", {"query_id": "y20"}),
    ("notifications", "customer_id", {"message_id": "y21"}),
    ("notifications", "partner_id", {"message_id": "y22"}),
    ("outages", "service", {"outage_id": "y23"}),
    ("costs", "partner_id", {"cost_id": "y24"}),
    ("capacity", "product_id", {"stay_on": date(2026, 1, 1)}),
    ("quotes", "session_id", {"quote_id": "y25"}),
    ("quotes", "product_id", {"quote_id": "y26"}),
    ("quotes", "partner_id", {"quote_id": "y27"}),
    ("request_counts", "service", {"bucket_at": at(1)}),
)


def test_every_reference_that_leads_nowhere_is_found(place: engines.Place) -> None:
    every = found(place, with_more([(name, {**row, column: GONE}) for name, column, row in ORPHANS]))
    orphans = {broken: keys for broken, keys in every.items() if broken[0].startswith("orphan_")}
    assert orphans == {
        (f"orphan_{column}", name): [
            ", ".join(
                str({**row, column: GONE}[key]) + (" 00:00:00" if key == "stay_on" else "")
                for key in key_columns(schema.metadata.tables[name])
            )
        ]
        for name, column, row in ORPHANS
    }
    # A payment of another partner than its booking's is at odds with that as well.
    assert {rule for rule, _ in every.keys() - orphans.keys()} == {"scope_mismatch"}


def test_every_column_that_names_another_row_is_looked_after() -> None:
    """Ids that name no canonical row are told here; another one is a reference that nobody checks."""
    free = {"intent_id", "visitor_id", "conversation_id"}
    ids = {
        (table.name, column.name)
        for table in DATA
        for column in table.columns
        if column.name.endswith("_id") and key_columns(table) != (column.name,) and column.name not in free
    }
    assert ids == {(name, column) for name, column, _ in ORPHANS if column != "service"}


@pytest.fixture(scope="module")
def everything(place: engines.Place) -> Found:
    """What is found if all cases stand in one database: none may hide another."""
    with place.holding(
        frames(with_more([row for n, (made, _) in numbered_cases() for row in made(n)]))
    ) as held:
        every, breaks = at_fault(held), check(held).rule_breaks
    told = {(each.rule, each.table): (each.rows, list(each.examples)) for each in breaks}
    assert told == {broken: (len(keys), keys[:3]) for broken, keys in every.items()}
    return every


def numbered_cases() -> list[tuple[int, tuple[Callable[[int], list[Added]], tuple[str, str, str] | None]]]:
    return list(enumerate(CASES.values(), start=100))


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_agree_is_found(everything: Found, case: str) -> None:
    n = 100 + list(CASES).index(case)
    mine = [(*broken, key) for broken, keys in everything.items() for key in keys if str(n) in key]
    expected = CASES[case][1]
    assert mine == ([] if expected is None else [(*expected[:2], expected[2].format(n=n))])


def test_nothing_else_is_found(everything: Found) -> None:
    expected = [(n, told) for n, (_, told) in numbered_cases() if told is not None]
    assert sum(map(len, everything.values())) == len(expected)
