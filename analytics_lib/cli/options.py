"""What the commands share: the program, and options that mean the same everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from analytics_lib.booking_platform import URL_VARIABLE
from analytics_lib.local_time import TimeFrame
from analytics_lib.scope import BusinessModel

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)

TIME_FRAMES = "|".join(frame.value for frame in TimeFrame)
BUSINESS_MODELS = "|".join(model.value for model in BusinessModel)

DatabaseOption = Annotated[
    str,
    typer.Option(
        "--database",
        envvar=URL_VARIABLE,
        show_envvar=True,
        help="SQLAlchemy URL of the database; without one, the sample platform.",
    ),
]
PeriodOption = Annotated[str, typer.Option(help="last, current, all or a name such as 2026-10 or 2026-W43.")]
TimeFrameOption = Annotated[str, typer.Option(metavar=TIME_FRAMES, help="Of the period.")]
AsOfOption = Annotated[str, typer.Option(help="Look from this instant; default: where the data ends.")]
BusinessModelOption = Annotated[
    list[str] | None, typer.Option(metavar=BUSINESS_MODELS, help="Only these; default: all.")
]
PartnerOption = Annotated[
    list[str] | None, typer.Option(metavar="ID", help="Only these, with their children.")
]
ZoneOption = Annotated[str, typer.Option(help="Reporting time zone; default: the database's.")]


class Compare(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    YEAR = "year"


class AnswerFormat(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
