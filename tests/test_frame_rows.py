"""The rows of a frame: as pandas tells them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics_lib.frame_rows import frame_rows

FRAME = pd.DataFrame(
    {
        "value": pd.Series([1, Decimal("2.50"), None], dtype=object),
        "n": [1, 2, 3],
        "mixed": pd.Series([np.float64(0.5), pd.NA, np.int64(3)], dtype=object),
        "share": [0.5, float("nan"), 0.25],
        "known": pd.array([1, None, 3], dtype="Int64"),
        "bucket_start": np.array([datetime(2026, 10, day) for day in (1, 2, 3)], dtype="datetime64[us]"),
    }
)


@pytest.mark.parametrize("frame", [FRAME, FRAME.iloc[[2, 0]], FRAME.iloc[:0], FRAME[["n"]], pd.DataFrame()])
def test_rows_are_those_of_pandas(frame: pd.DataFrame) -> None:
    rows, theirs = frame_rows(frame), frame.to_dict("records")
    assert repr(rows) == repr(theirs)
    assert [list(map(type, row.values())) for row in rows] == [
        list(map(type, row.values())) for row in theirs
    ]
