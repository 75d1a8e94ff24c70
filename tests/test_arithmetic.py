"""Sums, ratios, shares and changes of counted parts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from analytics_lib.arithmetic import Cell, change, evaluate, final, wilson
from analytics_lib.catalogue import METRICS

RATE = METRICS["cancellation_rate"]
COUNT = METRICS["total_bookings"]
MONEY = METRICS["gross_bookings_value"]
NET = METRICS["net_bookings"]
MEAN = METRICS["average_booking_value"]
SHARE = METRICS["bookings_share"]


def rate(top: Cell, bottom: Cell) -> Cell:
    cells = {"cancelled_bookings": top, "total_bookings": bottom}
    return evaluate(RATE, cells, cells)


def test_a_ratio_is_exact_until_it_is_shown() -> None:
    cell = rate(Cell(1, 1), Cell(3, 3))
    assert cell.value == Fraction(1, 3)
    assert final(cell.value, RATE, "EUR") == 1 / 3


@pytest.mark.parametrize("top", [Cell(0), Cell(3)])
def test_nothing_to_divide_by_is_no_number(top: Cell) -> None:
    cell = rate(top, Cell(0))
    assert cell.value is None
    assert (cell.reason or "").startswith("nothing to divide by")


def test_a_missing_part_makes_the_whole_missing_for_its_reason() -> None:
    assert rate(Cell(None, 0, "no such column"), Cell(3, 3)) == Cell(None, 3, "no such column")
    cells = {"total_bookings": Cell(5, 5), "cancellations": Cell(None, 0, "no such column")}
    assert evaluate(NET, cells, cells) == Cell(None, 5, "no such column")


def test_what_is_not_covered_stays_marked() -> None:
    cells = {"total_bookings": Cell(5, 5, is_incomplete=True), "cancellations": Cell(9, 9)}
    assert evaluate(NET, cells, cells) == Cell(-4, 5, None, is_incomplete=True)
    assert rate(Cell(40, 40), Cell(50, 50, is_incomplete=True)).is_incomplete


def test_shares_of_nothing() -> None:
    assert evaluate(SHARE, {"total_bookings": Cell(0)}, {"total_bookings": Cell(0)}).value is None
    assert evaluate(SHARE, {"total_bookings": Cell(1)}, {"total_bookings": Cell(4)}).value == Fraction(1, 4)


@pytest.mark.parametrize(
    ("value", "currency", "wanted"),
    [
        (2**53 + 1, "EUR", "90071992547409.93"),
        (-1, "EUR", "-0.01"),
        (5, "JPY", "5"),
        (5, "KWD", "0.005"),
        (10**30, "EUR", "1" + "0" * 28 + ".00"),
    ],
)
def test_money_in_major_units(value: int, currency: str, wanted: str) -> None:
    assert str(final(value, MONEY, currency)) == wanted


def test_divided_money_is_rounded_half_up_last() -> None:
    assert final(Fraction(100, 3), MEAN, "EUR") == Decimal("0.33333333")
    assert final(Fraction(1, 2) / 10**6, MEAN, "EUR") == Decimal("0.00000001")


@pytest.mark.parametrize(
    ("now", "before", "absolute", "relative"),
    [
        (110, 100, 10, 0.1),
        (0, 100, -100, -1.0),
        (5, 0, 5, None),
        (5, -5, 10, None),
        (-5, 5, -10, None),
        (-10, -5, -5, 1.0),
        (None, 5, None, None),
        (5, None, None, None),
    ],
)
def test_changes(now: int | None, before: int | None, absolute: int | None, relative: float | None) -> None:
    assert change(COUNT, Cell(now), Cell(before), "EUR") == (absolute, relative)


def test_rates_change_by_points_only() -> None:
    absolute, relative = change(RATE, Cell(Fraction(3, 10)), Cell(Fraction(1, 4)), "EUR")
    assert absolute == pytest.approx(0.05)
    assert relative is None


def test_nothing_changes_against_what_is_not_covered() -> None:
    assert change(COUNT, Cell(5), Cell(4, is_incomplete=True), "EUR") == (None, None)
    assert change(COUNT, Cell(5, is_incomplete=True), Cell(4), "EUR") == (None, None)
    assert change(COUNT, Cell(5), None, "EUR") == (None, None)


def test_money_changes_to_the_cent() -> None:
    assert change(MONEY, Cell(2**53 + 1), Cell(2**53), "EUR")[0] == Decimal("0.01")


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 without correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_as_published(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_small_bases_are_said() -> None:
    assert (rate(Cell(1, 1), Cell(29, 29)).reason or "").startswith("small base of 29, 95 % interval")
    assert rate(Cell(1, 1), Cell(30, 30)).reason is None
