"""Conditions told apart by their text: what several have in common, and what follows from any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import BindParameter, Cast, ColumnElement, and_
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList

_SPELLING: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
"""Any engine's will do to tell one aggregate from another."""

_FURTHEST = {operators.ge: min, operators.gt: min, operators.lt: max, operators.le: max}
"""Which of several constants a comparison lets through the most with."""

Conditions = Mapping[str, ColumnElement[bool]]
"""Conditions that all have to hold, by their text."""


@lru_cache(maxsize=4096)
def spelled(expression: Any) -> str:
    """What tells an expression from others: its text with its literals."""
    if expression is None:
        return ""
    compiled = expression.compile(dialect=_SPELLING)
    return f"{compiled} {sorted(compiled.params.items(), key=str)}"


def joined_by_and(condition: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
    """The conditions that all have to hold."""
    if isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        return condition.clauses
    return (condition,)


def by_text(*conditions: ColumnElement[bool]) -> Conditions:
    """Conditions that all have to hold, those within them apart."""
    return {spelled(each): each for condition in conditions for each in joined_by_and(condition)}


def in_common(each: Sequence[Conditions]) -> Conditions:
    """The conditions that stand in all."""
    first, *others = each
    return {text: found for text, found in first.items() if all(text in other for other in others)}


def without(conditions: Conditions, known: Conditions) -> list[ColumnElement[bool]]:
    """The conditions that are not known to hold."""
    return [found for text, found in conditions.items() if text not in known]


def all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool] | None:
    """The conditions as one; None for none."""
    return and_(*conditions) if conditions else None


def furthest(alternatives: Sequence[Sequence[ColumnElement[bool]]]) -> list[ColumnElement[bool]]:
    """Comparisons of a column with a constant that hold wherever any of the alternatives does.

    They follow from the alternatives, but no engine finds them there, and these it can ask its indexes and
    zone maps.
    """
    each = [_compared(conditions) for conditions in alternatives]
    return [
        _FURTHEST[operator](
            (compared[column, operator] for compared in each), key=lambda found: found.constant
        ).condition
        for column, operator in each[0]
        if all((column, operator) in other for other in each)
    ]


class _Comparison(NamedTuple):
    condition: ColumnElement[bool]
    constant: Any


def _compared(conditions: Sequence[ColumnElement[bool]]) -> dict[tuple[str, Any], _Comparison]:
    """Comparisons with a constant, by column and operator."""
    found = {}
    for condition in conditions:
        if isinstance(condition, BinaryExpression) and condition.operator in _FURTHEST:
            right = condition.right
            constant = right.clause if isinstance(right, Cast) else right
            if isinstance(constant, BindParameter):
                found[spelled(condition.left), condition.operator] = _Comparison(condition, constant.value)
    return found


class _Conditional(Protocol):
    @property
    def where(self) -> ColumnElement[bool] | None: ...


_C = TypeVar("_C", bound=_Conditional)


def without_shared(leaves: Sequence[_C]) -> tuple[list[ColumnElement[bool]], list[_C]]:
    """The conditions that all leaves have, and the leaves without them."""
    each = [{} if leaf.where is None else by_text(leaf.where) for leaf in leaves]
    shared = in_common(each)
    rest = [
        replace(leaf, where=all_of(without(conditions, shared)))  # type: ignore[type-var]
        for leaf, conditions in zip(leaves, each, strict=True)
    ]
    return list(shared.values()), rest
