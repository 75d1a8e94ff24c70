"""What a person in a terminal is shown of runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from rich.cells import cell_len, set_cell_size

from analytics_lib.formatting import MISSING, duration, file_size
from analytics_lib.runs.chain import Head
from analytics_lib.runs.records import Record, State

_COLUMNS = ("run", "notebook", "period", "model", "state", "when (UTC)", "time", "memory")
_REMARK = "remark"
_SHORT_ID = 8
"""Signs of a run's id on a narrow terminal; every command takes an id by how it begins."""

_NARROWEST = 20
"""Columns that a sentence is given at least."""

_GAP = "  "


def listed(records: Sequence[Record], width: int | None = None) -> list[str]:
    """Attempts in the given order, one a line, below the names of the columns.

    What failed, or may be gone, is the last column. On a terminal of so many columns it stands below its
    line instead, and lines that would be too long for it are shortened.
    """
    if width is None:
        rows = [(*_cells(record), _remark(record)) for record in records]
        return _aligned([(*_COLUMNS, _REMARK), *rows])
    title, *lines = _aligned([_COLUMNS, *map(_cells, records)])
    if max(map(cell_len, (title, *lines))) > width:
        title, *lines = _aligned([_COLUMNS[:-1], *map(_short_cells, records)])
    found = [title]
    for record, line in zip(records, lines, strict=True):
        found += [
            line,
            *wrap(_remark(record), max(width, _NARROWEST), initial_indent=_GAP, subsequent_indent=_GAP),
        ]
    return found


def page(attempts: Sequence[Record]) -> str:
    """Everything about the last attempt at a run, and how those before it went; the newest first."""
    record, *before = attempts
    asked = record.request
    lines = [
        ("run", asked.run_id),
        ("attempt", f"{record.attempt}"),
        ("state", _state(record)),
        ("failed", record.failure),
        ("owner", _out_of_sight(record)),
        ("exception", record.exception),
        ("notebook", f"{asked.notebook} ({asked.notebook_hash})"),
        ("parameters", _pairs(asked.parameters.items())),
        ("asked by", f"{asked.asked_by} with {asked.asked_with}"),
        ("code", asked.code_version),
        ("data", f"{asked.data_version} as of {asked.data_as_of}, {asked.database}"),
        ("libraries", _pairs(asked.libraries.items())),
        ("formats", ", ".join(asked.formats)),
        ("limits", _pairs(asked.limits.items())),
        ("worker", record.worker),
        ("queued", _instant(record.queued_at)),
        ("started", _instant(record.started_at)),
        ("ended", _instant(record.ended_at)),
        ("took", f"{duration(record.wall_seconds)}, processors {duration(record.processor_seconds)}"),
        ("peak memory", _size(record)),
        ("target", asked.target),
        *((each.kind, f"{each.path}, {file_size(each.size)}, {each.sha256}") for each in record.outputs),
        *((f"attempt {each.attempt}", f"{_state(each)} {each.failure}".strip()) for each in before),
    ]
    if not record.wall_seconds:  # of a run that was lost nobody knows
        lines = [(name, said) for name, said in lines if name not in ("took", "peak memory")]
    width = max(len(name) for name, _ in lines)
    return "\n".join(f"{name:<{width}}  {said}" for name, said in lines if said)


def head_line(head: Head) -> str:
    """The last row of the ledger, to be written down elsewhere."""
    return f"The ledger ends at row {head.sequence:,}: {head.hash}"


def intact_line(head: Head) -> str:
    """That nothing is wrong with the rows up to a head."""
    if head.sequence == 1:
        return "1 row, as it was written."
    return f"{head.sequence:,} rows, all as they were written."


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, in columns that are as wide as their longest cell."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [_GAP.join(map(set_cell_size, row, widths)).rstrip() for row in rows]


def _cells(record: Record) -> tuple[str, ...]:
    asked = record.request
    return (
        asked.run_id,
        asked.notebook,
        str(asked.parameters.get("period", "")),
        str(asked.parameters.get("business_model", "")),
        _state(record),
        _instant(record.started_at or record.queued_at),
        duration(record.wall_seconds) if record.wall_seconds else MISSING,
        _size(record),
    )


def _short_cells(record: Record) -> tuple[str, ...]:
    """Without the memory; the moment without its year and its seconds."""
    run, notebook, period, model, state, at, time, _ = _cells(record)
    cell = f"cell {record.cell} of {record.cells}" if _is_under_way(record) else state
    return run[:_SHORT_ID], notebook, period, model, cell, at[5:16], time


def _state(record: Record) -> str:
    at = f", cell {record.cell} of {record.cells}" if _is_under_way(record) else ""
    return f"{record.state}{at}"


def _remark(record: Record) -> str:
    return record.failure or _out_of_sight(record)


def _out_of_sight(record: Record) -> str:
    """Where an attempt is held by a process that may be gone; empty if that is known."""
    host = record.unseen_host
    return f"on {host}, not seen from here: --wait finds out whether it lives" if host else ""


def _is_under_way(record: Record) -> bool:
    return record.state is State.RUNNING and record.cells > 0


def _size(record: Record) -> str:
    return file_size(record.peak_memory) if record.peak_memory else MISSING


def _instant(at: str) -> str:
    """To the second, as a reader of a table wants it."""
    return at[:19].replace("T", " ")


def _pairs(items: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in items if value not in ("", None))
