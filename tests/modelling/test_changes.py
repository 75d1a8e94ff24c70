"""Drivers of the change of a metric: what `measure` says, divided without a remainder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.catalogue import METRICS
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.measure import measure
from analytics_lib.metric import Ratio
from analytics_lib.modelling.changes import change_drivers
from analytics_lib.models.account import account_of
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame, coverage_frame
from tests.small_sample import END, ZONE
from tests.tables import bookings_frame

place = engines.place
QUARTER = Scope.build(period="2026-Q2", as_of=END, zone=ZONE)

ROWS = [
    # channel, month, price, cancelled
    ("web", 2, 100_00, None),
    ("web", 2, 200_00, datetime(2026, 2, 20)),
    ("app", 2, 50_00, None),
    ("web", 3, 120_00, None),
    ("app", 3, 70_01, datetime(2026, 3, 20)),
    ("app", 3, 70_00, None),
    (None, 3, 10_00, None),
]


@pytest.fixture
def few(place: Place) -> Iterator[Warehouse]:
    rows = bookings_frame(
        [
            {
                "channel": channel,
                "created_at": datetime(2026, month, 10),
                "price_base_minor": price,
                "cancelled_at": cancelled,
                "is_test": False,
            }
            for channel, month, price, cancelled in ROWS
        ]
    )
    with place.holding({"about": about_frame(datetime(2026, 10, 1)), "bookings": rows}) as warehouse:
        yield warehouse


MARCH = Scope.build(period="2026-03", as_of=datetime(2026, 10, 1))


def test_a_count_by_hand(few: Warehouse) -> None:
    frame = change_drivers("total_bookings", MARCH, "channel", few)
    assert frame[["group", "before", "after", "total_effect"]].to_numpy().tolist() == [
        ["app", 1, 2, 1],
        ["unknown", 0, 1, 1],
        ["web", 2, 1, -1],
    ]
    assert frame.attrs["totals"]["change"] == 1
    assert frame.attrs["compared"].period.name == "2026-02"


def test_money_by_hand(few: Warehouse) -> None:
    frame = change_drivers("gross_bookings_value", MARCH, "channel", few, volume="total_bookings")
    rows = frame.set_index("group")
    assert rows.loc["web", "total_effect"] == Decimal("-180.00")
    assert rows.loc["app", "total_effect"] == Decimal("90.01")
    # 4 bookings instead of 3; the common rate goes from 350/3 to 270.01/4.
    common = (Decimal(350) / 3 + Decimal("270.01") / 4) / 2
    assert rows.loc["unknown", "volume_effect"] == common.quantize(Decimal("0.01"))
    effects = rows[["volume_effect", "mix_effect", "rate_effect"]].sum(axis=1)
    assert effects.tolist() == rows["total_effect"].tolist()
    assert frame.attrs["totals"]["change"] == Decimal("-79.99")
    assert frame.attrs["unit"] == "EUR"
    assert "unknown had no total_bookings" in account_of(frame).doubts[0]


def test_a_ratio_by_hand(few: Warehouse) -> None:
    frame = change_drivers("average_booking_value", MARCH, "channel", few)
    assert sum(frame["total_effect"]) == pytest.approx(270.01 / 4 - 350 / 3)
    web = frame.set_index("group").loc["web"]
    assert (web["before"], web["after"]) == (150, 120)
    assert web["rate_effect"] == pytest.approx((2 / 3 + 1 / 4) / 2 * -30)


@pytest.mark.parametrize("compare", ["previous", "year"])
def test_what_is_divided_is_what_measure_says(sampled: Warehouse, compare: str) -> None:
    divided = 0
    for metric in list(METRICS.values())[::3]:
        parts = metric.parts if isinstance(metric, Ratio) else (metric,)
        if "partner_kind" not in metric.dimensions or not all(part.is_additive for part in parts):
            continue
        whole = measure([metric], QUARTER, (), None, compare, warehouse=sampled).iloc[0]  # type: ignore[arg-type]
        if whole["change"] is None:
            continue
        frame = change_drivers(metric, QUARTER, "partner_kind", sampled, compare)  # type: ignore[arg-type]
        divided += 1
        change = sum(frame["total_effect"])
        if isinstance(whole["change"], float):
            assert change == pytest.approx(whole["change"], rel=1e-9, abs=1e-9), metric.name
        elif isinstance(metric, Ratio):
            assert change == pytest.approx(float(whole["change"]), abs=0.011), metric.name
        else:
            assert change == whole["change"], metric.name
    assert divided > 20


def test_scaled_ratios_are_what_measure_says(sampled: Warehouse) -> None:
    scaled = [
        metric
        for metric in METRICS.values()
        if isinstance(metric, Ratio) and metric.times != 1 and all(part.is_additive for part in metric.parts)
    ]
    assert scaled
    for metric in scaled:
        dimension = metric.dimensions[0]
        whole = measure([metric], QUARTER, (), None, "previous", warehouse=sampled)["change"].iloc[0]
        frame = change_drivers(metric, QUARTER, dimension, sampled)
        assert sum(frame["total_effect"]) == pytest.approx(float(whole)), metric.name


def test_what_cannot_be_divided_says_why(sampled: Warehouse, place: Place) -> None:
    with pytest.raises(InputError, match="active_partners do not add up"):
        change_drivers("active_partners", QUARTER, "channel", sampled)
    with pytest.raises(InputError, match="whose volume is total_bookings: leave out volume"):
        change_drivers("cancellation_rate", QUARTER, "channel", sampled, volume="total_bookings")
    with pytest.raises(UnknownName, match="Unknown metric"):
        change_drivers("bookings", QUARTER, "channel", sampled)
    with pytest.raises(UnknownName, match="Unknown dimension of total_bookings"):
        change_drivers("total_bookings", QUARTER, "chanel", sampled)
    with pytest.raises(InputError, match="has none before it"):
        change_drivers("total_bookings", Scope.build(period="all", as_of=END, zone=ZONE), "channel", sampled)
    tables = {"about": about_frame(END), "coverage": coverage_frame(without=("bookings.price_base_minor",))}
    with (
        place.holding(tables) as warehouse,
        pytest.raises(InputError, match=r"cannot be divided: missing, because a test has no bookings"),
    ):
        change_drivers("gross_bookings_value", QUARTER, "channel", warehouse)


@pytest.mark.slow
def test_athens_is_found(booked_story: AnalyticsService) -> None:
    august = booked_story.scope(period="2025-08")
    frame = change_drivers("total_bookings", august, "destination_name", booked_story.warehouse, "year")
    falls = frame[frame["total_effect"] < 0]
    assert falls["group"].iloc[0] == "Athens"
