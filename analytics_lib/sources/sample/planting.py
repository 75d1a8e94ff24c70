"""Faults for audits to find, planted into a clean sample while it passes by.

Each fault takes its rows from all over the data's range: at each of a few instants, drawn from the seed, the
first row after it that will do. Nothing is kept but the batch in hand and the bookings and payments before
it, so memory does not grow; a sample too small to hold all rows of a fault holds as many as it can.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics_lib.sources.sample.days import DAY_SECONDS, local_instant
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray
from analytics_lib.sources.sample.mistakes import COPIES, DROPS, MISTAKES, Passing, seconds
from analytics_lib.sources.sample.plan import FIRST_DAY, SamplePlan
from analytics_lib.sources.sample.planted import FAULTS

MADE_WITH = " with faults"
"""What `made_by` in the table `about` ends in."""

_NEAR_THE_END = 45 * DAY_SECONDS
"""How long before the end of the data something must lie that could still be going on there."""
_FROM_THE_END = ("late_confirmation", "late_refund")


def plant(tables: Iterator[tuple[str, pa.Table]], plan: SamplePlan) -> Iterator[tuple[str, pa.Table]]:
    """The same tables with faults, as far as those that a fault needs pass by."""
    planter = _Planter(plan)
    for name, rows in tables:
        yield name, planter.planted(name, rows)


class _Planter:
    """Remembers where the next row of each fault is to be, and which bookings have one."""

    def __init__(self, plan: SamplePlan) -> None:
        begin, through = local_instant(FIRST_DAY), local_instant(plan.through)
        self._span = begin, through
        self._passing = Passing(through)
        self._spoilt: list[str] = []
        self._waiting: dict[str, list[int]] = {}
        for fault in FAULTS:
            start = max(begin, through - _NEAR_THE_END) if fault.name in _FROM_THE_END else begin
            draws = Draws(plan.seed, "faults", fault.name)
            self._waiting[fault.name] = _spread(draws, start, through, fault.rows)

    def planted(self, name: str, rows: pa.Table) -> pa.Table:
        """The rows of a batch with what is due in it."""
        if name == "about":
            return _told(rows)
        chosen = self._chosen(name, rows)
        if chosen:
            rows = rows.combine_chunks()
            for fault, places in chosen.items():
                if change := MISTAKES[fault].change:
                    values = change(self._passing, rows.take(pa.array(places)))
                    rows = _replaced(rows, places, values)
            rows = _recounted(rows, chosen)
        self._passing.remember(name, rows)
        return rows

    def _chosen(self, name: str, rows: pa.Table) -> dict[str, IntArray]:
        """The places at which each fault is due; no booking has two, so that none hides another."""
        chosen: dict[str, IntArray] = {}
        waiting = [fault.name for fault in FAULTS if fault.table == name and self._waiting[fault.name]]
        if not waiting or not rows.num_rows:
            return chosen
        at = self._instants(rows)
        due = [fault for fault in waiting if at.max() >= self._waiting[fault][0]]
        if not due:
            return chosen
        owner = rows["booking_id" if "booking_id" in rows.schema.names else rows.schema.names[0]]
        free: BoolArray = ~pc.is_in(owner, pa.array(self._spoilt, type=pa.string())).to_numpy()
        for fault in due:
            places = self._take(fault, at, owner, free, MISTAKES[fault].fits(self._passing, rows))
            if len(places):
                chosen[fault] = places
        return chosen

    def _instants(self, rows: pa.Table) -> IntArray:
        """When each row happened; things that only stand there are spread evenly."""
        if "is_test" in rows.schema.names:
            return seconds(rows[_first_instant(rows)])
        begin, through = self._span
        places = np.arange(rows.num_rows, dtype=np.int64)
        evenly: IntArray = begin + places * (through - begin) // rows.num_rows
        return evenly

    def _take(
        self, fault: str, at: IntArray, owner: pa.ChunkedArray, free: BoolArray, fits: BoolArray
    ) -> IntArray:
        """For each instant that is waited for, the first row from then on; who finds none goes on waiting."""
        taken: list[int] = []
        waiting = self._waiting[fault]
        while waiting:
            later = np.flatnonzero(free & fits & (at >= waiting[0]))
            if not len(later):
                break
            taken.append(int(later[0]))
            spoilt = owner[taken[-1]].as_py()
            self._spoilt.append(spoilt)
            free &= ~pc.equal(owner, spoilt).to_numpy()
            waiting.pop(0)
        return np.array(sorted(taken), dtype=np.int64)


def _spread(draws: Draws, start: int, end: int, count: int) -> list[int]:
    """So many instants in order, one in each of as many equal parts of a span, but for its last tenth."""
    length = (end - start) * 9 // 10 // count
    return [start + place * length + late for place, late in enumerate(draws.below(length, count).tolist())]


def _first_instant(rows: pa.Table) -> str:
    return next(str(field.name) for field in rows.schema if pa.types.is_timestamp(field.type))


def _told(about: pa.Table) -> pa.Table:
    """The table `about`, which says that there are faults."""
    is_maker = pc.equal(about["key"], "made_by")
    value = pc.if_else(is_maker, pc.binary_join_element_wise(about["value"], MADE_WITH, ""), about["value"])
    return about.set_column(about.schema.get_field_index("value"), about.schema.field("value"), value)


def _replaced(rows: pa.Table, places: IntArray, values: dict[str, pa.Array]) -> pa.Table:
    """Rows with other values at some places."""
    mask = np.zeros(rows.num_rows, dtype=np.bool_)
    mask[places] = True
    for name, new in values.items():
        field = rows.schema.field(name)
        column = pc.replace_with_mask(rows[name].combine_chunks(), pa.array(mask), new.cast(field.type))
        rows = rows.set_column(rows.schema.get_field_index(name), field, column)
    return rows


def _recounted(rows: pa.Table, chosen: dict[str, IntArray]) -> pa.Table:
    """Rows of which some stand twice, one behind the other, and some are gone."""
    times = np.ones(rows.num_rows, dtype=np.int64)
    for fault, places in chosen.items():
        if fault in DROPS:
            times[places] = 0
        if fault in COPIES:
            times[places] = 2
    place = np.repeat(np.arange(rows.num_rows, dtype=np.int64), times)
    if (times == 1).all():
        return rows
    copied = rows.take(pa.array(place))
    for fault, rename in COPIES.items():
        if rename and fault in chosen:
            is_copy = np.diff(place, prepend=-1) == 0
            copied = _replaced(copied, np.flatnonzero(is_copy), rename(copied.filter(pa.array(is_copy))))
    return copied
