"""What `check` says of a database: what is there, what is missing, who breaks a rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pyarrow as pa

from analytics_lib.audits.check import check
from analytics_lib.rules import RULES
from analytics_lib.sources.publish import publish
from analytics_lib.terminal import checked
from analytics_lib.warehouse import open_warehouse
from tests.platforms import START, about_rows

LATER, BEFORE = START + timedelta(days=3), START - timedelta(days=3)
GOOD: dict[str, Any] = {
    "created_at": START,
    "starts_on": date(2026, 2, 1),
    "ends_on": date(2026, 2, 3),
    "party_size": 2,
    "channel": "web",
    "price_minor": 100,
    "price_base_minor": 100,
    "lodging_base_minor": 100,
    "business_model": "b2c",
    "is_test": False,
}
BROKEN: dict[str, dict[str, Any]] = {
    "no_booking_day": {"created_at": None},
    "no_guests": {"party_size": 0},
    "zero_nights": {"ends_on": date(2026, 2, 1)},
    "ends_before_starts": {"ends_on": date(2026, 1, 31)},
    "starts_before_booked": {"starts_on": date(2025, 12, 29)},
    "negative_price": {"price_minor": -1},
    "price_arithmetic": {"list_price_minor": 120, "discount_minor": 10},
    "unknown_business_model": {"business_model": "B2C"},
    "undefined_channel": {"channel": "Undefined"},
    "confirmed_before_created": {"confirmed_at": BEFORE},
    "cancelled_before_created": {"cancelled_at": BEFORE},
    "cancelled_and_completed": {"cancelled_at": LATER, "completed_at": LATER},
    "no_show_and_completed": {"no_show_at": LATER, "completed_at": LATER},
    "cancelled_and_no_show": {"cancelled_at": LATER, "no_show_at": LATER},
    "no_units": {"units": 0},
    "expired_before_created": {"expired_at": BEFORE},
    "completed_before_created": {"completed_at": BEFORE},
    "no_show_before_created": {"no_show_at": BEFORE},
    "expired_and_confirmed": {"expired_at": LATER, "confirmed_at": LATER},
}
SOUND: list[dict[str, Any]] = [
    {"ends_on": date(2026, 2, 1), "lodging_base_minor": None},
    {"starts_on": None, "ends_on": None, "party_size": None, "channel": None},
    {"list_price_minor": 110, "discount_minor": 10, "confirmed_at": START, "cancelled_at": START},
    {"starts_on": date(2025, 12, 31)},
]


@dataclass(frozen=True)
class Asked:
    name: str
    requires: frozenset[tuple[str, str]]


def write(url: str, *rows: dict[str, Any], covered: tuple[str, ...] = ("booking_id", *GOOD)) -> None:
    names = ("booking_id", *dict.fromkeys(name for row in (GOOD, *rows) for name in row))
    filled = [{**dict.fromkeys(names), "booking_id": f"b{n}", **GOOD, **row} for n, row in enumerate(rows)]
    kinds = [pa.field(name, KINDS.get(name, pa.string())) for name in names]
    spans = {
        "table_name": ["bookings"] * len(covered),
        "column_name": list(covered),
        "complete_from": [START] * len(covered),
        "complete_through": [LATER] * len(covered),
    }
    with publish(url, source="small") as publication:
        publication.append("about", about_rows(data_from="2025-12-01T00:00:00"))
        publication.append("coverage", pa.table(spans))
        publication.append("bookings", pa.Table.from_pylist(filled, schema=pa.schema(kinds)))


KINDS = {
    **dict.fromkeys(
        ("created_at", "confirmed_at", "cancelled_at", "completed_at", "no_show_at", "expired_at"),
        pa.timestamp("us"),
    ),
    **dict.fromkeys(("starts_on", "ends_on"), pa.date32()),
    **dict.fromkeys(
        (
            "party_size",
            "units",
            "price_minor",
            "price_base_minor",
            "lodging_base_minor",
            "list_price_minor",
            "discount_minor",
        ),
        pa.int64(),
    ),
    "is_test": pa.bool_(),
}


def test_each_rule_for_bookings_is_broken_by_its_row_alone(database_url: str) -> None:
    everything = (
        "booking_id",
        *dict.fromkeys(name for row in (GOOD, *BROKEN.values(), *SOUND) for name in row),
    )
    write(database_url, *BROKEN.values(), *SOUND, covered=everything)
    with open_warehouse(database_url) as warehouse:
        found = check(warehouse).rule_breaks
    assert {part.rule: part.examples for part in found} == {
        name: (f"b{number}",) for number, name in enumerate(BROKEN)
    }
    assert set(BROKEN) == {rule.name for rule in RULES if rule.table == "bookings"}


def test_the_report_says_what_is_there_and_what_is_not(database_url: str) -> None:
    write(database_url, {}, {"is_test": True}, {"price_base_minor": None})
    metrics = [
        Asked("bookings", frozenset({("bookings", "created_at")})),
        Asked("device_mix", frozenset({("bookings", "device"), ("bookings", "created_at")})),
        Asked("refund_rate", frozenset({("refunds", "refunded_at"), ("payments", "captured_at")})),
    ]
    with open_warehouse(database_url) as warehouse:
        report = check(warehouse, metrics)
    assert dict(report.rows) == {"bookings": 3}
    assert "payments" in report.missing_tables
    assert ("bookings", "device") in report.missing_columns
    assert report.covered[0].complete_from == datetime(2026, 1, 1)
    assert dict(report.test_records) == {"bookings": 1}
    assert dict(report.without_base) == {"bookings.price_base_minor": 1}
    assert report.served == ("bookings",)
    assert dict(report.not_served) == {
        "device_mix": "the source does not provide bookings.device",
        "refund_rate": "the source provides no payments and no refunds",
    }
    assert report.missing_indexes == ()
    assert json.loads(json.dumps(report.to_dict()))["not_served"]["device_mix"].endswith("bookings.device")


def test_live_tables_without_coverage_or_indexes(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE bookings (booking_id text, created_at timestamp, party_size integer)"
        )
        connection.execute("CREATE INDEX ON bookings (created_at, party_size)")
        connection.execute("CREATE INDEX ON bookings (party_size) WHERE party_size > 2")
        connection.execute("INSERT INTO bookings VALUES ('a', '2026-01-01', 0)")
    with open_warehouse(postgresql_url) as warehouse:
        report = check(warehouse)
    assert report.is_live
    assert [(part.table, part.column) for part in report.covered] == [
        ("bookings", "booking_id"),
        ("bookings", "created_at"),
        ("bookings", "party_size"),
    ]
    assert [part.rule for part in report.rule_breaks] == ["no_guests"], (
        "rules without their columns are passed over"
    )
    assert "bookings (created_at)" not in report.missing_indexes
    assert "bookings (cancelled_at)" in report.missing_indexes
    assert not any(part.startswith("payments") for part in report.missing_indexes)


def test_what_breaks_rules_is_shown_by_table_to_people_and_to_programs(duckdb_url: str) -> None:
    write(duckdb_url, {"party_size": 0}, *[{"price_minor": -1}] * 4, {"is_test": True}, {"party_size": -1})
    with open_warehouse(duckdb_url) as warehouse:
        report = check(warehouse)
    shown = checked(report)
    assert (
        "Rows that break a rule\n"
        "  bookings\n"
        "    2  A booking is for at least one person. (no_guests: b0; b6)\n"
        "    4  A price is not negative. (negative_price: b1; b2; b3; ...)\n"
        "Test records, which are left out: 1 bookings.\n"
    ) in shown
    assert json.loads(json.dumps(report.to_dict()))["rule_breaks"][1] == {
        "rule": "negative_price",
        "says": "A price is not negative.",
        "table": "bookings",
        "rows": 4,
        "examples": ["b1", "b2", "b3"],
    }


def test_nothing_broken_is_said_in_so_many_words(duckdb_url: str) -> None:
    write(duckdb_url, {})
    with open_warehouse(duckdb_url) as warehouse:
        shown = checked(check(warehouse))
    assert "\nNo row breaks a rule.\nTest records, which are left out: none.\n" in shown


def test_live_tables_whose_ids_are_numbers_are_audited_too(postgresql_url: str) -> None:
    """A platform's own tables: other types for ids, instants with a zone, columns that are missing."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE customers (customer_id bigint, country_code varchar(2))")
        connection.execute(
            "CREATE TABLE bookings (booking_id bigint, customer_id bigint, channel varchar(40), "
            "created_at timestamptz, currency char(3), price_minor bigint, price_base_minor bigint)"
        )
        connection.execute(
            "CREATE TABLE exchange_rates (currency char(3), valid_from timestamptz, units_per_base_e9 bigint)"
        )
        connection.execute("CREATE TABLE about (key text, value text)")
        connection.execute("INSERT INTO about VALUES ('reporting_currency', 'EUR')")
        connection.execute("INSERT INTO exchange_rates VALUES ('USD', '2026-01-01 00:00+00', 2000000000)")
        connection.execute("INSERT INTO customers VALUES (1, 'ES')")
        connection.execute(
            "INSERT INTO bookings VALUES (1, 1, 'web', '2026-01-02 00:00+00', 'USD', 100, 50), "
            "(2, 2, 'a@b.eu', '2026-01-02 00:00+00', 'EUR', 100, 100), "
            "(2, NULL, NULL, '2026-01-02 00:00+00', 'USD', 100, 100)"
        )
    with open_warehouse(postgresql_url) as warehouse:
        found = {each.rule: each.examples for each in check(warehouse).rule_breaks}
    assert found == {
        "personal_datum": ("2",),
        "repeated_key": ("2",),
        "orphan_customer_id": ("2",),
        "wrong_rate": ("2",),
    }
