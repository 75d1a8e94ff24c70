"""The commands about data and numbers: sample, load, check, metrics, query."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics_lib import answers
from analytics_lib.catalogue import METRICS, find
from analytics_lib.errors import InputError
from analytics_lib.handbook import page
from analytics_lib.local_time import TimeFrame
from analytics_lib.period import COMPARISONS, Comparison
from analytics_lib.scope import BusinessModel
from analytics_lib.service import URL_VARIABLE, AnalyticsService, connect

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)

DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database",
        envvar=URL_VARIABLE,
        show_envvar=True,
        help="SQLAlchemy URL of the database; without one, the sample platform.",
    ),
]


TIME_FRAMES = "|".join(frame.value for frame in TimeFrame)
BUSINESS_MODELS = "|".join(model.value for model in BusinessModel)


class QueryFormat(StrEnum):
    """How `query` prints an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ListFormat(StrEnum):
    """How `check` prints."""

    TABLE = "table"
    JSON = "json"


class CatalogueFormat(StrEnum):
    """How `metrics` prints; Markdown is the whole catalogue as a page."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class Compare(StrEnum):
    """What `query` compares with."""

    PREVIOUS = "previous"
    YEAR = "year"


@app.command(
    epilog="Example: analytics sample --bookings 20000 --database duckdb:///platform.duckdb, "
    "or analytics sample --faults --database duckdb:///faults.duckdb"
)
def sample(
    bookings: Annotated[int, typer.Option(min=1, help="How many bookings.")] = 100_000,
    seed: Annotated[int | None, typer.Option(help="Another seed gives another platform.")] = None,
    through: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day not in it.")
    ] = None,
    faults: Annotated[
        bool, typer.Option("--faults", help="Make some rows wrong, for 'analytics check' to find.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE", help="Of what hangs on bookings, only these; 'bookings' for nothing."),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace data of another source.")] = False,
    database: DatabaseOption = "",
) -> None:
    """Write the sample platform: the same rows for the same seed."""
    from analytics_lib.sources.first_use import sample_url, write_sample
    from analytics_lib.sources.sample import SamplePlan
    from analytics_lib.terminal import progress

    given: dict[str, Any] = {"bookings": bookings}
    if seed is not None:
        given["seed"] = seed
    if through is not None:
        given["through"] = date(through.year, through.month, through.day)
    if only:
        given["only"] = tuple(only)
    if (faults or only) and not database:
        odd = "with faults" if faults else "of some tables"
        raise InputError(
            f"A sample {odd} needs a database of its own: give --database or set {URL_VARIABLE}."
        )
    url = database or sample_url()
    plan = SamplePlan(**given)
    with progress("Making the sample platform", bookings) as watch:
        write_sample(plan, url, replace=replace, faults=faults, watch=watch)
    wrote = f"{bookings:,} bookings, some rows with faults," if faults else f"{bookings:,} bookings"
    typer.echo(f"Wrote {wrote} to {connect(url).warehouse.url}.")


@app.command(
    epilog="Example: analytics load hotel_bookings hotel_bookings.parquet --database duckdb:///hotel.duckdb"
)
def load(
    source: Annotated[str, typer.Argument(help="A folder of parameters/sources.")],
    files: Annotated[list[Path], typer.Argument(help="The foreign files.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace data of another source.")] = False,
    database: DatabaseOption = "",
) -> None:
    """Load foreign files through a source's SQL, all or nothing."""
    from analytics_lib.sources.load import load as load_files
    from analytics_lib.terminal import loaded

    if not database:
        raise InputError(f"No database was named to load into: give --database or set {URL_VARIABLE}.")
    report = load_files(source, files, database, replace=replace)
    typer.echo(loaded(report))


@app.command(epilog="Example: analytics check --database duckdb:///hotel.duckdb")
def check(
    output: Annotated[ListFormat, typer.Option("--format", help="How to print.")] = ListFormat.TABLE,
    database: DatabaseOption = "",
) -> None:
    """What this database can and cannot answer, and which rows break a rule."""
    from analytics_lib.audits.check import check as check_warehouse
    from analytics_lib.terminal import checked

    report = check_warehouse(connect(database).warehouse, metrics=tuple(METRICS.values()))
    typer.echo(json.dumps(report.to_dict(), indent=2) if output is ListFormat.JSON else checked(report))


@app.command(epilog="Example: analytics metrics cancellation_rate")
def metrics(
    name: Annotated[str | None, typer.Argument(help="One metric, with formula and SQL.")] = None,
    output: Annotated[
        CatalogueFormat, typer.Option("--format", help="How to print.")
    ] = CatalogueFormat.TABLE,
    database: DatabaseOption = "",
) -> None:
    """The catalogue; one metric with its formula and SQL."""
    chosen = find([name]) if name else tuple(METRICS.values())
    if output is CatalogueFormat.MARKDOWN:
        if name:
            raise InputError("A single metric has no page: leave its name out, or ask for --format json.")
        typer.echo(page(), nl=False)
    elif output is CatalogueFormat.JSON:
        typer.echo(json.dumps([metric.described() for metric in chosen], indent=2, ensure_ascii=False))
    elif name:
        analytics = connect(database)
        (passport,) = analytics.explain(chosen, analytics.scope())
        typer.echo(str(passport))
    else:
        table = Table("name", "unit", "what it says", box=None)
        for metric in chosen:
            table.add_row(metric.name, metric.unit, escape(metric.says))
        Console().print(table)


@app.command(
    epilog="Example: analytics query total_bookings cancellation_rate --period 2026-10 --by business_model"
)
def query(
    names: Annotated[list[str], typer.Argument(metavar="METRIC...", help="Names of metrics.")],
    by: Annotated[list[str] | None, typer.Option(metavar="DIM", help="A dimension to cut by.")] = None,
    over: Annotated[str | None, typer.Option(metavar=TIME_FRAMES, help="Buckets of a trend.")] = None,
    time_frame: Annotated[str, typer.Option(metavar=TIME_FRAMES, help="Of the period.")] = "month",
    period: Annotated[
        str, typer.Option(help="last, current, all or a name such as 2026-10 or 2026-W43.")
    ] = "last",
    as_of: Annotated[str, typer.Option(help="Look from this instant; default: where the data ends.")] = "",
    business_model: Annotated[
        list[str] | None, typer.Option(metavar=BUSINESS_MODELS, help="Only these; default: all.")
    ] = None,
    partner: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only these, with their children.")
    ] = None,
    zone: Annotated[str, typer.Option(help="Reporting time zone; default: the database's.")] = "",
    compare: Annotated[
        Compare | None, typer.Option(help="With the previous period or a year before.")
    ] = None,
    output: Annotated[QueryFormat, typer.Option("--format", help="How to print.")] = QueryFormat.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print formula, SQL, rows counted and version.")
    ] = False,
    database: DatabaseOption = "",
) -> None:
    """Ask for numbers by name."""
    chosen = find(names)
    analytics: AnalyticsService = connect(database)
    scope = analytics.scope(
        time_frame=time_frame,
        period=period,
        as_of=as_of,
        business_model=business_model or (),
        partner=partner or (),
        zone=zone,
    )
    comparison: Comparison | None = None if compare is None else COMPARISONS[compare.value]
    frame = analytics.measure(chosen, scope, by or (), over, comparison)
    match output:
        case QueryFormat.JSON:
            wire = answers.wire(frame, scope, by or ())
            if explain:
                passports = analytics.explain(chosen, scope, by or (), over, comparison)
                wire["explanation"] = [passport.to_dict() for passport in passports]
            typer.echo(json.dumps(wire, indent=2, ensure_ascii=False, default=str))
            return
        case QueryFormat.CSV:
            typer.echo(answers.csv(frame, by or ()), nl=False)
        case _:
            Console().print(answers.table(frame, scope, by or ()))
    if explain:
        for passport in analytics.explain(chosen, scope, by or (), over, comparison):
            typer.echo(f"\n{passport}")
