"""The one verb: metrics and a scope in, a tidy frame out.

Notebooks, reports, the command line, audits and tests all ask through `measure`, so a number is the
same everywhere. It asks one SELECT per (fact, timestamp), all on one consistent view of the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.arithmetic import Cell, change, final
from analytics_lib.cells import Cells, Place
from analytics_lib.covering import Covering
from analytics_lib.errors import UnknownName
from analytics_lib.local_time import TimeFrame
from analytics_lib.metric import AnyMetric, Metric
from analytics_lib.period import Comparison
from analytics_lib.question import Group, Question
from analytics_lib.scope import Scope
from analytics_lib.spines import Pair, pairs
from analytics_lib.statement import Arm
from analytics_lib.warehouse import Reader, Warehouse

QUANTILE_DIGITS = 9
"""Decimals that a quantile is answered with."""

_EXACT = ("value", "previous", "change", "change_ratio", "reason")
"""Columns that hold Python values as they are: int, Decimal, float, text or None."""


@dataclass(frozen=True)
class Asked:
    """One statement that was sent: the metrics it serves, its text and parameters, the rows it counted."""

    metrics: tuple[str, ...]
    sql: str
    parameters: Mapping[str, Any]
    rows: int


@dataclass(frozen=True)
class Answer:
    """The frame, and what it takes to prove it: the statements, the data version, what was left out."""

    frame: pd.DataFrame
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
        contents = reader.contents()
        covering = Covering.of(contents.about, contents.coverage)
        known_through = contents.about.get("data_through")
        arms = tuple(
            Arm(
                label,
                each,
                _with_children(each, reader),
                knows_all=_knows_all(each, known_through),
                all_marked=not contents.is_live,
            )
            for label, each in enumerate(question.scopes)
        )
        cells, asked = _fetch(question, arms, covering, reader)
    currency = contents.about.get("reporting_currency", "EUR")
    rows = list(_rows(question, cells, currency))
    frame = pd.DataFrame({name: _column(name, [row[name] for row in rows]) for name in question.columns})
    frame.attrs = {
        "metrics": {metric.name: metric.described() for metric in question.metrics},
        "scope": scope,
        "compared": question.scopes[1] if len(question.scopes) > 1 else None,
        "dimensions": question.by,
        "over": question.over,
        "data_version": contents.version,
    }
    return Answer(frame, scope, asked, contents.version)


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
    for statement in question.statements(arms, served):
        frame, sql, parameters = reader.fetch_with_sql(statement.query)
        asked.append(
            Asked(tuple(metric.name for metric in statement.metrics), sql, parameters, int(frame["m0"].sum()))
        )
        for row in frame.to_dict("records"):
            bucket = row["bucket"].to_pydatetime() if question.over else None
            place = (int(row["arm"]), bucket, tuple(str(row[f"by_{name}"]) for name in question.by))
            cells = by_place.setdefault(place, {})
            for metric in statement.metrics:
                cells[metric.name] = _cell(metric, row, statement.labels[metric.name])
    return Cells(question, covering, by_place, unserved), tuple(asked)


def _cell(metric: Metric, row: Mapping[Any, Any], labels: tuple[str, str, str]) -> Cell:
    value, with_value, seen = row[labels[0]], int(row[labels[1]]), int(row[labels[2]])
    left_out = seen - with_value
    if metric.how == "sum" and seen and not with_value:
        return Cell(None, 0, f"missing, because none of {seen} rows has a value (such as an exchange rate)")
    reason = (
        f"{left_out} of {seen} rows left out: they have no value"
        if left_out and metric.how == "sum"
        else None
    )
    if pd.isna(value):
        return Cell(0, 0) if metric.is_additive else Cell(None, 0, "no rows to rank")
    if metric.how == "quantile":
        if with_value < metric.small_base:
            reason = f"small base of {with_value}"
        # Engines interpolate in double precision and differ in the last digits.
        return Cell(round(float(value), QUANTILE_DIGITS), with_value, reason)
    return Cell(int(value), with_value, reason)


def _rows(question: Question, cells: Cells, currency: str) -> Iterator[dict[str, Any]]:
    """The rows of the answer, zero-filled from the calendar, metric by metric."""
    spine = tuple(pairs(question))
    for metric in question.metrics:
        fixed = {"metric": metric.name, "unit": currency if metric.unit == "money" else metric.unit}
        for group in cells.groups:
            fixed |= dict(zip(question.by, group, strict=True))
            for pair in spine:
                now = cells.value(metric, 0, pair.now, group)
                row: dict[str, Any] = fixed | {"value": final(now.value, metric, currency), "n": now.n}
                provisional, reason = now.is_incomplete, now.reason
                if pair.now is not None:
                    row |= {"bucket": pair.now.name, "bucket_start": pair.now.local_start}
                    provisional |= pair.now.is_clipped
                    if pair.now.is_clipped:
                        reason = reason or f"only a part of {pair.now.name} lies in the period"
                if question.compare:
                    compared, why = _comparison(metric, now, pair, cells, group, currency)
                    row |= compared
                    reason = reason or why
                yield row | {"quality": "provisional" if provisional else "ok", "reason": reason}


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
        "previous_quality": "provisional" if before.is_incomplete else "ok",
    }
    if absolute is not None:
        return columns, None
    return columns, pair.why_unlike or (f"compared period: {before.reason}" if before.reason else None)


def _knows_all(scope: Scope, data_through: str | None) -> bool:
    return data_through is not None and scope.as_of >= datetime.fromisoformat(data_through.removesuffix("Z"))


def _with_children(scope: Scope, reader: Reader) -> tuple[str, ...]:
    """The scope's partners and, from the same view of the data, everyone below them."""
    if not scope.partners:
        return ()
    tree = reader.fetch(select(schema.partners.c.partner_id, schema.partners.c.parent_partner_id))
    children: dict[str, list[str]] = {}
    for partner, parent in tree.itertuples(index=False):
        if not pd.isna(parent):
            children.setdefault(str(parent), []).append(str(partner))
    known = set(tree["partner_id"])
    found: dict[str, None] = {}
    waiting = list(scope.partners)
    for partner in waiting:
        if partner not in known:
            raise UnknownName("partner", partner, known)
        if partner not in found:
            found[partner] = None
            waiting.extend(children.get(partner, ()))
    return tuple(found)
