"""A hash over rows, whatever the batches they came in and however Arrow holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class _ColumnHash:
    """Three digests that grow value by value: which are there, how long they are, what they are."""

    def __init__(self) -> None:
        self._present, self._lengths, self._values = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()

    def update(self, column: pa.Array) -> None:
        self._present.update(_numbers(column.is_valid()))
        if pa.types.is_string(column.type):
            filled = pc.fill_null(column, "")
            lengths = pc.binary_length(filled).to_numpy(zero_copy_only=False)
            self._lengths.update(lengths.astype("<i4"))
            _, offsets, text = filled.buffers()
            bounds = np.frombuffer(offsets, dtype=np.int32)
            start, end = bounds[filled.offset], bounds[filled.offset + len(filled)]
            self._values.update(b"" if text is None else memoryview(text)[start:end])
        else:
            self._values.update(_numbers(column))

    def digest(self) -> bytes:
        return self._present.digest() + self._lengths.digest() + self._values.digest()


def _numbers(column: pa.Array) -> Any:
    if pa.types.is_boolean(column.type):
        return np.ascontiguousarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False))
    if pa.types.is_floating(column.type):
        return np.ascontiguousarray(pc.fill_null(column, 0.0).to_numpy().astype("<f8"))
    if pa.types.is_date32(column.type):
        column = column.cast(pa.int32())
    return np.ascontiguousarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy().astype("<i8"))


def content_hash(tables: Iterable[tuple[str, pa.Table]]) -> str:
    """SHA-256 over named rows, as 64 hexadecimal digits.

    Counts: table and column names, column types, values, NULLs and the order of rows within a
    table. Does not count: where batches begin, how tables alternate, offsets, padding, or whether
    text is held plainly or as a dictionary.
    """
    columns: dict[tuple[str, str, str], _ColumnHash] = {}
    for table_name, table in tables:
        for field, chunks in zip(table.schema, table.columns, strict=True):
            kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            if pa.types.is_large_string(kind):
                kind = pa.string()
            column = columns.setdefault((table_name, field.name, str(kind)), _ColumnHash())
            for chunk in chunks.chunks:
                if len(chunk):
                    column.update(chunk.cast(kind))
    total = hashlib.sha256()
    for name in sorted(columns):
        total.update("\x00".join(name).encode() + b"\x00" + columns[name].digest())
    return total.hexdigest()
