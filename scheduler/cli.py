"""The command `analytics`: the commands about data and numbers, and those that run notebooks."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

STOPPED = 130
"""The exit code of a command that was interrupted: 128 and the number of the signal."""


@contextmanager
def _ending_in_one_line() -> Iterator[None]:
    """Ctrl-C says that it stopped, and nothing else.

    Others make errors of their own out of an interrupt: DuckDB a RuntimeError, Typer an exit. Each still
    has the KeyboardInterrupt behind it.
    """
    try:
        yield
    except BaseException as error:
        behind: BaseException | None = error
        while behind is not None and not isinstance(behind, KeyboardInterrupt):
            behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
        if behind is None:
            raise
        sys.stderr.write("Stopped.\n")
        raise SystemExit(STOPPED) from None


# jsonschema would check international addresses with it, which no notebook holds; reading it takes a second.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

with _ending_in_one_line():  # reading the libraries takes seconds, in which people change their minds
    import typer
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Table

    from analytics_lib.cli import TIME_FRAMES, DatabaseOption, app
    from analytics_lib.errors import AnalyticsError, InputError
    from analytics_lib.home import VARIABLE as HOME_VARIABLE
    from analytics_lib.home import home
    from analytics_lib.service import URL_VARIABLE, connect

OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
"""JupyterLab asks nothing of the network."""


@app.command(epilog="Example: analytics report bookings --period 2026-10 --business-model each --format html")
def report(
    notebooks: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOTEBOOK]...", help="Names or files; or 'each'; default: executive."),
    ] = None,
    time_frame: Annotated[
        list[str] | None,
        typer.Option(metavar=f"{TIME_FRAMES}|each", help="One report for each; default: month."),
    ] = None,
    period: Annotated[
        str, typer.Option(help="last, current, all or a name such as 2026-10 or 2026-W43.")
    ] = "last",
    as_of: Annotated[str, typer.Option(help="Look from this instant; default: where the data ends.")] = "",
    business_model: Annotated[
        list[str] | None, typer.Option(metavar="M", help="One report for each: b2c, b2b, b2b2c; or 'each'.")
    ] = None,
    partner: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only these, with their children.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Reporting time zone; default: the database's.")] = "",
    currency: Annotated[
        str, typer.Option(metavar="C", help="Translate amounts to this currency; default: the database's.")
    ] = "",
    locale: Annotated[str, typer.Option(help="How numbers and dates are written: en, de, es ...")] = "en",
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="html|pdf|csv|json|xlsx|ipynb", help="Default: html and pdf."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Runs at once; default: as many as cores.")
    ] = os.cpu_count() or 1,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the reports; default: the project's reports.")
    ] = None,
    cell_limit: Annotated[int, typer.Option(min=1, help="Seconds that one cell may take.")] = 600,
    database: DatabaseOption = "",
    list_notebooks: Annotated[
        bool, typer.Option("--list", help="Say which notebooks there are, and run none; also as json.")
    ] = False,
) -> None:
    """Run notebooks and publish their reports: as pages (html, pdf) or as their numbers (csv, json, xlsx)."""
    if list_notebooks:
        _list_notebooks(formats or ())
        return
    from scheduler.kernels.owner import greet

    greet()  # what kernels are forked from reads its libraries while this process reads its own
    from scheduler.execute import Data
    from scheduler.plan import DEFAULT_NOTEBOOK, Asked, plan
    from scheduler.publish import write_index
    from scheduler.render import FORMATS
    from scheduler.workers import clean_termination, run_all

    kinds = tuple(dict.fromkeys(formats or ("html", "pdf")))
    for kind in kinds:
        if kind not in FORMATS:
            raise InputError(f"The format '{kind}' is not one of {', '.join(FORMATS)}.")
    asked = Asked(
        notebooks=tuple(notebooks or (DEFAULT_NOTEBOOK,)),
        time_frames=tuple(time_frame or ("month",)),
        period=period,
        as_of=as_of,
        business_models=tuple(business_model or ()),
        partners=tuple(partner or ()),
        zone=zone,
        currency=currency,
        locale=locale,
    )
    folder = (output or home() / "reports").absolute()
    analytics = connect(database)
    runs = plan(asked, analytics)
    failures = 0
    with clean_termination(), analytics.warehouse.share() as (url, snapshot), _progress() as progress:
        bar = progress.add_task("reports", total=len(runs))
        for outcome in run_all(
            runs, Data(url, snapshot), kinds, folder, workers=workers, cell_limit=cell_limit
        ):
            progress.advance(bar)
            if outcome.failure:
                failures += 1
                kept = f" The notebook was kept: {_shown(outcome.files[0])}" if outcome.files else ""
                progress.console.print(
                    f"Failed: {outcome.failure}{kept}", markup=False, highlight=False, soft_wrap=True
                )
            for path in () if outcome.failure else outcome.files:
                progress.console.print(_shown(path), markup=False, highlight=False, soft_wrap=True)
    if failures < len(runs):
        write_index(folder)
    if failures:
        raise typer.Exit(1)


@app.command(epilog="Example: analytics lab --no-browser")
def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    port: Annotated[int, typer.Option(help="Port of the server.")] = 8888,
    database: DatabaseOption = "",
) -> None:
    """Open the notebooks in JupyterLab."""
    command = shutil.which("jupyter-lab", path=str(Path(sys.executable).parent)) or shutil.which(
        "jupyter-lab"
    )
    if command is None:
        raise InputError(
            "JupyterLab is not installed: run 'make lab', or pip install 'booking-analytics[lab]'."
        )
    os.environ[HOME_VARIABLE] = str(home())
    if database:
        os.environ[URL_VARIABLE] = database
    else:
        connect()  # the sample is made here, where the wait can be seen, and not in a first cell
    arguments = [command, "--notebook-dir", str(home() / "notebooks"), "--port", str(port), *OFFLINE]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # in a container there is often nobody else
    os.execv(command, [*arguments, *([] if browser else ["--no-browser"])])


def _list_notebooks(formats: Sequence[str]) -> None:
    from scheduler.notebooks import listed

    if set(formats) - {"json"}:
        raise InputError("The list of notebooks is for a terminal or, with --format json, for programs.")
    found = listed()
    if formats:
        typer.echo(json.dumps([asdict(notebook) for notebook in found], indent=2, ensure_ascii=False))
        return
    table = Table(box=None)
    for name in ("name", "title", "line"):
        table.add_column(name, overflow="fold")
    for notebook in found:
        table.add_row(*map(escape, (notebook.name, notebook.title, notebook.line)))
    Console().print(table)


def main() -> None:
    """Run the command; an error that a person can mend is one sentence on standard error."""
    with _ending_in_one_line():
        try:
            app()
        except AnalyticsError as error:
            sys.stderr.write(f"Error: {error}\n")
            raise SystemExit(2 if isinstance(error, InputError) else 1) from None


def _progress() -> Progress:
    """A progress bar when a person is watching, silence otherwise."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, disable=not sys.stdout.isatty(), transient=True)


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
