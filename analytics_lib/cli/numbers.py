"""The commands about numbers: metrics, query."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics_lib.cli.options import (
    TIME_FRAMES,
    AnswerFormat,
    AsOfOption,
    BusinessModelOption,
    Compare,
    DatabaseOption,
    PartnerOption,
    PeriodOption,
    TimeFrameOption,
    ZoneOption,
    app,
)
from analytics_lib.errors import InputError
from analytics_lib.period import COMPARISONS, Comparison


class CatalogueFormat(StrEnum):
    """How `metrics` prints; Markdown is the whole catalogue as a page."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


@app.command(epilog="Example: analytics metrics cancellation_rate")
def metrics(
    name: Annotated[str | None, typer.Argument(help="One metric, with formula and SQL.")] = None,
    output: Annotated[
        CatalogueFormat, typer.Option("--format", help="How to print.")
    ] = CatalogueFormat.TABLE,
    database: DatabaseOption = "",
) -> None:
    """The catalogue; one metric with its formula and SQL."""
    from analytics_lib.catalogue import METRICS, find
    from analytics_lib.handbook import page
    from analytics_lib.service import connect

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
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "last",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    partner: PartnerOption = None,
    zone: ZoneOption = "",
    compare: Annotated[
        Compare | None, typer.Option(help="With the previous period or a year before.")
    ] = None,
    output: Annotated[AnswerFormat, typer.Option("--format", help="How to print.")] = AnswerFormat.TABLE,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print formula, SQL, rows counted and version.")
    ] = False,
    database: DatabaseOption = "",
) -> None:
    """Ask for numbers by name."""
    from analytics_lib import answers
    from analytics_lib.catalogue import find
    from analytics_lib.service import connect

    chosen = find(names)
    analytics = connect(database)
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
        case AnswerFormat.JSON:
            wire = answers.wire(frame, scope, by or ())
            if explain:
                passports = analytics.explain(chosen, scope, by or (), over, comparison)
                wire["explanation"] = [passport.to_dict() for passport in passports]
            typer.echo(json.dumps(wire, indent=2, ensure_ascii=False, default=str))
            return
        case AnswerFormat.CSV:
            typer.echo(answers.csv(frame, by or ()), nl=False)
        case _:
            Console().print(answers.table(frame, scope, by or ()))
    if explain:
        for passport in analytics.explain(chosen, scope, by or (), over, comparison):
            typer.echo(f"\n{passport}")
