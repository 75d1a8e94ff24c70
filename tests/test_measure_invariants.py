"""Invariants 1 to 8 of the metric handbook, over made-up tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from analytics_lib import Scope
from analytics_lib.catalogue import METRICS, find
from analytics_lib.measure import measure
from analytics_lib.metric import AnyMetric, Metric, Sum
from tests.engines import DuckDBPlace
from tests.oracles.bookings import DIMENSIONS, MEASURED, booking_oracle
from tests.oracles.calendar import Look, bounds
from tests.tables import ZONES, Platform, platforms

EXAMPLES = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ALL = list(find(MEASURED))
ZONE = st.sampled_from(ZONES)
DAY = st.sampled_from(("2026-03-29", "2026-04-05", "2026-03-08", "2026-02-15"))
EVENT_VIEW = ("cancellations", "cancelled_value", "no_shows", "net_bookings", "net_bookings_value")


def is_additive(metric: AnyMetric) -> bool:
    if isinstance(metric, Metric):
        return metric.is_additive
    return isinstance(metric, Sum) and all(is_additive(part) for part in metric.parts)


ADDITIVE = [metric for metric in ALL if is_additive(metric)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> DuckDBPlace:
    return DuckDBPlace(Path(tmp_path_factory.mktemp("invariants")))


def march(zone: str, as_of: datetime, name: str = "2026-03") -> Scope:
    return Scope.build(period=name, as_of=max(as_of, datetime(2026, 4, 2)), zone=zone)


def values(frame: pd.DataFrame) -> dict[str, Any]:
    return dict(zip(frame["metric"], frame["value"], strict=True))


def added(values: pd.Series[Any]) -> Any:
    """A sum that leaves out what is missing; None if everything is."""
    there = [value for value in values if value is not None]
    return sum(there) if there else None


def of_parts(frame: pd.DataFrame) -> dict[str, Any]:
    return {str(metric): added(parts) for metric, parts in frame.groupby("metric")["value"]}


LEAVES = [metric for metric in ADDITIVE if isinstance(metric, Metric)]
"""Sums of sums are missing as a whole where one part is missing, so only leaves add up everywhere."""


@EXAMPLES
@given(platform=platforms(), by=st.sampled_from(DIMENSIONS), zone=ZONE)
def test_1_parts_add_up_to_the_whole(place: DuckDBPlace, platform: Platform, by: str, zone: str) -> None:
    scope = march(zone, platform.data_through)
    with place.holding(platform.tables) as warehouse:
        whole = values(measure(LEAVES, scope, warehouse=warehouse))
        parts = of_parts(measure(LEAVES, scope, by=[by], warehouse=warehouse))
    assert {name: parts[name] or whole[name] for name in whole} == whole


@EXAMPLES
@given(platform=platforms(), zone=ZONE, over=st.sampled_from(("day", "week", "month")))
def test_2_windows_add_up_to_the_joint_window(
    place: DuckDBPlace, platform: Platform, zone: str, over: str
) -> None:
    """Counts and sums of the buckets make those of the quarter; rates are the quotient of these sums."""
    scope = march(zone, platform.data_through, "2026-Q1")
    rate = METRICS["cancellation_rate"]
    with place.holding(platform.tables) as warehouse:
        whole = values(measure([*LEAVES, rate], scope, warehouse=warehouse))
        parts = measure([*LEAVES, *rate.parts], scope, over=over, warehouse=warehouse)
    sums = of_parts(parts)
    assert {metric.name: sums[metric.name] or whole[metric.name] for metric in LEAVES} == {
        metric.name: whole[metric.name] for metric in LEAVES
    }
    top, bottom = (sums[part.name] for part in rate.parts)
    assert whole["cancellation_rate"] == (pytest.approx(top / bottom, abs=1e-12) if bottom else None)


@EXAMPLES
@given(platform=platforms(), zone=ZONE, seed=st.integers(0, 99))
def test_3_order_and_test_records_change_nothing(
    place: DuckDBPlace, platform: Platform, zone: str, seed: int
) -> None:
    """A second payment cannot either: bookings are never joined to payments."""
    scope = march(zone, platform.data_through)
    shuffled = platform.bookings.sample(frac=1, random_state=seed)
    tests = platform.bookings.assign(booking_id="t" + platform.bookings["booking_id"], is_test=True)
    with place.holding(platform.tables) as warehouse:
        before = values(measure(ALL, scope, warehouse=warehouse))
    other = platform.with_bookings(pd.concat([shuffled, tests.astype(object)], ignore_index=True))
    with place.holding(other.tables) as warehouse:
        assert values(measure(ALL, scope, warehouse=warehouse)) == before
    assert not any("payments" in pair for metric in ALL for pair in metric.requires)


@EXAMPLES
@given(platform=platforms(), zone=ZONE, by=st.sampled_from(DIMENSIONS))
def test_4_rates_lie_between_nothing_and_everything(
    place: DuckDBPlace, platform: Platform, zone: str, by: str
) -> None:
    rates = [metric for metric in ALL if metric.unit == "share"]
    assert len(rates) >= 10
    priced = platform.bookings.copy()
    priced["price_base_minor"] = [None if pd.isna(p) else abs(p) for p in priced["price_base_minor"]]
    scope = march(zone, platform.data_through)
    with place.holding(platform.with_bookings(priced).tables) as warehouse:
        frame = measure(rates, scope, by=[by], warehouse=warehouse)
    assert all(0 <= value <= 1 for value in frame["value"] if value is not None)


@EXAMPLES
@given(
    platform=platforms(),
    zone=ZONE,
    day=st.sampled_from(("2026-03-29", "2026-04-05", "2026-03-08", "2026-02-15")),
)
def test_5_hours_add_up_to_the_day(place: DuckDBPlace, platform: Platform, zone: str, day: str) -> None:
    scope = march(zone, platform.data_through + timedelta(days=60), day)
    by_instant = [metric for metric in LEAVES if str(metric.dated).endswith("_at")]
    with place.holding(platform.tables) as warehouse:
        whole = values(measure(by_instant, scope, warehouse=warehouse))
        hours = of_parts(measure(by_instant, scope, over="hour", warehouse=warehouse))
    assert {name: hours[name] or whole[name] for name in whole} == whole


@EXAMPLES
@given(platform=platforms(), zone=ZONE)
def test_6_converted_row_by_row_the_sum_is_plain(place: DuckDBPlace, platform: Platform, zone: str) -> None:
    """By currency and together, in the reporting currency's cents: nothing is converted while summing."""
    scope = march(zone, platform.data_through)
    with place.holding(platform.tables) as warehouse:
        frame = measure([METRICS["gross_bookings_value"]], scope, by=["currency"], warehouse=warehouse)
    look = Look.at("2026-03", "month", scope.as_of, zone)
    plain = booking_oracle(platform.tables, look).value("gross_bookings_value")
    together = added(frame["value"])
    assert (together or 0) == Decimal(int(plain or 0)).scaleb(-2)


@EXAMPLES
@given(platform=platforms(), zone=ZONE, days=st.sampled_from((1, 31, 200)))
def test_7_a_closed_period_stays_as_it_was(
    place: DuckDBPlace, platform: Platform, zone: str, days: int
) -> None:
    """Event view: identical. Cohort view: what changes is what was recorded late."""
    end = bounds("2026-03", "month", zone)[1]
    event_view = [METRICS[name] for name in (*EVENT_VIEW, "total_bookings", "gross_bookings_value")]
    created = platform.bookings["created_at"]
    in_order = platform.bookings.assign(
        **{
            name: [
                None if pd.isna(at) or pd.isna(placed) or at < placed else at
                for at, placed in zip(platform.bookings[name], created, strict=True)
            ]
            for name in ("cancelled_at", "no_show_at")
        }
    )
    early = Scope.build(period="2026-03", as_of=end, zone=zone)
    late = Scope.build(period="2026-03", as_of=end + timedelta(days=days), zone=zone)
    frozen = in_order.assign(
        **{
            name: [None if pd.isna(at) or at >= end else at for at in in_order[name]]
            for name in ("confirmed_at", "cancelled_at", "no_show_at")
        }
    )
    with place.holding(platform.with_bookings(in_order).tables) as warehouse:
        then = measure(event_view, early, warehouse=warehouse)
        now = measure(event_view, late, warehouse=warehouse)
        cohort = values(measure([METRICS["cancellation_rate"]], early, warehouse=warehouse))
    pd.testing.assert_frame_equal(then, now)
    with place.holding(platform.with_bookings(frozen).tables) as warehouse:
        assert values(measure([METRICS["cancellation_rate"]], late, warehouse=warehouse)) == cohort


@EXAMPLES
@given(platform=platforms(), zone=ZONE, compare=st.sampled_from(("previous", "year")))
def test_8_a_whole_period_compares_like_all_of_it_to_date(
    place: DuckDBPlace, platform: Platform, zone: str, compare: Any
) -> None:
    """A microsecond before its end a month has elapsed whole, and so has the shorter or equal one before."""
    end = bounds("2026-03", "month", zone)[1]
    whole = Scope.build(period="2026-03", as_of=end, zone=zone)
    almost = Scope.build(period="2026-03", as_of=end - timedelta(microseconds=1), zone=zone)
    assert (whole.is_partial, almost.is_partial) == (False, True)
    instants = ["created_at", "confirmed_at", "cancelled_at", "no_show_at"]
    in_the_gap = platform.bookings[instants].map(lambda at: not pd.isna(at) and at.microsecond == 999_999)
    now = platform.bookings[~in_the_gap.any(axis=1)]
    moved = {
        name: [None if pd.isna(at) else at - timedelta(days=365) for at in now[name]] for name in instants
    }
    before = now.assign(booking_id="y" + now["booking_id"], **moved)
    rows = pd.concat([now, before], ignore_index=True).astype(object)
    with place.holding(platform.with_bookings(rows).tables) as warehouse:
        full = measure(ALL, whole, compare=compare, warehouse=warehouse)
        part = measure(ALL, almost, compare=compare, warehouse=warehouse)
    columns = ["metric", "value", "n", "previous", "change", "change_ratio"]
    pd.testing.assert_frame_equal(full[columns], part[columns])
