"""Cells of a CSV file that no spreadsheet runs as a formula.

A spreadsheet reads a cell that begins with = + - or @ as a formula, whoever wrote the data behind it.
"""

from __future__ import annotations

from typing import Any

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: Any) -> Any:
    """The cell; a text that a spreadsheet would run gets an apostrophe in front, which makes it text.

    Only texts are touched: a negative number stays a number.
    """
    if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA):
        return f"'{cell}"
    return cell
