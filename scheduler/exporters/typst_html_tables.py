"""An HTML table as a grid: spans made safe, holes filled, words beside the nodes that show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scheduler.exporters.typst_inline import plain_words, trimmed
from scheduler.exporters.typst_manuscript import Inline
from scheduler.exporters.typst_tables import Cell, Grid, filled

_WIDEST_SPAN = 60
_MOST_HEADS = 6
_NUMBER = re.compile(r"\(?[+\-−]?[€$£¥]?\s?\d[\d\s.,'’]*(?:e[+\-]?\d+)?\s?[%€$£¥]?\)?")
_NOTHING = {"", "nan", "none", "<na>", "nat", "-", "–", "—"}


def read_grid(table: Any, inline_of: Callable[[Any], list[Inline]]) -> Grid:
    """The grid of a table; `inline_of` turns a cell's content into nodes."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    head = _head(rows)
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for y, row in enumerate(rows):
        last = (head if y < head else len(rows)) - y
        x = 0
        for element in row:
            if element.tag not in ("td", "th"):
                continue
            while (x, y) in taken:
                x += 1
            across, down = _span(element, "colspan", _WIDEST_SPAN), _span(element, "rowspan", last)
            while any((x + step, y) in taken for step in range(across)):
                across -= 1
            taken |= {(x + i, y + j) for i in range(across) for j in range(down)}
            cells.append(_cell(element, inline_of, (x, y, across, down)))
            x += across
    columns = max((cell.column + cell.columns for cell in cells), default=0)
    cells = _figures_right(cells, head)
    return filled(cells, columns, len(rows), head)


def _figures_right(cells: list[Cell], head: int) -> list[Cell]:
    """The cells, columns of nothing but numbers to the right, where the table itself does not say."""
    if any(cell.right for cell in cells):
        return cells
    words: dict[int, list[str]] = {}
    for cell in cells:
        if cell.row >= head and cell.words.strip().lower() not in _NOTHING:
            words.setdefault(cell.column, []).append(cell.words.strip())
    right = {column for column, texts in words.items() if all(map(_NUMBER.fullmatch, texts))}
    return [replace(cell, right=cell.column in right and cell.columns == 1) for cell in cells]


def _cell(
    element: Any,
    inline_of: Callable[[Any], list[Inline]],
    place: tuple[int, int, int, int],
) -> Cell:
    x, y, across, down = place
    body = tuple(trimmed(inline_of(element)))
    right = "num" in element.get("class", "").split()
    return Cell(x, y, body, plain_words(body), right=right, columns=across, rows=down)


def _head(rows: list[Any]) -> int:
    """How many rows the header has: those in thead, else the leading ones of th alone."""
    count = sum(1 for row in rows if row.getparent().tag == "thead")
    if count == 0:
        for row in rows:
            if any(cell.tag == "td" for cell in row) or not len(row):
                break
            count += 1
    return count if count < len(rows) and count <= _MOST_HEADS else min(1, count)


def _span(element: Any, name: str, most: int) -> int:
    text = (element.get(name) or "1").strip()
    wanted = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 1
    return max(1, min(wanted, most))
