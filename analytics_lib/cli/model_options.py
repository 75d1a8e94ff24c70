"""What the commands of `analytics model` share: their group, options, and how they print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from analytics_lib.cli.options import AnswerFormat, app

if TYPE_CHECKING:
    import pandas as pd

    from analytics_lib.service import AnalyticsService

WIDEST = 180
"""Columns that a table may take where the terminal has fewer."""

models = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models, name="model", help="What will happen, who will leave, what moved, what it is worth.")

FormatOption = Annotated[AnswerFormat, typer.Option("--format", help="How to print.")]
LimitOption = Annotated[int, typer.Option(min=0, help="Rows of a table; json and csv have all.")]
CountryOption = Annotated[
    str | None,
    typer.Option(help="Whose holidays, as an ISO code; default: the zone's country; '' for none."),
]


def printed(
    ask: Callable[[AnalyticsService], pd.DataFrame], output: AnswerFormat, limit: int, database: str
) -> None:
    """Ask the database, and print the answer with its account."""
    from analytics_lib import model_answers
    from analytics_lib.models.account import account_of
    from analytics_lib.service import connect

    analytics = connect(database)
    with Console(stderr=True).status("Working it out ..."):  # seen on a terminal only
        frame = ask(analytics)
    if output is AnswerFormat.JSON:
        typer.echo(json.dumps(model_answers.wire(frame), indent=2, ensure_ascii=False))
    elif output is AnswerFormat.CSV:
        typer.echo(model_answers.csv(frame), nl=False)
    else:
        table = model_answers.table(frame, limit)
        needed = Console(width=WIDEST).measure(table).maximum
        # A line that a narrow terminal breaks can still be read; a cell that is cut off cannot.
        Console(width=max(Console().width, needed)).print(table)
        if len(frame) > limit:
            typer.echo(f"... and {len(frame) - limit:,} more rows: --limit, or --format csv for all.")
        typer.echo(f"\n{account_of(frame)}")


def scoped(
    period: str = "all",
    as_of: str = "",
    business_model: Iterable[str] | None = None,
    zone: str = "",
    *,
    time_frame: str = "month",
    partner: Iterable[str] | None = None,
) -> dict[str, Any]:
    """The words of a scope, as the options of a command gave them."""
    return {
        "time_frame": time_frame,
        "period": period,
        "as_of": as_of,
        "business_model": tuple(business_model or ()),
        "partner": tuple(partner or ()),
        "zone": zone,
    }
