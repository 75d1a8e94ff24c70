"""The rows of a frame, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def frame_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row as column -> value, in Python's own kinds of value, None for pandas' NA.

    As `to_dict("records")` of pandas, which copies the `attrs` of a frame for each of its columns.
    """
    bare = pd.DataFrame(frame)
    names = [str(name) for name in bare.columns]
    columns = [_values(bare.iloc[:, place]) for place in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series[Any]) -> list[Any]:
    values: list[Any] = column.tolist()
    if isinstance(column.dtype, np.dtype) and column.dtype != object:
        return values
    return [
        None if each is pd.NA else each.item() if isinstance(each, np.generic) else each for each in values
    ]
