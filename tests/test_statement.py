"""The SELECTs: one per fact and timestamp, filters on raw columns, nothing spelled into the text."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Table
from sqlalchemy.engine import Dialect

from analytics_lib import Scope
from analytics_lib.catalogue import METRICS
from analytics_lib.facts import Snapshot
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import Elapsed, Leaf, Metric, Rows
from analytics_lib.statement import Arm, build, statements
from analytics_lib.warehouse.address import parse_address
from analytics_lib.warehouse.duckdb_file import duckdb_dialect
from analytics_lib.warehouse.postgresql import postgresql_engine
from analytics_lib.warehouse.reading import spell

AS_OF = datetime(2026, 6, 1)
MARCH = Scope.build(
    period="2026-03", as_of=AS_OF, zone="Europe/Madrid", business_models=["b2c"], partners=["p'1"]
)
LEAVES = tuple(dict.fromkeys(leaf for metric in METRICS.values() for leaf in metric.leaves()))
COUNTED = tuple(leaf for leaf in LEAVES if isinstance(leaf, Metric))
ASKED = tuple(leaf for leaf in LEAVES if not isinstance(leaf, Elapsed))
PLACED = [leaf for leaf in COUNTED if leaf.dated.key == "created_at" and leaf.rows.name == "bookings"]


@pytest.fixture(params=["duckdb", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    if request.param == "duckdb":
        return duckdb_dialect()
    return postgresql_engine(parse_address("postgresql://localhost/nowhere")).dialect


def arm(label: int = 0, scope: Scope = MARCH, *, knows_all: bool = True, all_marked: bool = True) -> Arm:
    return Arm(label, scope, scope.partners, knows_all, all_marked)


def sql(metrics: list[Metric], *arms: Arm, by: tuple[str, ...] = (), over: TimeFrame | None = None) -> str:
    text, _ = spell(build(metrics, arms or (arm(),), by, over).query, duckdb_dialect())
    return " ".join(text.split())


def test_one_statement_carries_all_metrics_of_a_timestamp() -> None:
    statement = build(PLACED, [arm()], (), None)
    assert set(statement.labels) == {leaf.name for leaf in PLACED}
    assert len(PLACED) > 10
    assert sql(PLACED).count("SELECT") == 1


def test_equal_aggregates_are_asked_for_once() -> None:
    twice = build([PLACED[0], PLACED[0]], [arm()], (), None)
    assert sql([PLACED[0], PLACED[0]]).count("count(*)") == 1
    assert len(twice.labels) == 1


def test_the_period_stands_on_the_raw_column_half_open() -> None:
    text = sql([PLACED[0]])
    assert "bookings.created_at >= $" in text
    assert "bookings.created_at < $" in text
    assert "BETWEEN" not in text.upper()
    _, parameters = spell(build([PLACED[0]], [arm()], (), None).query, duckdb_dialect())
    assert {datetime(2026, 2, 28, 23), datetime(2026, 3, 31, 22)} <= set(map(_plain, parameters.values()))


def _plain(value: object) -> object:
    return value if value.__hash__ else repr(value)


def test_the_comparison_is_a_second_arm_and_not_a_wider_scan() -> None:
    text = sql([PLACED[0]], arm(0), arm(1, MARCH.compared("previous")))
    assert text.count("UNION ALL") == 1
    assert text.count("bookings.created_at >= $") == 2


def sql_of(leaf: Leaf, asked: Arm) -> str:
    """All that is sent to answer one leaf."""
    found = statements([leaf], [asked], (), None, lambda _: (None, None))
    texts = [spell(query, duckdb_dialect())[0] for statement in found for query in statement.queries]
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize("leaf", ASKED, ids=lambda leaf: leaf.name)
def test_test_records_and_scope_are_filtered_for_every_metric(leaf: Leaf) -> None:
    """On every table that has the columns; a snapshot filters where it makes its rows."""
    text = sql_of(leaf, arm())
    assert "p'1" not in text
    if not isinstance(leaf, Rows):
        return
    fact = leaf.rows
    if fact.is_test is not None:
        assert "is_test" in text
    if fact.business_model is not None:
        assert "business_model IN ($" in text
    if fact.partner_id is not None:
        assert "partner_id IN ($" in text
    if isinstance(fact, Snapshot):
        assert "business_model IN ($" in text
        assert "partner_id IN ($" in text


PLAIN = [leaf for leaf in COUNTED if isinstance(leaf.rows.table, Table)]


@pytest.mark.parametrize("leaf", PLAIN, ids=lambda leaf: leaf.name)
def test_nothing_later_than_the_as_of_is_read(leaf: Metric) -> None:
    """Where data may be later, each state that a metric reads is cut at the as-of, and the row too."""
    text = sql_of(leaf, arm(knows_all=False))
    known_at = leaf.rows.known_at
    if known_at is not leaf.dated and known_at.key.endswith("_at"):
        assert f".{known_at.key} < $" in text
    for _, column in leaf.requires:
        if column.endswith("_at") and column not in (known_at.key, leaf.dated.key):
            assert f".{column} < $" in text or f".{column} >= $" in text


def test_no_join_is_made_that_no_dimension_asks_for() -> None:
    assert "JOIN" not in sql([PLACED[0]], by=("channel", "product"))
    joined = sql([PLACED[0]], by=("product_name", "product_kind", "partner_kind"))
    assert joined.count("LEFT OUTER JOIN") == 2


def test_a_grouped_expression_has_one_set_of_parameters(dialect: Dialect) -> None:
    """Written twice with parameters of its own, it would not be the expression that is grouped by."""
    statement = build([PLACED[0]], [arm()], ("lead_time_band",), TimeFrame.DAY)
    text, _ = spell(statement.query, dialect)
    chosen, grouped = " ".join(text.split()).split(" GROUP BY ")
    bucket = chosen.removeprefix("SELECT 0 AS arm, ").partition(" AS bucket")[0]
    assert grouped == "bucket, by_lead_time_band" or grouped.startswith(bucket)


def test_sums_are_whole_numbers() -> None:
    for leaf in COUNTED:
        if leaf.how == "sum":
            assert "AS BIGINT" in sql([leaf])


def test_no_engine_is_asked_about_time_zones() -> None:
    for leaf in COUNTED:
        by = ("weekday",) if "weekday" in leaf.dimensions else ()
        text = sql([leaf], by=by, over=TimeFrame.DAY).lower()
        assert "at time zone" not in text
        assert "timezone" not in text
        assert "madrid" not in text
