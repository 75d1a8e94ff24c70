"""The rows of one table as they arrive, put aside in a file until all are there and can be ordered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


class Spool:
    """Rows of one schema in a Parquet file, with a note of whether they came in order.

    Parameters: where the file is to be, its schema, and the columns by which rows should ascend.
    """

    def __init__(self, path: Path, schema: pa.Schema, order: tuple[str, ...]) -> None:
        self.path = path
        self._writer = pq.ParquetWriter(path, schema)
        self._order = order
        self._last: tuple[Any, ...] | None = None
        self.is_ordered = True
        """Whether all rows so far ascend, which saves sorting ten million of them."""

    def append(self, rows: pa.Table) -> None:
        """Put rows aside, at least one."""
        self._writer.write_table(rows)
        if self.is_ordered:
            ordered = rows.select(self._order)
            first, last = (
                tuple(ordered.slice(at, 1).to_pylist()[0].values()) for at in (0, rows.num_rows - 1)
            )
            self.is_ordered = _is_ordered(ordered) and (self._last is None or self._last <= first)
            self._last = last

    def close(self) -> None:
        """Make the file one that can be read."""
        self._writer.close()


def _is_ordered(rows: pa.Table) -> bool:
    """Whether rows ascend by their columns, compared from left to right; never if one is NULL."""
    ties = None
    for column in rows.columns:
        values = column.combine_chunks()
        if values.null_count:
            return False
        before, after = values.slice(0, len(values) - 1), values.slice(1)
        falls = pc.less(after, before)
        if pc.any(falls if ties is None else pc.and_(ties, falls)).as_py():
            return False
        same = pc.equal(before, after)
        ties = same if ties is None else pc.and_(ties, same)
    return True
