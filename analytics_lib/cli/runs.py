"""The command about runs: what was asked for, what became of it, and whether the ledger still holds."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analytics_lib.cli.data import ListFormat
from analytics_lib.cli.options import app
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.home import home
from analytics_lib.runs import Head, Ledger, State, open_ledger
from analytics_lib.runs.shown import head_line, intact_line, listed, page
from analytics_lib.runs.watch import SILENCE

_WATCH = SILENCE + 5
"""Seconds that --wait watches: as long as tells life from silence, and some for the looks themselves."""

_LIMIT = 20
"""Attempts that are listed unless somebody says how many."""

_STATES = {state.replace(" ", "-"): state for state in State}
"""States as one word each, for a shell."""


@app.command(epilog="Example: analytics runs --state failed --limit 5, or analytics runs 3f2a --format json")
def runs(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="One run, by how its id begins.")] = "",
    state: Annotated[
        str | None, typer.Option(metavar="|".join(_STATES), help="Only attempts in this state.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help=f"How many attempts; default: {_LIMIT}.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Say whether the ledger is as it was written, and list none.")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Ask whoever runs RUN to cancel it.")] = False,
    wait: Annotated[
        bool,
        typer.Option(
            "--wait",
            help=f"Watch up to {_WATCH:g} seconds for signs of life of commands on other machines, "
            "and call lost what gives none.",
        ),
    ] = False,
    reports: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the reports; default: the project's reports."),
    ] = None,
    output: Annotated[ListFormat, typer.Option("--format", help="How to print.")] = ListFormat.TABLE,
) -> None:
    """The ledger: which runs were asked for, what became of them, and why; the newest first."""
    if cancel and not run:
        raise InputError("No run was named to cancel: 'analytics runs --state running' lists those that run.")
    if check and (run or state or limit or cancel or wait):
        raise InputError(
            "The ledger is checked as a whole: leave out RUN, --state, --limit, --cancel and --wait."
        )
    if run and (state or limit):
        raise InputError("A run is shown with all its attempts: leave out RUN, or --state and --limit.")
    wanted = _state(state)
    with closing(open_ledger(reports or home() / "reports")) as ledger:
        if check:
            _check(ledger, reports, output)
            return
        _require_ledger(ledger, reports)
        ledger.settle(_WATCH if wait else 0)
        if cancel:
            _cancel(ledger, run, output)
        elif run:
            _show_run(ledger, run, output)
        else:
            _list(ledger, limit or _LIMIT, wanted, output)


def _state(said: str | None) -> State | None:
    if said is None:
        return None
    try:
        return _STATES[said.replace(" ", "-")]
    except KeyError:
        raise UnknownName("state", said, _STATES) from None


def _require_ledger(ledger: Ledger, reports: Path | None) -> None:
    """A folder that somebody names has a ledger; the project's own may be still to come."""
    if reports and not ledger.exists():
        raise InputError(
            f"There is no ledger of the reports in {reports} at {ledger.shown}: name the folder that "
            "'analytics report' wrote into, or leave out --reports."
        )


def _check(ledger: Ledger, reports: Path | None, output: ListFormat) -> None:
    head, wrong = ledger.head(), ledger.check()
    if not wrong:  # a ledger that was removed is missed by its head file
        _require_ledger(ledger, reports)
    if output is ListFormat.JSON:
        _print_json(head, wrong=wrong)
    else:
        all_is_well = (
            intact_line(head) if ledger.exists() else "No run was asked for yet: there is no ledger."
        )
        typer.echo("\n".join(wrong or [all_is_well]))
        typer.echo(head_line(head))
    if wrong:
        raise typer.Exit(1)


def _cancel(ledger: Ledger, run: str, output: ListFormat) -> None:
    record = ledger.record(run)
    asked = ledger.ask_to_cancel(record.request.run_id)
    if not asked:
        raise InputError(f"The run {record.request.run_id} does not run: its last attempt is {record.state}.")
    if output is ListFormat.JSON:
        _print_json(ledger.head(), asked=asked)
        return
    typer.echo(f"Asked to cancel the run {record.request.run_id}, which takes a few seconds.")
    typer.echo(head_line(ledger.head()))


def _show_run(ledger: Ledger, run: str, output: ListFormat) -> None:
    found = ledger.record(run).request.run_id
    attempts = ledger.records(run=found)
    if output is ListFormat.JSON:
        _print_json(ledger.head(), runs=list(map(asdict, attempts)))
    else:
        typer.echo(page(attempts))
        typer.echo(head_line(ledger.head()))


def _list(ledger: Ledger, limit: int, state: State | None, output: ListFormat) -> None:
    records = ledger.records(limit, state)
    if output is ListFormat.JSON:
        _print_json(ledger.head(), runs=list(map(asdict, records)))
        return
    if records:
        console = Console()
        typer.echo("\n".join(listed(records, console.width if console.is_terminal else None)))
    else:
        typer.echo(f"No run is {state}." if state else "No run was asked for yet.")
    typer.echo(head_line(ledger.head()))


def _print_json(head: Head, **found: object) -> None:
    typer.echo(json.dumps({**found, "head": head._asdict()}, indent=2, ensure_ascii=False))
