"""What a person in a terminal is shown of runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from analytics_lib.formatting import MISSING, duration, file_size
from analytics_lib.runs.chain import Head
from analytics_lib.runs.records import Record, State

_COLUMNS = ("run", "notebook", "period", "model", "state", "when (UTC)", "time", "memory", "what failed")


def table(records: Iterable[Record]) -> Table:
    """Attempts, one a line, in the given order."""
    shown = Table(box=None)
    for name in _COLUMNS:
        shown.add_column(name, overflow="fold", no_wrap=name in ("run", "when (UTC)"))
    for record in records:
        shown.add_row(*map(escape, _cells(record)))
    return shown


def page(attempts: Sequence[Record]) -> str:
    """Everything about the last attempt at a run, and how those before it went; the newest first."""
    record, *before = attempts
    asked = record.request
    lines = [
        ("run", asked.run_id),
        ("attempt", f"{record.attempt}"),
        ("state", _state(record)),
        ("failed", record.failure),
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
        record.failure,
    )


def _state(record: Record) -> str:
    is_under_way = record.state is State.RUNNING and record.cells
    return f"{record.state}, cell {record.cell} of {record.cells}" if is_under_way else str(record.state)


def _size(record: Record) -> str:
    return file_size(record.peak_memory) if record.peak_memory else MISSING


def _instant(at: str) -> str:
    """To the second, as a reader of a table wants it."""
    return at[:19].replace("T", " ")


def _pairs(items: Iterable[tuple[str, object]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in items if value not in ("", None))
