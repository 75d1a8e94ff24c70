"""`analytics report`: its options, and what follows from them: a plan, and the runs that it needs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from analytics_lib.booking_platform import BookingPlatform, open_warehouse_of
from analytics_lib.cli import TIME_FRAMES, DatabaseOption
from analytics_lib.runs import open_ledger
from analytics_lib.runs.shown import head_line
from scheduler.crews import refuse_unknown_workers
from scheduler.file_check import file_check
from scheduler.incremental import decide, target_of
from scheduler.known_runs import known_runs
from scheduler.notebook_listing import list_notebooks
from scheduler.output_folder import output_folder
from scheduler.pinned import pinned
from scheduler.plan import plan
from scheduler.plan_listing import counted, print_json, print_plan
from scheduler.report_options import ReportOptions
from scheduler.report_runs import list_published, run_needed


def report(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTEBOOK]...", help="Names or files; or 'each'; default: executive."),
    ] = None,
    matrix: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="The reports of a file in parameters, in place of all named here."),
    ] = None,
    time_frame: Annotated[
        list[str] | None,
        typer.Option(metavar=f"{TIME_FRAMES}|each", help="One report for each; default: month."),
    ] = None,
    period: Annotated[
        str,
        typer.Option(
            help="last, current, all, a name such as 2026-10 or 2026-W43, or a range such as "
            "2026-01..2026-10; default: last."
        ),
    ] = "",
    as_of: Annotated[str, typer.Option(help="Look from this instant; default: where the data ends.")] = "",
    business_model: Annotated[
        list[str] | None, typer.Option(metavar="M", help="One report for each: b2c, b2b, b2b2c; or 'each'.")
    ] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only these together, with their children; or 'each', one by one."),
    ] = None,
    zone: Annotated[str, typer.Option(help="Reporting time zone; default: the database's.")] = "",
    currency: Annotated[
        str, typer.Option(metavar="C", help="Translate amounts to this currency; default: the database's.")
    ] = "",
    locale: Annotated[
        str, typer.Option(help="How numbers and dates are written: en, de, es ...; default: en.")
    ] = "",
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="html|pdf|csv|json|xlsx|ipynb", help="Default: html and pdf."),
    ] = None,
    workers: Annotated[
        str,
        typer.Option(
            metavar="N|dask://HOST:PORT",
            help="Runs at once on this machine, or a Dask scheduler; default: as cores and memory allow.",
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option(help="Folder for the reports; default: the project's reports.")
    ] = None,
    cell_limit: Annotated[str, typer.Option(help="Time that one cell may take; default: 10m.")] = "",
    run_limit: Annotated[str, typer.Option(help="Time that a run may take; default: 1h.")] = "",
    memory_limit: Annotated[
        str, typer.Option(help="Memory that a run may take, such as 2GiB; default: any.")
    ] = "",
    retries: Annotated[
        str, typer.Option(help="Further attempts at a run whose worker was lost; default: 1.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Run what has not changed, too.")] = False,
    is_plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run and why, and run nothing.")
    ] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Say it as JSON, for programs.")] = False,
    database: DatabaseOption = "",
    is_list: Annotated[
        bool, typer.Option("--list", help="Say which notebooks there are, and run none; also with --json.")
    ] = False,
) -> None:
    """Run notebooks and publish their reports: as pages (html, pdf) or as their numbers (csv, json, xlsx)."""
    if is_list:
        list_notebooks(formats or (), is_json=is_json)
        return
    asked = ReportOptions(
        notebooks=notebooks or (),
        matrices=matrix or (),
        time_frames=time_frame or (),
        period=period,
        as_of=as_of,
        business_models=business_model or (),
        partners=partner or (),
        zone=zone,
        currency=currency,
        locale=locale,
        formats=formats or (),
        cell_limit=cell_limit,
        run_limit=run_limit,
        memory_limit=memory_limit,
        retries=retries,
    ).asked()
    folder = output_folder(output)
    refuse_unknown_workers(workers)
    with (
        closing(open_ledger(folder)) as ledger,
        pinned(BookingPlatform(open_warehouse_of(database))) as (platform, data),
    ):
        runs = plan(asked, platform)
        known = known_runs(ledger, [target_of(run, folder) for run in runs])
        decisions = decide(runs, folder, known, file_check(folder), force=force)
        if is_plan:
            print_json(decisions, ledger.head()) if is_json else print_plan(decisions)
            return
        finished = run_needed(decisions, data, folder, ledger, workers=workers, is_silent=is_json)
        head = ledger.head()
    try:
        list_published(finished, folder)
    finally:  # what was made is told, listed or not
        if is_json:
            print_json(decisions, head, finished)
        else:
            if len(finished) < len(decisions):
                typer.echo(f"{counted(decisions)} --force makes those again, too.", err=True)
            typer.echo(head_line(head), err=True)
    if any(each.failure for each in finished.values()):
        raise typer.Exit(1)
