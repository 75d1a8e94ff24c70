"""A passport proves its number: whoever runs its SQL with its parameters gets the number again."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest

from analytics_lib import AnalyticsService
from analytics_lib.explanation import Passport
from analytics_lib.measure import Asked
from tests.small_platform import raw


def passport(small: AnalyticsService, metric: str, **words: str) -> Passport:
    (found,) = small.explain(metric, small.scope(period="2026-10", **words))
    return found


def run_by_hand(url: str, asked: Asked) -> list[tuple[object, ...]]:
    """The statement as an auditor runs it, in DuckDB's own client."""
    path = os.path.realpath(url.removeprefix("duckdb:///"))
    with duckdb.connect() as elsewhere:
        elsewhere.execute(f"ATTACH '{path}' AS platform (READ_ONLY)")
        elsewhere.execute("USE platform")
        return elsewhere.execute(asked.sql, dict(asked.parameters)).fetchall()


def test_the_sql_gives_the_number(small: AnalyticsService, small_url: str) -> None:
    found = passport(small, "total_bookings")
    (asked,) = found.statements
    (row,) = run_by_hand(small_url, asked)
    value = small.measure("total_bookings", small.scope(period="2026-10"))["value"].iloc[0]
    assert value in row
    start, end = datetime(2026, 9, 30, 22), datetime(2026, 10, 31, 23)
    counted = raw(
        small_url,
        f"SELECT count(*) AS n FROM bookings WHERE NOT is_test "
        f"AND created_at >= '{start}' AND created_at < '{end}'",
    )
    assert value == counted["n"].iloc[0] == asked.rows > 0


def test_a_rate_names_its_parts_and_all_their_statements(small: AnalyticsService, small_url: str) -> None:
    found = passport(small, "cancellation_rate")
    assert set(found.parts) == {"cancelled_bookings", "total_bookings"}
    assert all(part in found.formula for part in found.parts)
    assert {name for asked in found.statements for name in asked.metrics} >= set(found.parts)
    (asked,) = found.statements
    (row,) = run_by_hand(small_url, asked)
    value = small.measure("cancellation_rate", small.scope(period="2026-10"))["value"].iloc[0]
    assert any(
        isinstance(top, int) and isinstance(bottom, int) and bottom and top / bottom == pytest.approx(value)
        for top in row
        for bottom in row
    )


def test_metrics_of_two_dates_have_a_statement_each(small: AnalyticsService) -> None:
    found = passport(small, "net_bookings")
    assert len(found.statements) == 2
    assert any("created_at" in asked.sql for asked in found.statements)
    assert any("cancelled_at" in asked.sql for asked in found.statements)


def test_scope_and_version_are_on_it(small: AnalyticsService) -> None:
    found = passport(small, "total_bookings", business_model="b2b")
    assert found.data_version == small.warehouse.version()
    assert found.scope["period"] == "2026-10" and found.scope["business_models"] == ["b2b"]
    assert "b2b" in str(found.statements[0].parameters) + found.statements[0].sql


def test_it_reads_as_text_and_as_plain_values(small: AnalyticsService) -> None:
    found = passport(small, "total_bookings")
    text = str(found)
    for part in (found.title, found.says, found.formula, found.data_version, "SELECT"):
        assert part in text
    plain = found.to_dict()
    assert plain["name"] == "total_bookings"
    assert plain["statements"][0]["rows"] == found.statements[0].rows


def test_how_many_rows_it_rests_on_is_withheld_with_small_groups(small: AnalyticsService) -> None:
    shown = passport(small, "total_bookings")
    scope = replace(small.scope(period="2026-10"), smallest_group=10)
    (withheld,) = small.explain("total_bookings", scope)
    assert f"rows counted: {shown.statements[0].rows}" in str(shown)
    assert "rows counted: withheld" in str(withheld)


def test_only_the_statements_of_the_metric_are_on_its_passport(small: AnalyticsService) -> None:
    both = small.explain(["total_bookings", "cancellations"], small.scope(period="2026-10"))
    placed, cancelled = both
    assert len(placed.statements) == len(cancelled.statements) == 1
    assert placed.statements != cancelled.statements
