"""Rows of an answer as plain values that programs read: the wire format of DESIGN section 7.

Rates are fractions, money is in major units as decimal strings, what is missing is null with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

FIRST = ("metric", "value", "unit", "n")
LAST = ("bucket", "previous", "change", "change_ratio", "quality", "reason")


def fields_of(by: Sequence[str]) -> list[str]:
    """The names of the fields of a row of an answer that is cut by these dimensions, in their order."""
    return [*FIRST, *dict.fromkeys(by), *LAST]


def rows(frame: pd.DataFrame, by: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of an answer with every field of the wire format, null where it does not apply."""
    names = fields_of(by)
    return [{name: plain(row.get(name)) for name in names} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A value of an answer as JSON has it."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and value != value:
        return None
    return value.item() if hasattr(value, "item") else value
