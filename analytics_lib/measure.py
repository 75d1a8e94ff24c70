"""The one verb: metrics and a scope in, a tidy frame out.

Notebooks, reports, the command line, audits and tests all ask through `measure`, so a number is the
same everywhere. It asks one SELECT per (fact, timestamp), all on one consistent view of the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.arithmetic import change, final
from analytics_lib.arms import arms_of
from analytics_lib.cell import Cell, Group, Place
from analytics_lib.cells import Cells
from analytics_lib.covering import Covering, covering_of
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import AnyMetric
from analytics_lib.period import Comparison
from analytics_lib.question import Question
from analytics_lib.scope import Scope
from analytics_lib.spines import Pair, pairs
from analytics_lib.statement import Arm
from analytics_lib.suppression import NOBODY, hidden
from analytics_lib.warehouse import Reader, Warehouse

_EXACT = ("value", "previous", "change", "change_ratio", "reason")
"""Columns that hold Python values as they are: int, Decimal, float, text or None."""


@dataclass(frozen=True)
class Asked:
    """One statement that was sent: the metrics it serves, its text and parameters, the rows it counted."""

    metrics: tuple[str, ...]
    sql: str
    parameters: Mapping[str, Any]
    rows: int | None
    """None where the scope withholds small groups, because the number would tell of them."""


class Words(dict[str, Any]):
    """What metrics say of themselves; it cannot be changed, so that copies of a frame share it."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("what a metric says of itself cannot be changed")

    __setitem__ = __delitem__ = update = setdefault = pop = popitem = clear = _refuse

    def __deepcopy__(self, _memo: Any) -> Words:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Words, (dict(self),)

    __hash__ = object.__hash__  # type: ignore[assignment]


@dataclass(frozen=True)
class Answer:
    """The frame, and what it takes to prove it: the statements, the data version, what was left out."""

    frame: pd.DataFrame
    rows: tuple[Mapping[str, Any], ...]
    """The rows of the frame as they are: pandas takes its time to give them back."""
    scope: Scope
    asked: tuple[Asked, ...]
    data_version: str


def measure(
    metrics: Sequence[AnyMetric],
    scope: Scope,
    by: Sequence[str] = (),
    over: TimeFrame | str | None = None,
    compare: Comparison | None = None,
    *,
    warehouse: Warehouse,
) -> pd.DataFrame:
    """The numbers, as a tidy frame with one row per metric, group and bucket.

    Columns: `metric`; `value` (int for counts, Decimal in major units for money, float for rates and
    quantiles, None where missing); `unit`; `n`, the rows it rests on; one column per dimension of
    `by`; `bucket` and `bucket_start` if `over` is given; `previous`, `change`, `change_ratio` and
    `previous_quality` if `compare` is "previous" or "year"; `quality` and `reason`.

    `frame.attrs` holds what charts and sentences need to speak of it: the metrics' own words, the scope
    and the one it is compared with, dimensions, buckets, and the data version.

    Raises `InputError` for what cannot be asked, `WarehouseError` if the database fails.
    """
    return answer(metrics, scope, by, over, compare, warehouse=warehouse).frame


def answer(
    metrics: Sequence[AnyMetric],
    scope: Scope,
    by: Sequence[str] = (),
    over: TimeFrame | str | None = None,
    compare: Comparison | None = None,
    *,
    warehouse: Warehouse,
) -> Answer:
    """As `measure`, with the SQL that was sent, the rows it counted and the version of the data."""
    question = Question.checked(metrics, scope, by, over, compare)
    with warehouse.reading() as reader:
        return answer_from(reader, question)


def answer_from(reader: Reader, question: Question) -> Answer:
    """As `answer`, on a view of the data that several questions may share."""
    scope = question.scopes[0]
    contents = reader.contents()
    covering = covering_of(contents)
    arms = arms_of(question, contents, reader)
    cells, asked = _fetch(question, arms, covering, reader)
    currency = contents.about.get("reporting_currency", "EUR")
    rows = list(_rows(question, cells, currency))
    frame = pd.DataFrame({name: _column(name, [row[name] for row in rows]) for name in question.columns})
    frame.attrs = {
        "metrics": words_of(question.metrics),
        "scope": scope,
        "compared": question.scopes[1] if len(question.scopes) > 1 else None,
        "dimensions": question.by,
        "over": question.over,
        "data_version": contents.version,
    }
    return Answer(frame, tuple(rows), scope, asked, contents.version)


def words_of(metrics: Iterable[AnyMetric]) -> Words:
    """What frames say of their metrics, by name: title, sentence, unit, which way is better, ..."""
    return Words(
        {metric.name: Words(metric.described() | {"dimensions": metric.dimensions}) for metric in metrics}
    )


def _column(name: str, values: list[Any]) -> pd.Series[Any]:
    if name == "bucket_start":
        return pd.Series(np.array(values, dtype="datetime64[us]"))
    return pd.Series(values, dtype=object if name in _EXACT else None)


def _fetch(
    question: Question, arms: Sequence[Arm], covering: Covering, reader: Reader
) -> tuple[Cells, tuple[Asked, ...]]:
    unserved = {leaf.name: why for leaf in question.leaves if (why := question.why_unserved(leaf, covering))}
    served = [leaf for leaf in question.leaves if leaf.name not in unserved]
    if question.scopes[0].until <= question.scopes[0].period.start:
        unserved = {
            leaf.name: f"nothing of {question.scopes[0].period.name} has passed" for leaf in question.leaves
        }
        served = []
    by_place: dict[Place, dict[str, Cell]] = {}
    asked = []
    few = question.scopes[0].smallest_group
    # A period to date may be of no length by the clock, and then it has no bucket.
    in_time = [arm for arm in arms if question.over is None or any(arm.scope.buckets(question.over))]
    for statement in question.statements(in_time, served, covering):
        answers = []
        names = tuple(leaf.name for leaf in statement.leaves)
        for query in statement.queries:
            rows, sql, parameters = reader.rows(query)
            answers.append(rows)
            seen = None if few else statement.rows_counted(rows)
            asked.append(Asked(names, sql, parameters, seen))
        for place, leaf, cell in statement.cells(answers):
            by_place.setdefault(place, {})[leaf.name] = cell
    withheld = hidden(by_place, few) if few else NOBODY
    return Cells(question, covering, by_place, unserved, withheld), tuple(asked)


def _rows(question: Question, cells: Cells, currency: str) -> Iterator[dict[str, Any]]:
    """The rows of the answer, zero-filled from the calendar, metric by metric."""
    spine = tuple(pairs(question))
    for metric in question.metrics:
        is_withheld = question.is_withheld(metric)
        fixed = {"metric": metric.name, "unit": currency if metric.unit == "money" else metric.unit}
        for group in cells.groups:
            fixed |= dict(zip(question.by, group, strict=True))
            for pair in spine:
                now = _WITHHELD if is_withheld else cells.value(metric, 0, pair.now, group)
                row: dict[str, Any] = fixed | {"value": final(now.value, metric, currency), "n": now.n}
                provisional, reason = now.is_incomplete, now.reason
                if pair.now is not None:
                    row |= {"bucket": pair.now.name, "bucket_start": pair.now.local_start}
                    provisional |= pair.now.is_clipped
                    if pair.now.is_clipped:
                        reason = reason or f"only a part of {pair.now.name} lies in the period"
                if is_withheld:
                    yield row | _nothing_compared(question) | {"quality": "withheld", "reason": now.reason}
                    continue
                if question.compare:
                    compared, why = _comparison(metric, now, pair, cells, group, currency)
                    row |= compared
                    reason = reason or why
                yield row | {"quality": _quality(now, is_provisional=provisional), "reason": reason}


def _quality(cell: Cell, *, is_provisional: bool) -> str:
    return "withheld" if cell.is_withheld else "provisional" if is_provisional else "ok"


_WITHHELD = Cell(None, 0, "not shown in a partner's scope: it is the platform's own", is_withheld=True)


def _nothing_compared(question: Question) -> dict[str, Any]:
    if not question.compare:
        return {}
    return {"previous": None, "change": None, "change_ratio": None, "previous_quality": "withheld"}


def _comparison(
    metric: AnyMetric, now: Cell, pair: Pair, cells: Cells, group: Group, currency: str
) -> tuple[dict[str, Any], str | None]:
    """The columns of a comparison, and why there is no change, if there is none."""
    if not pair.has_before:
        none = {"previous": None, "change": None, "change_ratio": None, "previous_quality": "ok"}
        return none, "no period to compare with"
    before = cells.value(metric, 1, pair.before, group)
    absolute, relative = (None, None) if pair.why_unlike else change(metric, now, before, currency)
    columns = {
        "previous": final(before.value, metric, currency),
        "change": absolute,
        "change_ratio": relative,
        "previous_quality": _quality(before, is_provisional=before.is_incomplete),
    }
    if absolute is not None:
        return columns, None
    return columns, pair.why_unlike or (f"compared period: {before.reason}" if before.reason else None)
