"""An answer as other programs and terminals take it: JSON, CSV, a table.

The JSON is the wire format of DESIGN section 7: rates as fractions, money in major units as decimal
strings, missing values null with a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.table import Table

from analytics_lib import formatting
from analytics_lib.csv_cells import harmless
from analytics_lib.scope import Scope
from analytics_lib.wire import fields_of, rows


def wire(frame: pd.DataFrame, scope: Scope, by: Sequence[str]) -> dict[str, Any]:
    """The answer as plain values for JSON."""
    return {"scope": scope.to_dict(), "rows": rows(frame, by)}


def csv(frame: pd.DataFrame, by: Sequence[str]) -> str:
    """The answer as CSV with a header; missing values are empty, and no text is a formula."""
    cells = rows(frame.astype(object).map(harmless), by)
    text: str = pd.DataFrame(cells, columns=fields_of(by), dtype=object).to_csv(index=False)
    return text


def table(frame: pd.DataFrame, scope: Scope, by: Sequence[str], locale: str = "en") -> Table:
    """The answer for a terminal, each number in its metric's unit."""
    compared = "change" in frame
    columns = ["metric", *dict.fromkeys(by), *(["bucket"] if "bucket" in frame else [])]
    title = (
        f"{formatting.period_title(scope.period, locale)} · {scope.zone} · as of {scope.to_dict()['as_of']}"
    )
    shown = Table(title=title, title_justify="left", box=None)
    for name in columns:
        shown.add_column(name)
    shown.add_column("value", justify="right")
    if compared:
        shown.add_column("previous", justify="right")
        shown.add_column("change", justify="right")
    shown.add_column("note", overflow="fold")
    for row in frame.to_dict("records"):
        cells = [str(row[name]) for name in columns] + [
            formatting.quantity(row["value"], row["unit"], locale)
        ]
        if compared:
            cells.append(formatting.quantity(row["previous"], row["unit"], locale))
            cells.append(formatting.change(row["change"], row["change_ratio"], row["unit"], locale))
        shown.add_row(*cells, row["reason"] or "")
    return shown
