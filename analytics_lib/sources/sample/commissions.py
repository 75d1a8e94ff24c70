"""Commission entries: who is owed what of each booking, what is given back, invoiced and paid.

The accrued legs of a booking add up to its price. When it is cancelled, what is not kept is clawed back
from every leg alike; suppliers and partners invoice what is left once the booking is over.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics_lib.sources.sample.draws import BoolArray, IntArray
from analytics_lib.sources.sample.invoices import NEVER_DUE, Invoices, Lines
from analytics_lib.sources.sample.legs import LEGS, Division, divide, part
from analytics_lib.sources.sample.penalties import WHOLE, penalty_share
from analytics_lib.sources.sample.rows import as_table, days, instants, named, numbered, whole
from analytics_lib.sources.sample.slices import BookedSlice, World, scoped

ENTRIES = ("accrued", "clawed_back", "invoiced", "paid")


class Commissions:
    """Writes `commission_entries`, in order of time within a slice, also those that lie after its days."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._invoices = Invoices(world)
        self._written = 0

    def write(self, booked: BookedSlice) -> Iterator[tuple[str, pa.Table]]:
        """The entries of a slice's bookings up to the end of the data."""
        fates, division = booked.fates, divide(self._world, booked)
        cancelled = fates.cancelled.happened & fates.confirmed.happened
        share = np.where(cancelled, penalty_share(self._world, booked), WHOLE)
        kept = part(division.amount, share)
        closed = np.where(
            cancelled,
            fates.cancelled.at,
            np.where(fates.no_show.happened, fates.no_show.at, fates.completed.at),
        )
        is_closed = cancelled | fates.no_show.happened | fates.completed.happened
        invoiced, paid = self._invoices.settle(booked, division, kept, closed, is_closed)
        lines = (
            _lines(division.amount, fates.confirmed.at, fates.confirmed.happened),
            _lines(division.amount - kept, fates.cancelled.at, cancelled),
            invoiced,
            paid,
        )
        table = self._table(booked, division, lines)
        if table.num_rows:
            yield "commission_entries", table

    def finish(self) -> Iterator[tuple[str, pa.Table]]:
        """Nothing: a booking's entries do not hang on other bookings."""
        return iter(())

    def _table(self, booked: BookedSlice, division: Division, lines: tuple[Lines, ...]) -> pa.Table:
        at = np.concatenate([each.at for each in lines])
        order = np.argsort(at, kind="stable")
        row, leg, amount, due = (
            np.concatenate(columns)[order]
            for columns in zip(*((each.row, each.leg, each.amount, each.due) for each in lines), strict=True)
        )
        entry = np.repeat(np.arange(len(ENTRIES), dtype=np.int64), [len(each.row) for each in lines])
        number = np.arange(self._written + 1, self._written + 1 + len(row), dtype=np.int64)
        self._written += len(row)
        return as_table(
            "commission_entries",
            {
                "entry_id": numbered("e", number, 9),
                "booking_id": booked.booking_id.take(pa.array(row)),
                "leg": named(LEGS, leg),
                "entry": named(ENTRIES, entry[order]),
                "amount_base_minor": whole(amount),
                "commissionable_base_minor": whole(division.commissionable[row]),
                "occurred_at": instants(at[order]),
                "due_on": pc.if_else(pa.array(due != NEVER_DUE), days(due), None),
                **scoped(booked, self._world.partners, row),
            },
        )


def _lines(amount: IntArray, at: IntArray, happened: BoolArray) -> Lines:
    """One line for each leg of the bookings to which something happened, but for legs of nothing."""
    row, leg = np.nonzero(happened[:, None] & (amount != 0))
    return Lines(row, leg, amount[row, leg], at[row], np.full(len(row), NEVER_DUE, dtype=np.int64))
