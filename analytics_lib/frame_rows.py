"""The rows of a frame, one by one."""

from __future__ import annotations

from typing import Any

import pandas as pd


def frame_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each row as column -> value, in Python's own kinds of value.

    As `to_dict("records")` of pandas, which copies the `attrs` of a frame for each of its columns.
    """
    bare = pd.DataFrame(frame)
    names = [str(name) for name in bare.columns]
    columns = [bare.iloc[:, place].tolist() for place in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
