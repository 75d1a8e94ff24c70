"""Drivers of a change: by hand, against every order of Shapley, and as an identity."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.drivers import Driver, drivers_of_ratio, drivers_of_sum

Rows = dict[str, tuple[int, int]]
"""Group -> value (or top) and volume (or bottom)."""


def framed(rows: Rows) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "place": pd.Series(list(rows), dtype=object),
            "value": [value for value, _ in rows.values()],
            "volume": [volume for _, volume in rows.values()],
        }
    )


def exact(frame: pd.DataFrame) -> dict[str, Driver]:
    return {driver.group: driver for driver in frame.attrs["exact"]}


def of_sum(before: Rows, after: Rows) -> dict[str, Driver]:
    return exact(drivers_of_sum(framed(before), framed(after), "place", "value", "volume"))


def of_ratio(before: Rows, after: Rows) -> dict[str, Driver]:
    return exact(drivers_of_ratio(framed(before), framed(after), "place", "value", "volume"))


def effect(drivers: dict[str, Driver], name: str) -> Fraction:
    return sum((getattr(each, name) for each in drivers.values()), Fraction(0))


def test_a_sum_by_hand() -> None:
    before = pd.DataFrame({"place": ["Rome", "Oslo"], "value": [100, 50]})
    after = pd.DataFrame({"place": ["Oslo", "Paris", "Rome"], "value": [20, 15, 120]})
    frame = drivers_of_sum(before, after, "place", "value")
    assert frame["group"].tolist() == ["Oslo", "Rome", "Paris"]
    assert frame["total_effect"].tolist() == [-30, 20, 15]
    assert frame["share_of_change"].tolist() == [-6, 4, 3]
    assert frame[["before", "after"]].to_numpy().tolist() == [[50, 20], [100, 120], [0, 15]]
    assert frame["mix_effect"].tolist() == [None] * 3
    assert frame.attrs["totals"] == {
        "before": 150, "after": 155, "change": 5,
        "volume_effect": None, "mix_effect": None, "rate_effect": None,
    }  # fmt: skip


def test_volume_mix_and_rate_by_hand() -> None:
    # Rates 10 -> 12 and 30 -> 30; the common one 20 -> 18.
    drivers = of_sum({"a": (100, 10), "b": (300, 10)}, {"a": (240, 20), "b": (300, 10)})
    assert drivers["a"] == Driver("a", Fraction(100), Fraction(240), *map(Fraction, (190, -80, 30, 140)))
    assert drivers["b"] == Driver("b", Fraction(300), Fraction(300), *map(Fraction, (0, 0, 0, 0)))


def test_a_ratio_by_hand() -> None:
    # Weights 1/2 -> 3/4, rates 10 % -> 20 % and 50 % -> 50 %; the whole 30 % -> 27.5 %.
    drivers = of_ratio({"a": (10, 100), "b": (50, 100)}, {"a": (60, 300), "b": (50, 100)})
    assert drivers["a"].mix_effect == Fraction(1, 4) * (Fraction(15, 100) - Fraction(2875, 10000))
    assert drivers["a"].rate_effect == Fraction(5, 8) * Fraction(1, 10)
    assert drivers["b"].rate_effect == 0
    assert effect(drivers, "total_effect") == Fraction(-25, 1000)
    assert (drivers["a"].before, drivers["a"].after) == (Fraction(1, 10), Fraction(1, 5))


def test_who_comes_or_goes_has_no_change_of_rate() -> None:
    frame = drivers_of_ratio(
        framed({"old": (5, 10), "here": (10, 100)}),
        framed({"new": (30, 50), "here": (10, 100)}),
        "place",
        "value",
        "volume",
    )
    drivers = exact(frame)
    assert drivers["new"].rate_effect == drivers["old"].rate_effect == 0
    assert (drivers["new"].before, drivers["new"].after) == (None, Fraction(3, 5))
    assert "new, old had no volume" in account_of(frame).doubts[0]


def test_a_value_on_no_volume_is_a_rate_effect() -> None:
    assert of_sum({"a": (0, 10)}, {"a": (0, 10), "odd": (7, 0)})["odd"].rate_effect == 7
    assert of_ratio({"a": (0, 10)}, {"a": (0, 10), "odd": (7, 0)})["odd"].rate_effect == Fraction(7, 10)


def test_a_missing_group_is_a_group_and_money_stays_exact() -> None:
    before = pd.DataFrame({"place": [None, "x"], "value": [Decimal("0.1"), Decimal("0.2")]})
    after = pd.DataFrame({"place": [float("nan"), "x"], "value": [Decimal("0.3"), Decimal("0.2")]})
    drivers = exact(drivers_of_sum(before, after, "place", "value"))
    assert drivers["unknown"].total_effect == Fraction(1, 5)


def test_what_cannot_be_divided_says_why() -> None:
    rows = framed({"a": (1, 1)})
    with pytest.raises(InputError, match="no column 'city': name one of place, value, volume"):
        drivers_of_sum(rows, rows, "city", "value")
    with pytest.raises(InputError, match="'volume' adds up to zero before"):
        drivers_of_ratio(framed({"a": (1, 0)}), rows, "place", "value", "volume")
    with pytest.raises(InputError, match="'volume' adds up to zero after"):
        drivers_of_ratio(rows, framed({"a": (1, -1), "b": (1, 1)}), "place", "value", "volume")
    for nothing in (None, float("nan"), float("inf"), "3"):
        odd = pd.DataFrame({"place": ["a"], "value": pd.Series([nothing], dtype=object)})
        with pytest.raises(InputError, match=r"'value' holds .* is no number"):
            drivers_of_sum(odd, rows, "place", "value")
    with pytest.raises(InputError, match="Neither period has a row"):
        drivers_of_sum(rows.head(0), rows.head(0), "place", "value")


# As an identity

groups = st.dictionaries(
    st.sampled_from("abcde"), st.tuples(st.integers(-50, 50), st.integers(0, 9)), min_size=1
)
with_volume = groups.filter(lambda rows: sum(volume for _, volume in rows.values()) > 0)
EFFECTS = ("volume_effect", "mix_effect", "rate_effect", "total_effect")


def changed(before: Rows, after: Rows) -> int:
    return sum(value for value, _ in after.values()) - sum(value for value, _ in before.values())


def rate(rows: Rows) -> Fraction:
    return Fraction(sum(top for top, _ in rows.values()), sum(bottom for _, bottom in rows.values()))


@given(groups, groups)
def test_nothing_remains_of_a_sum(before: Rows, after: Rows) -> None:
    drivers = of_sum(before, after)
    parts = sum((effect(drivers, name) for name in EFFECTS[:3]), Fraction(0))
    assert parts == effect(drivers, "total_effect") == changed(before, after)


@given(with_volume, with_volume)
def test_nothing_remains_of_a_ratio(before: Rows, after: Rows) -> None:
    drivers = of_ratio(before, after)
    assert effect(drivers, "mix_effect") + effect(drivers, "rate_effect") == rate(after) - rate(before)


@given(with_volume, with_volume, st.sampled_from([of_sum, of_ratio]))
def test_exchanged_periods_change_the_sign(
    before: Rows, after: Rows, drive: Callable[[Rows, Rows], dict[str, Driver]]
) -> None:
    there, back = drive(before, after), drive(after, before)
    for group, driver in there.items():
        for name in EFFECTS:
            ahead, behind = getattr(driver, name), getattr(back[group], name)
            assert ahead == (None if behind is None else -behind)


@given(with_volume, with_volume, st.randoms())
def test_the_order_of_rows_does_not_matter(before: Rows, after: Rows, chance: object) -> None:
    shuffled = dict(sorted(before.items(), key=lambda _: chance.random()))  # type: ignore[attr-defined]
    assert of_sum(shuffled, after) == of_sum(before, after)
    assert of_ratio(shuffled, after) == of_ratio(before, after)


@given(with_volume, with_volume, st.integers(1, 4), st.integers(1, 4))
def test_halves_of_equal_rates_have_the_effects_of_the_whole(
    before: Rows, after: Rows, first: int, second: int
) -> None:
    # "a" is divided into a part of one and the rest, of the same rates, before and after in parts of its own.
    def divided(rows: Rows, times: int) -> tuple[Rows, Rows]:
        value, volume = rows.get("a", (0, 0))
        rest = {group: row for group, row in rows.items() if group != "a"}

        whole = rest | {"a": (value * (times + 1), volume * (times + 1))}
        parts = rest | {"a1": (value, volume), "a2": (value * times, volume * times)}
        return whole, parts

    (whole_before, parts_before), (whole_after, parts_after) = divided(before, first), divided(after, second)
    for drive in (of_sum, of_ratio):
        whole, parts = drive(whole_before, whole_after), drive(parts_before, parts_after)
        for name in EFFECTS[1:]:
            assert getattr(whole["a"], name) == getattr(parts["a1"], name) + getattr(parts["a2"], name)
            assert effect(whole, name) == effect(parts, name)


# By every order

full = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(1, 9), st.integers(-50, 50), st.integers(1, 9)),
    min_size=1,
    max_size=4,
)
World = dict[str, dict[str, Fraction]]


def shapley(worth: Callable[[dict[str, bool]], Fraction], factors: tuple[str, ...]) -> dict[str, Fraction]:
    """The mean over all orders of what is gained when a factor moves from before to after."""
    gained = dict.fromkeys(factors, Fraction(0))
    orders = list(permutations(factors))
    for order in orders:
        moved = dict.fromkeys(factors, False)
        for factor in order:
            before = worth(moved)
            moved = moved | {factor: True}
            gained[factor] += (worth(moved) - before) / len(orders)
    return gained


@given(full)
def test_midpoints_are_the_mean_over_all_orders(listed: list[tuple[int, int, int, int]]) -> None:
    before = {str(place): (row[0], row[1]) for place, row in enumerate(listed)}
    after = {str(place): (row[2], row[3]) for place, row in enumerate(listed)}
    drivers = of_sum(before, after)

    def of_group(group: str) -> Callable[[dict[str, bool]], Fraction]:
        def worth(moved: dict[str, bool]) -> Fraction:
            value, volume = (after if moved["rate"] else before)[group]
            return (after if moved["volume"] else before)[group][1] * Fraction(value, volume)

        return worth

    for group, driver in drivers.items():
        parts = shapley(of_group(group), ("volume", "rate"))
        assert driver.rate_effect == parts["rate"]
        assert driver.volume_effect + driver.mix_effect == parts["volume"]  # type: ignore[operator]

    def of_all(moved: dict[str, bool]) -> Fraction:
        whole = sum(volume for _, volume in (after if moved["volume"] else before).values())
        return whole * rate(after if moved["rate"] else before)

    assert effect(drivers, "volume_effect") == shapley(of_all, ("volume", "rate"))["volume"]

    def of_weights(moved: dict[str, bool]) -> Fraction:
        weights, rates = (after if moved[name] else before for name in ("mix", "rate"))
        whole = sum(volume for _, volume in weights.values())
        return sum(
            (Fraction(weights[group][1], whole) * Fraction(*rates[group]) for group in weights), Fraction(0)
        )

    parts = shapley(of_weights, ("mix", "rate"))
    found = of_ratio(before, after)
    assert {name: effect(found, f"{name}_effect") for name in ("mix", "rate")} == parts
