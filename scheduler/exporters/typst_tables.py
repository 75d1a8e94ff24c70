"""Tables for paper: a grid of cells, a type size and column widths at which nothing is clipped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scheduler.exporters.typst_glyphs import breakable, text_width
from scheduler.exporters.typst_manuscript import Inline, Manuscript, Node

PORTRAIT, LANDSCAPE = 482.0, 728.0  # pt between the margins of A4
_TRIALS = (
    (False, 9.0, False),
    (False, 8.2, False),
    (False, 8.2, True),
    (False, 7.2, True),
    (True, 8.2, True),
    (True, 7.2, True),
    (True, 6.4, True),
)
_SPLIT_SIZE = 7.2
_WORD, _NAME, _LINE, _FIGURE = 90.0, 56.0, 210.0, 150.0  # pt: unbroken word, word in a header, line, number
_INSET = 6.0
_AIR = 1.4  # how much wider than its text a table may stand where there is room
_TALLEST_SPAN = 12  # rows; a taller cell could not be kept on one page
_LONG_TEXT = 1200  # characters; a row with more may split
_WHOLE_ROWS, _SHORT_TEXT = 14, 200  # a table of no more rows, each short, stays on one page
_MOST_COLUMNS = 400


@dataclass(frozen=True)
class Cell:
    """One cell: its place, what stands in it, and that as plain text."""

    column: int
    row: int
    body: tuple[Inline, ...]
    words: str
    right: bool = False
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Grid:
    """A table as cells; the first `head` rows are its header."""

    cells: tuple[Cell, ...]
    columns: int
    rows: int
    head: int


def grid_of(manuscript: Manuscript, table: Mapping[str, Any]) -> Grid:
    """The grid of a plain table: {"columns": [{"name", "align"}], "rows": [[text, ...], ...]}."""
    right = [column.get("align") == "right" for column in table["columns"]]
    lines = [[str(column["name"]) for column in table["columns"]], *table["rows"]]
    cells = []
    for row, line in enumerate(lines):
        for column, value in enumerate(line[: len(right)]):
            words = manuscript.text(value)
            cells.append(Cell(column, row, (words,), words, right[column]))
    return filled(cells, len(right), len(lines), 1)


def filled(cells: Sequence[Cell], columns: int, rows: int, head: int) -> Grid:
    """A grid without holes: empty cells stand where none was given."""
    taken = {
        (cell.column + across, cell.row + down)
        for cell in cells
        for across in range(cell.columns)
        for down in range(cell.rows)
    }
    holes = [
        Cell(column, row, (), "")
        for row in range(rows)
        for column in range(columns)
        if (column, row) not in taken
    ]
    ordered = sorted([*cells, *holes], key=lambda cell: (cell.row, cell.column))
    return Grid(tuple(ordered), columns, rows, head)


def table_nodes(grid: Grid, *, room: float = PORTRAIT, caption: Sequence[Inline] = ()) -> list[Node]:
    """The table as one node, or as several, column by column, where no page is wide enough.

    `room` is the width at hand in pt; only a table that has the whole page may turn it.
    """
    if grid.columns == 0 or grid.rows == 0:
        return []
    if grid.columns > _MOST_COLUMNS:
        grid = _excerpt(grid, range(_MOST_COLUMNS))
    for wide, size, wrap in _TRIALS:
        if wide and room < PORTRAIT:
            continue
        widths = _widths(grid, size, LANDSCAPE if wide else room, wrap=wrap)
        if widths:
            return [_node(grid, widths, size, wide, caption)]
    return [
        _node(
            part, _widths(part, _SPLIT_SIZE, room, wrap=True) or _even(part, room), _SPLIT_SIZE, False, said
        )
        for part, said in _parts(grid, room, caption)
    ]


def _parts(grid: Grid, room: float, caption: Sequence[Inline]) -> Iterator[tuple[Grid, list[Inline]]]:
    lowest, _ = _bounds(grid, _SPLIT_SIZE)
    start = 1
    while start < grid.columns:
        end, used = start, lowest[0]
        while end < grid.columns and (end == start or used + lowest[end] <= room):
            used += lowest[end]
            end += 1
        where = f"Columns {start + 1} to {end} of {grid.columns}"
        yield _excerpt(grid, [0, *range(start, end)]), [*caption, ". " if caption else "", where]
        start = end
    if grid.columns == 1:
        yield grid, list(caption)


def _excerpt(grid: Grid, chosen: Sequence[int]) -> Grid:
    cells = []
    for cell in grid.cells:
        inside = [place for place, column in enumerate(chosen) if 0 <= column - cell.column < cell.columns]
        if inside:
            cells.append(replace(cell, column=inside[0], columns=len(inside)))
    return Grid(tuple(cells), len(chosen), grid.rows, grid.head)


def _bounds(grid: Grid, size: float) -> tuple[list[float], list[float]]:
    """Each column's least and natural width in pt, insets included."""
    least, natural = [size] * grid.columns, [size] * grid.columns
    for cell in grid.cells:
        word = _unbroken(cell, size, header=cell.row < grid.head) / cell.columns
        line = max(text_width(line, size) for line in cell.words.split("\n")) / cell.columns
        for column in range(cell.column, cell.column + cell.columns):
            least[column] = max(least[column], word)
            natural[column] = max(natural[column], word, min(line, _LINE))
    pad = 2 * _INSET + 0.02 * size
    return [width + pad for width in least], [width + pad for width in natural]


def _unbroken(cell: Cell, size: float, *, header: bool) -> float:
    """The width that a cell needs so that nothing in it is broken but words of great length."""
    whole = text_width(cell.words, size)
    if cell.right and not header and whole <= _FIGURE:
        return whole
    word = max((text_width(word, size) for word in cell.words.split()), default=0.0)
    return min(word, _NAME if header else _WORD)


def _widths(grid: Grid, size: float, room: float, *, wrap: bool) -> list[float]:
    """Column widths in pt that fit into the room; none if they cannot."""
    least, natural = _bounds(grid, size)
    if sum(natural) <= room:
        air = min(_AIR, room / sum(natural))
        return [air * width for width in natural]
    if not wrap or sum(least) > room:
        return []
    share = (room - sum(least)) / (sum(natural) - sum(least))
    return [low + share * (high - low) for low, high in zip(least, natural, strict=True)]


def _even(grid: Grid, room: float) -> list[float]:
    return [room / grid.columns] * grid.columns


def _node(grid: Grid, widths: list[float], size: float, wide: bool, caption: Sequence[Inline]) -> Node:
    long_rows = {cell.row for cell in grid.cells if len(cell.words) > _LONG_TEXT}
    cells = [
        _cell(cell, (_NAME if cell.row < grid.head else _WORD) / size, cell.row in long_rows)
        for cell in _short_spans(grid)
    ]
    heads = sum(1 for cell in cells if cell["y"] < grid.head)
    return {
        "is": "table",
        "widths": [round(width, 2) for width in widths],
        "size": size,
        "wide": wide,
        "heads": grid.head,
        "whole": grid.rows <= _WHOLE_ROWS and all(len(cell.words) <= _SHORT_TEXT for cell in grid.cells),
        "caption": list(caption),
        "head": cells[:heads],
        "body": cells[heads:],
    }


def _short_spans(grid: Grid) -> Iterator[Cell]:
    """The cells, those that span too many rows for a page cut to one row with empty ones below."""
    cells: list[Cell] = []
    for cell in grid.cells:
        if cell.rows <= _TALLEST_SPAN:
            cells.append(cell)
            continue
        cells.append(replace(cell, rows=1))
        cells += [
            replace(cell, row=cell.row + down, rows=1, body=(), words="") for down in range(1, cell.rows)
        ]
    yield from sorted(cells, key=lambda cell: (cell.row, cell.column))


def _cell(cell: Cell, ems: float, splits: bool) -> Node:
    longest = max(4, int(ems / 0.72))
    return {
        "x": cell.column,
        "y": cell.row,
        "right": cell.right,
        "columns": cell.columns,
        "rows": cell.rows,
        "splits": splits,
        "body": [_broken(part, longest) for part in cell.body],
    }


def _broken(part: Inline, longest: int) -> Inline:
    if isinstance(part, str):
        return breakable(part, longest)
    if "body" in part:
        return {**part, "body": [_broken(inner, longest) for inner in part["body"]]}
    return part
