"""Columns of numbers into Arrow tables with exactly the canonical columns and types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics_lib.sources.arrow_schema import arrow_schema
from analytics_lib.sources.sample.draws import BoolArray, IntArray


def as_table(table_name: str, columns: Mapping[str, Sequence[Any] | pa.Array]) -> pa.Table:
    """The rows of a canonical table; every column must be given, none other may be."""
    schema = arrow_schema(table_name)
    if set(columns) != set(schema.names):
        raise ValueError(f"{table_name} has other columns: {sorted(set(columns) ^ set(schema.names))}")
    arrays = []
    for field in schema:
        column = columns[field.name]
        array = column if isinstance(column, pa.Array) else pa.array(column, type=field.type)
        arrays.append(array.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def instants(seconds: IntArray, present: BoolArray | None = None) -> pa.Array:
    """UTC seconds since 1970 as timestamps; NULL where not present."""
    absent = None if present is None else ~present
    return pa.array(seconds * 1_000_000, type=pa.int64(), mask=absent).cast(pa.timestamp("us"))


def days(numbers: IntArray) -> pa.Array:
    """Days since 1970 as dates."""
    return pa.array(numbers.astype(np.int32), type=pa.int32()).cast(pa.date32())


def whole(numbers: IntArray, present: BoolArray | None = None) -> pa.Array:
    """Whole numbers; NULL where not present."""
    return pa.array(numbers, type=pa.int64(), mask=None if present is None else ~present)


def numbered(prefix: str, numbers: IntArray, width: int) -> pa.Array:
    """Ids such as b00000001."""
    digits = pc.utf8_lpad(pa.array(numbers, type=pa.int64()).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def named(names: Sequence[str | None], positions: IntArray, present: BoolArray | None = None) -> pa.Array:
    """The name at each position; NULL where not present."""
    absent = None if present is None else ~present
    return pa.array(names, type=pa.string()).take(pa.array(positions, type=pa.int64(), mask=absent))
