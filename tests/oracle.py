"""An independent second opinion on every metric: pandas in, one number out, row by row.

It is written from the metric handbook and from each metric's own sentence, and imports nothing of the
library. Speed is no aim: whoever doubts a number should be able to follow it here with a finger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from types import SimpleNamespace

import pandas as pd

from tests import oracle_bookings as of
from tests.oracle_bookings import Booking, Tallying
from tests.oracle_calendar import Look

Number = int | Fraction
Group = tuple[str, ...]
UNKNOWN = "unknown"


def plain(frame: pd.DataFrame) -> list[SimpleNamespace]:
    """The rows of a frame as plain Python values, None for everything that is missing."""

    def value(item: object) -> object:
        if item is None or item is pd.NaT or item is pd.NA or item != item:
            return None
        if isinstance(item, pd.Timestamp):
            return item.to_pydatetime()
        return item.item() if hasattr(item, "item") else item

    rows = frame.astype(object).to_dict("records")
    return [SimpleNamespace(**{name: value(item) for name, item in row.items()}) for row in rows]


class Oracle:
    """Answers about one look at one set of tables, cut by dimensions and buckets."""

    def __init__(
        self, tables: Mapping[str, pd.DataFrame], look: Look, by: Sequence[str] = (), over: str | None = None
    ) -> None:
        self.look, self.by, self.over = look, tuple(by), over
        self.spine = look.spine(over)
        self._lookups = {
            name: {getattr(row, key): row for row in plain(tables[name])}
            for name, key in (
                ("products", "product_id"),
                ("destinations", "destination_id"),
                ("partners", "partner_id"),
            )
            if name in tables
        }
        asked_for = self._with_children(look.partners)
        self.bookings = [row for row in plain(tables["bookings"]) if self._counts(row, asked_for)]
        self._groups = {id(row): tuple(self._cut(row, name) for name in self.by) for row in self.bookings}
        self._piles: dict[Tallying, dict[tuple[Group, str | None], dict[str, list[int | None]]]] = {}

    def _with_children(self, partners: Sequence[str]) -> set[str]:
        found = set(partners)
        for _ in self._lookups.get("partners", {}):
            found |= {
                row.partner_id for row in self._lookups["partners"].values() if row.parent_partner_id in found
            }
        return found

    def _counts(self, booking: Booking, partners: set[str]) -> bool:
        if booking.is_test is True or not self.look.knows(booking.created_at):
            return False
        if self.look.models and booking.business_model not in self.look.models:
            return False
        return not self.look.partners or booking.partner_id in partners

    def _cut(self, booking: Booking, dimension: str) -> str:
        found = CUTS[dimension](booking, self._lookups, self.look)
        return UNKNOWN if found is None else str(found)

    def pile(self, tally: Tallying, group: Group | None, bucket: str | None) -> dict[str, list[int | None]]:
        """Booking id -> amounts that fall into a cell; `group` None means all groups together."""
        if tally not in self._piles:
            piles: dict[tuple[Group, str | None], dict[str, list[int | None]]] = {}
            for row in self.bookings:
                for when, amount in tally(row, self.look):
                    if self.look.holds(when):
                        where = (self._groups[id(row)], self.look.bucket(when, self.over))
                        piles.setdefault(where, {}).setdefault(row.booking_id, []).append(amount)
            self._piles[tally] = piles
        if group is not None:
            return self._piles[tally].get((group, bucket), {})
        merged: dict[str, list[int | None]] = {}
        for (_, there), amounts in self._piles[tally].items():
            if there == bucket:
                merged |= amounts
        return merged

    def groups(self) -> set[Group]:
        """The groups in which anything was counted."""
        if not self.by:
            return {()}
        for tally in TALLIES:
            self.pile(tally, (), None)
        return {group for tally in TALLIES if self.serves(tally) for group, _ in self._piles[tally]}

    def serves(self, tally: Tallying) -> bool:
        return tally not in of.BY_LOCAL_DATE or "hour" not in (self.over, self.look.frame)

    def value(self, metric: str, group: Group = (), bucket: str | None = None) -> Number | None:
        """One number: int where it must be exact (money in minor units), Fraction where it was divided."""
        return METRICS[metric][0](Cell(self, group, bucket))

    def base(self, metric: str, group: Group = (), bucket: str | None = None) -> int:
        """How many bookings the number rests on."""
        tally = METRICS[metric][1]
        if not self.serves(tally):
            return 0
        pile = self.pile(tally, group, bucket)
        return sum(any(amount is not None for amount in amounts) for amounts in pile.values())


class Cell:
    """One cell of an answer: a group, or all of them, in a bucket."""

    def __init__(self, oracle: Oracle, group: Group | None, bucket: str | None) -> None:
        self._oracle, self._group, self._bucket = oracle, group, bucket

    def everywhere(self) -> Cell:
        return Cell(self._oracle, None, self._bucket)

    def is_younger_than(self, age: timedelta) -> bool:
        end = self._oracle.look.bucket_end(self._bucket, self._oracle.over)
        return end + age > self._oracle.look.as_of

    def _amounts(self, tally: Tallying) -> list[int | None]:
        pile = self._oracle.pile(tally, self._group, self._bucket)
        return [amount for amounts in pile.values() for amount in amounts]

    def total(self, tally: Tallying) -> int | None:
        """The sum; zero of nothing, missing where there are rows and none has a value."""
        if not self._oracle.serves(tally):
            return None
        amounts = self._amounts(tally)
        there = [amount for amount in amounts if amount is not None]
        return None if amounts and not there else sum(there)

    def quantile(self, tally: Tallying, share: Fraction) -> Fraction | None:
        """Between the two nearest ranks, in proportion."""
        ranked = sorted(amount for amount in self._amounts(tally) if amount is not None)
        if not ranked or not self._oracle.serves(tally):
            return None
        position = share * (len(ranked) - 1)
        low = int(position)
        high = min(low + 1, len(ranked) - 1)
        return ranked[low] + (position - low) * (ranked[high] - ranked[low])


def divided(top: Number | None, bottom: Number | None) -> Fraction | None:
    return None if top is None or not bottom else Fraction(top) / Fraction(bottom)


def less(plus: int | None, minus: int | None) -> int | None:
    return None if plus is None or minus is None else plus - minus


def ratio(top: Tallying, bottom: Tallying) -> Callable[[Cell], Number | None]:
    return lambda cell: divided(cell.total(top), cell.total(bottom))


def ripe(top: Tallying, age: timedelta) -> Callable[[Cell], Number | None]:
    """A rate at a fixed age: no number while any of the period's bookings may be younger (METRICS R2)."""

    def formula(cell: Cell) -> Number | None:
        return None if cell.is_younger_than(age) else divided(cell.total(top), cell.total(of.placed))

    return formula


def share(tally: Tallying) -> Callable[[Cell], Number | None]:
    return lambda cell: divided(cell.total(tally), cell.everywhere().total(tally))


def total(tally: Tallying) -> Callable[[Cell], Number | None]:
    return lambda cell: cell.total(tally)


def rank(tally: Tallying, part: Fraction) -> Callable[[Cell], Number | None]:
    return lambda cell: cell.quantile(tally, part)


HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)

METRICS: dict[str, tuple[Callable[[Cell], Number | None], Tallying]] = {
    "total_bookings": (total(of.placed), of.placed),
    "net_bookings": (lambda cell: less(cell.total(of.placed), cell.total(of.cancelled)), of.placed),
    "gross_bookings_value": (total(of.value), of.value),
    "net_bookings_value": (lambda cell: less(cell.total(of.value), cell.total(of.value_cancelled)), of.value),
    "average_booking_value": (ratio(of.value, of.placed_with_value), of.placed_with_value),
    "median_booking_value": (rank(of.value, HALF), of.value),
    "bookings_share": (share(of.placed), of.placed),
    "gross_bookings_value_share": (share(of.value), of.value),
    "average_party_size": (ratio(of.guests, of.placed_with_guests), of.placed_with_guests),
    "confirmation_rate": (ripe(of.confirmed_by_three_days, timedelta(hours=72)), of.placed),
    "cancellations": (total(of.cancelled), of.cancelled),
    "cancelled_value": (total(of.value_cancelled), of.value_cancelled),
    "cancellation_rate": (ratio(of.cancelled_since, of.placed), of.placed),
    "cancellation_rate_7d": (ripe(of.cancelled_by(7), timedelta(days=7)), of.placed),
    "cancellation_rate_30d": (ripe(of.cancelled_by(30), timedelta(days=30)), of.placed),
    "cancellation_rate_90d": (ripe(of.cancelled_by(90), timedelta(days=90)), of.placed),
    "cancellation_value_rate": (ratio(of.value_cancelled_since, of.value), of.value),
    "cancellation_rate_by_arrival": (ratio(of.arriving_cancelled, of.arriving), of.arriving),
    "no_shows": (total(of.missed), of.missed),
    "no_show_rate": (ratio(of.missed_since, of.placed), of.placed),
    "lead_time_median": (rank(of.lead, HALF), of.lead),
    "lead_time_p90": (rank(of.lead, NINE_TENTHS), of.lead),
    "lead_time_average": (ratio(of.lead, of.placed_with_lead), of.placed_with_lead),
    "cancellation_notice_median": (rank(of.notice, HALF), of.notice),
    "cancellation_notice_p90": (rank(of.notice, NINE_TENTHS), of.notice),
    "arrivals": (total(of.arriving), of.arriving),
    "stays": (total(of.staying), of.staying),
    "day_uses": (total(of.day_use), of.day_use),
    "length_of_stay": (ratio(of.nights_of_staying, of.staying), of.staying),
    "room_revenue": (total(of.lodging), of.lodging),
    "room_nights_sold": (total(of.rooms_sold), of.rooms_sold),
    "average_daily_rate": (ratio(of.lodging_of_counted_rooms, of.rooms_sold), of.rooms_sold),
}
"""Metric -> its formula over a cell, and the tally whose bookings it rests on."""

TALLIES = tuple(dict.fromkeys(tally for _, tally in METRICS.values()))

MONEY = frozenset(
    {
        "gross_bookings_value",
        "net_bookings_value",
        "average_booking_value",
        "median_booking_value",
        "cancelled_value",
        "room_revenue",
        "average_daily_rate",
    }
)
SHARES = frozenset(name for name in METRICS if "rate" in name.split("_") or name.endswith("_share")) - MONEY

Cut = Callable[[Booking, Mapping[str, Mapping[str, SimpleNamespace]], Look], object]


def _own(column: str) -> Cut:
    return lambda booking, _lookups, _look: getattr(booking, column)


def _looked_up(table: str, key: str, column: str) -> Cut:
    return lambda booking, lookups, _look: getattr(
        lookups.get(table, {}).get(getattr(booking, key)), column, None
    )


CUTS: dict[str, Cut] = {
    **{name: _own(name) for name in ("business_model", "channel", "device", "currency", "party_size")},
    **{name: _own(f"{name}_id") for name in ("partner", "product", "destination")},
    "partner_name": _looked_up("partners", "partner_id", "name"),
    "partner_kind": _looked_up("partners", "partner_id", "kind"),
    "product_name": _looked_up("products", "product_id", "name"),
    "product_kind": _looked_up("products", "product_id", "kind"),
    "destination_name": _looked_up("destinations", "destination_id", "name"),
    "country": _looked_up("destinations", "destination_id", "country_code"),
    "region": _looked_up("destinations", "destination_id", "region"),
    "lead_time_band": lambda booking, _lookups, look: of.lead_time_band(booking, look),
}
"""Dimension -> the value of a booking in it."""
