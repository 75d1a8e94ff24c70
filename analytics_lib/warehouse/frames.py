"""Arrow answers to pandas frames: exact integers, one set of types whatever the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import types
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import CompoundSelect

from analytics_lib.errors import WarehouseError

INSTANT = pa.timestamp("us")

_DECLARED: tuple[tuple[type[types.TypeEngine[Any]], pa.DataType], ...] = (
    (types.Boolean, pa.bool_()),
    (types.Integer, pa.int64()),
    (types.Numeric, pa.float64()),
    (types.DateTime, INSTANT),
    (types.Date, pa.date32()),
    (types.String, pa.string()),
)

_PANDAS = {
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(),
}


def declared_types(select: Select[Any] | CompoundSelect[Any]) -> list[pa.DataType | None]:
    """The Arrow type that each column of a SELECT declares; None where SQLAlchemy does not know."""
    return [
        next((arrow for kind, arrow in _DECLARED if isinstance(column.type, kind)), None)
        for column in select.selected_columns
    ]


def _undeclared(column: pa.ChunkedArray) -> pa.DataType:
    """What a column becomes of which only the engine knows the type."""
    kind = column.type
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0):
        return pa.int64()
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return pa.float64()
    if pa.types.is_timestamp(kind):
        return INSTANT
    if pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
        return pa.string()
    return kind


def _cast(name: str, column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = column.cast(pa.timestamp("us", tz="UTC"))
    if column.type == kind:
        return column
    try:
        return pc.cast(column, kind)
    except pa.ArrowInvalid as error:
        raise WarehouseError(
            f"The column '{name}' of the answer does not fit {kind} without loss: {error}."
        ) from error


def fitted(answer: pa.Table, declared: Sequence[pa.DataType | None]) -> pa.Table:
    """An answer with the types that its SELECT declares, local dates as instants at midnight.

    `declared` may be empty; otherwise it has one entry per column. Raises WarehouseError where a value
    does not fit its type, such as a sum beyond 64 bits.
    """
    kinds = declared or [None] * answer.num_columns
    columns = []
    for name, column, kind in zip(answer.column_names, answer.columns, kinds, strict=True):
        typed = _cast(name, column, kind or _undeclared(column))
        columns.append(typed.cast(INSTANT) if pa.types.is_date(typed.type) else typed)
    return pa.Table.from_arrays(columns, names=answer.column_names)


def to_frame(answer: pa.Table, declared: Sequence[pa.DataType | None]) -> pd.DataFrame:
    """A fitted answer as a pandas frame.

    Integers become Int64 (never float), floats Float64, text string, booleans boolean, each with NA;
    instants and local dates become datetime64[us] without zone (instants in UTC, dates at midnight).
    """
    frame: pd.DataFrame = fitted(answer, declared).to_pandas(types_mapper=_PANDAS.get)
    return frame
