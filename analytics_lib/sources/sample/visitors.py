"""Who visits: pseudonyms that stay the same for a customer, and which customers the platform knows when."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics_lib.sources.sample.customers import PREFIXES
from analytics_lib.sources.sample.demand import MODELS
from analytics_lib.sources.sample.draws import Draws, IntArray
from analytics_lib.sources.sample.rows import named, numbered
from analytics_lib.sources.sample.slices import BookedSlice, World

# A visitor's number ends in what it is: a customer of one of the models, nobody known, a machine.
_KINDS, _NOBODY, _MACHINE = 8, 3, 4
_MACHINES = 400


class Visitors:
    """The visitors so far. Call `meet` slice by slice in order of time, before anything else.

    Only the number of customers by day is remembered: they are numbered in the order in which they join.
    """

    def __init__(self, world: World) -> None:
        self._first = int(world.local.day_of(np.array([world.begin]))[0])
        last = int(world.local.day_of(np.array([world.through]))[0])
        self._joined = np.zeros((len(MODELS), last - self._first + 1), dtype=np.int64)
        self._nobodies = 0

    def meet(self, booked: BookedSlice) -> None:
        """Count the customers who are new in a slice."""
        for model, joined in enumerate(self._joined):
            new = booked.day[booked.is_new & (booked.model == model)] - self._first
            later = np.cumsum(np.bincount(new, minlength=len(joined)))
            joined += np.concatenate(([0], later[:-1]))

    def customers_before(self, model: IntArray, day: IntArray) -> IntArray:
        """How many customers of a model had joined before a local day: those with lower numbers."""
        return self._joined[model, np.clip(day - self._first, 0, self._joined.shape[1] - 1)]

    def of_customers(self, model: IntArray, customer: IntArray) -> IntArray:
        """The visitor that each customer always is."""
        return customer * _KINDS + model

    def nobodies(self, count: int) -> IntArray:
        """So many visitors who have never been here before, nor will be again."""
        first = self._nobodies
        self._nobodies += count
        return np.arange(first, self._nobodies, dtype=np.int64) * _KINDS + _NOBODY

    def machines(self, draws: Draws, count: int) -> IntArray:
        """The machine behind each visit: few of them, and the first ones come far more often."""
        number = np.full(count, _MACHINES, dtype=np.int64)
        for _ in range(3):
            number = draws.below(number + 1, count)
        return number * _KINDS + _MACHINE


def visitor_ids(visitor: IntArray) -> pa.Array:
    """Ids such as v000000123."""
    return numbered("v", visitor, 9)


def customer_ids(model: IntArray, customer: IntArray) -> pa.Array:
    """Ids such as cb0000045; NULL where the customer is not known."""
    known = np.flatnonzero(customer >= 0)
    ids = pc.binary_join_element_wise(named(PREFIXES, model[known]), numbered("", customer[known] + 1, 7), "")
    place = np.cumsum(customer >= 0) - 1
    return ids.take(pa.array(place, mask=customer < 0))
