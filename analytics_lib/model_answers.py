"""What a model answered, as other programs and terminals take it: JSON, CSV, a table with its account.

Expectations are floats in major units; amounts that were counted are decimal texts; what is missing is null.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from rich.markup import escape
from rich.table import Table

from analytics_lib.csv_cells import harmless
from analytics_lib.models.account import KEY, account_of
from analytics_lib.scope import Scope

_PLAIN = (str, bool, int, float, Decimal)


def wire(frame: pd.DataFrame) -> dict[str, Any]:
    """The answer as plain values for JSON: the account, the scope, what else was found, and the rows."""
    details = {
        str(name): value for name, value in frame.attrs.items() if name not in (KEY, "scope", "compared")
    }
    scope = frame.attrs.get("scope")
    return {
        "account": account_of(frame).to_dict(),
        "scope": scope.to_dict() if isinstance(scope, Scope) else None,
        "details": {name: _plain(value) for name, value in details.items() if _is_plain(value)},
        "rows": rows(frame),
    }


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows with every value as JSON has it."""
    return [
        {str(name): _plain(value) for name, value in row.items()} for row in _bare(frame).to_dict("records")
    ]


def csv(frame: pd.DataFrame) -> str:
    """The rows as CSV with a header; missing values are empty, and no text is a formula."""
    names = [str(name) for name in frame.columns]
    cells = rows(_bare(frame).map(harmless))
    text: str = pd.DataFrame(cells, columns=names, dtype=object).to_csv(index=False)
    return text


def table(frame: pd.DataFrame, limit: int) -> Table:
    """The first rows for a terminal; a single row stands upright, a line for each value."""
    shown = Table(box=None)
    if len(frame) == 1:
        shown.show_header = False
        for name, value in _bare(frame).iloc[0].items():
            shown.add_row(str(name), escape(_short(value)))
        return shown
    for name in frame.columns:
        is_number = pd.api.types.is_numeric_dtype(frame[name]) or any(map(_is_number, frame[name]))
        # A number broken in two reads as another number.
        shown.add_column(str(name), justify="right" if is_number else "left", no_wrap=bool(is_number))
    for row in _bare(frame.head(limit)).itertuples(index=False):
        shown.add_row(*(escape(_short(value)) for value in row))
    return shown


def _bare(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.astype(object))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _is_missing(value: Any) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _short(value: Any) -> str:
    if _is_missing(value):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if value.hour or value.minute else f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 100 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_plain(each) for each in value.values())
    if isinstance(value, list | tuple):
        return all(_is_plain(each) for each in value)
    return _is_missing(value) or isinstance(value, (*_PLAIN, date)) or hasattr(value, "item")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if _is_missing(value) or (isinstance(value, float) and math.isinf(value)):
        return None
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return _plain(value.item()) if hasattr(value, "item") else value
