"""How many bookings each local day and business model gets, and at what hour they come in."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from analytics_lib.sources.sample.days import day_number, easter_sunday, through_the_year, weekday
from analytics_lib.sources.sample.draws import Draws, IntArray, Lottery
from analytics_lib.sources.sample.story import SPRING_SALE

MODELS = ("b2c", "b2b", "b2b2c")
B2C, B2B, B2B2C = range(3)

# By model: weight at the start, growth a year in thousandths.
_SIZE = (540, 270, 190)
_GROWTH = (130, 80, 330)

_WEEK = (
    (108, 106, 102, 99, 88, 92, 105),
    (132, 138, 134, 128, 106, 34, 28),
    (112, 110, 106, 104, 96, 84, 88),
)
_YEAR = (
    (132, 114, 107, 104, 106, 104, 102, 95, 91, 90, 84, 71),
    (126, 118, 112, 104, 104, 98, 88, 66, 104, 106, 98, 76),
    (128, 112, 108, 104, 106, 104, 102, 96, 94, 90, 84, 72),
)

# Public holidays with a fixed day, as (month, day): they empty offices more than sofas.
_OFFICES_CLOSED = ((1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25), (12, 26))
_CLOSED_DAY = (88, 26, 74)
_FEAST = (44, 10, 42)
_GOOD_FRIDAY_TO_MONDAY = (74, 30, 70)
_BEFORE_EASTER = (112, 100, 110)
_BLACK_FRIDAY = (158, 100, 128)

_SALE = (152, 100, 100)

_HOURS = (
    (16, 8, 5, 3, 3, 5, 12, 24, 38, 52, 62, 64, 60, 56, 54, 56, 58, 62, 68, 76, 88, 94, 76, 42),
    (1, 1, 1, 1, 1, 2, 8, 36, 92, 130, 142, 132, 104, 70, 66, 94, 108, 96, 64, 28, 12, 8, 5, 2),
    (10, 6, 4, 3, 3, 5, 12, 30, 56, 76, 84, 82, 72, 62, 60, 70, 74, 72, 68, 64, 62, 58, 42, 22),
)
_HOUR_OF = Lottery(_HOURS)


def second_of_day(draws: Draws, model: IntArray) -> IntArray:
    """A local second of the day for each row, at the hours its business model keeps."""
    hour = _HOUR_OF.draw(draws.words(len(model)), model)
    return hour * 3_600 + draws.below(3_600, len(model))


def bookings_a_day(seed: int, bookings: int, first: date, through: date) -> IntArray:
    """Bookings by local day (rows) and business model (columns); they add up to `bookings`."""
    weights = _weights(seed, first, through)
    running = np.cumsum(weights.ravel())
    reached = running * bookings // running[-1]
    counts: IntArray = np.diff(reached, prepend=0).reshape(weights.shape)
    return counts


def _weights(seed: int, first: date, through: date) -> IntArray:
    day = np.arange(day_number(first), day_number(through), dtype=np.int64)
    holidays = _holiday_factors(first, through)
    columns = []
    for model in range(len(MODELS)):
        elapsed = day - day[0]
        growth = 1_000 + _GROWTH[model] * elapsed // 365
        season = through_the_year(day, _YEAR[model])
        week = np.array(_WEEK[model], dtype=np.int64)[weekday(day)]
        draws = Draws(seed, "demand", MODELS[model])
        unrest = 820 + draws.below(181, len(day)) + draws.below(181, len(day))
        slow = 930 + draws.below(141, len(day) // 7 + 1)[elapsed // 7]
        weight = _SIZE[model] * growth * season // 100 * week // 100
        weight = weight * np.where(SPRING_SALE.holds(day), _SALE[model], 100) // 100
        weight = weight * holidays[:, model] // 100 * unrest // 1_000 * slow // 1_000
        columns.append(weight // 100)
    return np.stack(columns, axis=1)


def _holiday_factors(first: date, through: date) -> IntArray:
    """Percent of an ordinary day, by day and business model."""
    special: dict[date, tuple[int, ...]] = {}
    for year in range(first.year, through.year + 1):
        special |= {date(year, month, day): _CLOSED_DAY for month, day in _OFFICES_CLOSED}
        special |= {date(year, 12, day): _FEAST for day in (24, 25, 31)} | {date(year, 1, 1): _FEAST}
        easter = easter_sunday(year)
        special |= {easter - timedelta(days=back): _BEFORE_EASTER for back in range(3, 17)}
        special |= {easter + timedelta(days=shift): _GOOD_FRIDAY_TO_MONDAY for shift in range(-2, 2)}
        thanksgiving = max(day for day in (date(year, 11, d) for d in range(22, 29)) if day.weekday() == 3)
        special |= {thanksgiving + timedelta(days=shift): _BLACK_FRIDAY for shift in range(1, 5)}
    ordinary = (100,) * len(MODELS)
    count = (through - first).days
    return np.array([special.get(first + timedelta(days=i), ordinary) for i in range(count)], dtype=np.int64)
