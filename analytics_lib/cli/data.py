"""The commands about data: sample, load, check."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics_lib.booking_platform import URL_VARIABLE, open_warehouse_of
from analytics_lib.cli.options import DatabaseOption, app
from analytics_lib.errors import InputError


class ListFormat(StrEnum):
    """How `check` prints."""

    TABLE = "table"
    JSON = "json"


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
    typer.echo(f"Wrote {wrote} to {open_warehouse_of(url).url}.")


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
    from analytics_lib.service import connect
    from analytics_lib.terminal import checked

    report = connect(database).check()
    typer.echo(json.dumps(report.to_dict(), indent=2) if output is ListFormat.JSON else checked(report))
