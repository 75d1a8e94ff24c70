"""Chance in whole numbers, exact conversion, and the hash over rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.sources.sample import content_hash
from analytics_lib.sources.sample.days import LocalDays, day_number, through_the_year, weekday
from analytics_lib.sources.sample.draws import Draws, Lottery, Quantiles, words_of
from analytics_lib.sources.sample.exchange import convert


def test_the_first_words_of_a_stream_never_change() -> None:
    assert Draws(1, "trips", "2024-01-01").words(4).tolist() == [
        1411999797,
        1099040393,
        1022163297,
        4139233130,
    ]
    assert words_of(1, "country", np.arange(4)).tolist() == [1641027854, 2783593363, 2017414877, 312487384]


def test_streams_differ_by_seed_and_by_subject() -> None:
    streams = [Draws(*name).words(50) for name in ((1, "a"), (2, "a"), (1, "b"), (1, "a", 1))]
    assert len({tuple(stream.tolist()) for stream in streams}) == len(streams)


def test_a_lottery_draws_by_weight_and_never_what_weighs_nothing() -> None:
    lottery = Lottery([(1, 0, 3), (0, 5, 5)])
    words = Draws(1, "lottery").words(40_000)
    for group, shares in enumerate(((0.25, 0, 0.75), (0, 0.5, 0.5))):
        drawn = np.bincount(lottery.draw(words, group), minlength=3) / len(words)
        assert np.abs(drawn - shares).max() < 0.01
        assert (drawn[np.array(shares) == 0] == 0).all()
    edges = np.array([0, 2**32 - 1])
    assert lottery.draw(edges, 0).tolist() == [0, 2] and lottery.draw(edges, 1).tolist() == [1, 2]


def test_a_lottery_of_many_millions_of_tickets_draws_as_one_of_few() -> None:
    words = Draws(1, "lottery").words(10_000)
    few, many = Lottery([(3, 0, 5)]), Lottery([(3 * 10**12, 0, 5 * 10**12)])
    assert many.draw(words).tolist() == few.draw(words).tolist()


def test_quantiles_meet_their_knots() -> None:
    curves = Quantiles([[(0, 0), (5_000, 10), (10_000, 100)], [(0, 7), (10_000, 7)]])
    at = (np.array([0, 25, 50, 75]) << 32) // 100
    assert curves.draw(at, 0).tolist() == [0, 5, 10, 55]
    assert curves.draw(at, 1).tolist() == [7] * 4


@given(
    minor=st.integers(-(10**11), 10**11),
    decimals=st.sampled_from([0, 2]),
    rate=st.integers(10**6, 2 * 10**14),
)
def test_conversion_is_exact_half_away_from_zero(minor: int, decimals: int, rate: int) -> None:
    exact = Decimal(minor) * 10 ** (2 - decimals) * 10**9 / Decimal(rate)
    ours = convert(np.array([minor]), np.array([decimals]), np.array([rate]))
    assert int(ours[0]) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(("minor", "cents"), [(1, 1), (-1, -1), (3, 2), (-3, -2), (5, 3)])
def test_halves_go_away_from_zero(minor: int, cents: int) -> None:
    assert convert(np.array([minor]), np.array([2]), np.array([2_000_000_000])).tolist() == [cents]


def test_local_days_have_their_real_length() -> None:
    local = LocalDays(date(2026, 1, 1), date(2027, 1, 1))
    days = np.arange(day_number(date(2026, 1, 1)), day_number(date(2027, 1, 1)))
    hours = np.diff(local.begin(np.append(days, days[-1] + 1))) // 3_600
    odd = {
        str(date(1970, 1, 1) + timedelta(days=int(day))): int(h)
        for day, h in zip(days, hours, strict=True)
        if h != 24
    }
    assert odd == {"2026-03-29": 23, "2026-10-25": 25}
    noon = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Madrid"))
    assert local.at(np.array([day_number(noon.date())]), 12 * 3_600).tolist() == [int(noon.timestamp())]
    assert local.at(days, 86_399).max() < local.begin(days[-1:] + 1)[0]


def test_weekdays_and_months() -> None:
    days = [date(2024, 1, 1), date(2026, 11, 1), date(2025, 7, 16)]
    numbers = np.array([day_number(day) for day in days])
    assert weekday(numbers).tolist() == [day.weekday() for day in days]
    middle = np.array([day_number(date(2025, month, 16)) for month in range(1, 13)])
    assert (
        np.abs(
            through_the_year(middle, [100 * month for month in range(1, 13)]) // 100 - np.arange(1, 13)
        ).max()
        <= 1
    )


ROWS = pa.table(
    {
        "name": ["a", None, "ccc", ""],
        "count": pa.array([1, 2, None, 4], pa.int32()),
        "yes": [True, None, False, True],
    }
)


@pytest.mark.parametrize(
    "same",
    [
        [ROWS.slice(0, 1), ROWS.slice(1, 0), ROWS.slice(1)],
        [ROWS.slice(0, 3).slice(0, 2), ROWS.slice(2)],
        [ROWS.set_column(0, "name", ROWS["name"].combine_chunks().dictionary_encode())],
        [ROWS.set_column(0, "name", ROWS["name"].cast(pa.large_string()))],
    ],
    ids=["batches", "slices", "dictionary", "large text"],
)
def test_the_hash_does_not_see_how_rows_are_held(same: list[pa.Table]) -> None:
    assert content_hash(("t", table) for table in same) == content_hash([("t", ROWS)])


@pytest.mark.parametrize(
    "other",
    [
        ("u", ROWS),
        ("t", ROWS.slice(0, 3)),
        ("t", ROWS.take([1, 0, 2, 3])),
        ("t", ROWS.set_column(0, "name", pa.array(["a", "", "ccc", None]))),
        ("t", ROWS.set_column(0, "name", pa.array(["ac", None, "cc", ""]))),
        ("t", ROWS.set_column(1, "count", pa.array([1, 2, 0, 4], pa.int32()))),
        ("t", ROWS.set_column(1, "count", ROWS["count"].cast(pa.int64()))),
        ("t", ROWS.rename_columns(["title", "count", "yes"])),
    ],
    ids=["table", "fewer", "order", "null moved", "text border", "null or zero", "type", "column"],
)
def test_the_hash_sees_every_change(other: tuple[str, pa.Table]) -> None:
    assert content_hash([other]) != content_hash([("t", ROWS)])
