"""What is lost without each state of a chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from analytics_lib.errors import InputError
from analytics_lib.metric.columns import text_of
from analytics_lib.metric.definition import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Removal(Rows):
    """What each state is credited with by how much is lost without it, in a Markov chain of first order.

    Every row is a step of a way, from the state `before` (the start, where `is_first`) to its own, the
    dimension `state`; from the last one the way goes on to where it ends, `converted` or not. The removal
    effect of a state is the part of the chance to convert that is lost if every step to it leads nowhere.
    The conversions are divided in proportion to these effects, so that credits add up to them. A state
    that any way to a conversion passes has an effect, so where there is a conversion there is one to
    credit. Without the dimension, the answer is the conversions.
    """

    dated: ColumnElement[Any]
    state: str
    before: ColumnElement[Any]
    is_first: ColumnElement[int]
    is_last: ColumnElement[int]
    is_converted: ColumnElement[int]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.where is not None:
            raise InputError(f"The metric {self.name} is of whole ways: it cannot keep some of their rows.")

    @property
    def own_dimensions(self) -> tuple[str, ...]:
        return (self.state,)

    @property
    def timed_by(self) -> tuple[ColumnElement[Any], ...]:
        return (self.dated,)

    @property
    def reads(self) -> tuple[ColumnElement[Any] | None, ...]:
        state = self.rows.dimensions[self.state].expression
        return state, self.before, self.is_first, self.is_last, self.is_converted

    @property
    def is_additive(self) -> bool:
        return True

    @property
    def formula(self) -> str:
        return (
            f"conversions × removal effect ÷ removal effects of every {self.state}, in the chain of first "
            f"order over {self.rows.name}, by {text_of(self.dated)}"
        )
