"""What a plan would run, and why, as a table for a person and as plain values for a program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics_lib.runs import Head
from scheduler.incremental import Decision
from scheduler.places import place_of

if TYPE_CHECKING:
    from scheduler.finished import Finished

_WIDEST = 1000
"""Columns of what is no terminal, where a row is a line and nothing is folded."""


def print_plan(decisions: Sequence[Decision]) -> None:
    """Print a row for each run, and how many of them are needed."""
    rows = [_cells(decision) for decision in decisions]
    # What is the database's own in all of them needs no column.
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    table = Table(box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(row[name]) for name in columns))
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDEST)
    if rows:
        console.print(table)
    console.print(counted(decisions), highlight=False)


def counted(decisions: Sequence[Decision]) -> str:
    """How many runs there are, and how many are needed, as a sentence."""
    needed = sum(decision.is_needed for decision in decisions)
    runs = f"{len(decisions)} run" if len(decisions) == 1 else f"{len(decisions)} runs"
    return f"{runs}: {needed} to do, {len(decisions) - needed} unchanged."


def print_json(
    decisions: Sequence[Decision], head: Head, finished: Mapping[Path, Finished] | None = None
) -> None:
    """Print the runs, and the head of the ledger, as one JSON document.

    Where they have been run: with what became of them.
    """
    needed = sum(decision.is_needed for decision in decisions)
    runs = [as_plain(decision) for decision in decisions]
    counts = {"runs": len(runs), "needed": needed, "unchanged": len(runs) - needed}
    if finished is not None:
        for run, decision in zip(runs, decisions, strict=True):
            run |= _became(decision, finished.get(decision.run.place))
        counts["failed"] = sum(bool(each.failure) for each in finished.values())
    document = {"counts": counts, "runs": runs, "ledger": {"sequence": head.sequence, "hash": head.hash}}
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False))


def as_plain(decision: Decision) -> dict[str, Any]:
    """A run and why it is needed, for JSON; `place` is the path of its files without the end of a format."""
    run, place = decision.run, place_of(decision.run.place)
    return {
        "notebook": run.name,
        "period": place.period,
        "until": place.until,
        "business_models": list(place.business_models),
        "partners": list(place.partners),
        "currency": place.currency,
        "zone": place.zone,
        "locale": place.locale,
        "formats": list(run.formats),
        "run_id": run.run_id,
        "place": run.place.as_posix(),
        "asked_with": run.asked_with,
        "is_needed": decision.is_needed,
        "why": decision.reason,
    }


def _became(decision: Decision, finished: Finished | None) -> dict[str, Any]:
    """What became of a run; one that was not needed is unchanged. Seconds and bytes; paths of files."""
    if finished is None:
        outputs = [asdict(output) for output in decision.outputs]
        return {"state": "unchanged", "outputs": outputs, "failure": ""}
    outcome = finished.outcome
    return {
        "state": str(outcome.state),
        "outputs": [asdict(output) for output in finished.outputs],
        "failure": outcome.failure,
        "exception": outcome.exception,
        "kept": str(finished.kept or ""),
        "attempts": finished.attempts,
        "cell": outcome.cell,
        "cells": outcome.cells,
        "wall_seconds": round(outcome.wall_seconds, 3),
        "processor_seconds": round(outcome.processor_seconds, 3),
        "peak_memory": outcome.peak_memory,
    }


def _cells(decision: Decision) -> Mapping[str, str]:
    said = as_plain(decision)
    return {
        "notebook": said["notebook"],
        "period": f"{said['period']} to {said['until']}" if said["until"] else said["period"],
        "business model": " ".join(said["business_models"]) or "all",
        "partner": " ".join(said["partners"]),
        "currency": said["currency"],
        "zone": said["zone"],
        "locale": said["locale"],
        "formats": " ".join(said["formats"]),
        "run id": said["run_id"],
        "why": said["why"],
    }
