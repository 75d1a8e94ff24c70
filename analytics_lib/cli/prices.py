"""The models of prices and terms: demand, elasticity, mark-up, tiers, discounts, scenarios."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from analytics_lib.cli.model_options import FormatOption, LimitOption, models, printed, scoped
from analytics_lib.cli.options import (
    AnswerFormat,
    AsOfOption,
    BusinessModelOption,
    DatabaseOption,
    PeriodOption,
    TimeFrameOption,
    ZoneOption,
)


def _asked(
    name: str,
    words: dict[str, Any],
    output: AnswerFormat,
    limit: int,
    database: str,
    *given: Any,
    **options: Any,
) -> None:
    """Print what one model of `AnalyticsService.models` says about a scope."""
    printed(
        lambda analytics: getattr(analytics.models, name)(*given, analytics.scope(**words), **options),
        output,
        limit,
        database,
    )


@models.command(epilog="Example: analytics model demand --period 2026-Q3")
def demand(
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "all",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """Demand at the prices shown, by product and lead time."""
    words = scoped(period, as_of, business_model, zone, time_frame=time_frame)
    _asked("demand", words, output, limit, database)


@models.command(epilog="Example: analytics model elasticity --period 2025-Q4")
def elasticity(
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "all",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """How purchases follow the price; causal only where prices were drawn by lot."""
    words = scoped(period, as_of, business_model, zone, time_frame=time_frame)
    _asked("elasticity", words, output, limit, database)


@models.command(epilog="Example: analytics model markup --period all --bound 0.1")
def markup(
    bound: Annotated[float, typer.Option(help="How far a price may move, 0.2 for 20 %.")] = 0.2,
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "all",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 20,
    database: DatabaseOption = "",
) -> None:
    """The price of each product that would pay most: advice within bounds, or why there is none."""
    words = scoped(period, as_of, business_model, zone, time_frame=time_frame)
    _asked("markup_advice", words, output, limit, database, bounds=(-bound, bound))


@models.command(epilog="Example: analytics model tiers --period 2026-Q3 --business-model b2b")
def tiers(
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "last",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """What the platform keeps by tier of partners, and which tiers lose money."""
    words = scoped(period, as_of, business_model, zone, time_frame=time_frame)
    _asked("tier_margins", words, output, limit, database)


@models.command(epilog="Example: analytics model discounts --business-model b2b --since 2026-01")
def discounts(
    since: Annotated[str, typer.Option(help="The month of the change; default: when most changed.")] = "",
    months: Annotated[int, typer.Option(help="To look at before, and after.")] = 12,
    lowered: Annotated[bool, typer.Option("--lowered", help="Partners that came down a tier.")] = False,
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "all",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """What a change of volume tiers did, by difference in differences, with its assumptions."""
    words = scoped(period, as_of, business_model, zone, time_frame=time_frame)
    options = {"since": since, "months": months, "raised": not lowered}
    _asked("volume_discount_effect", words, output, limit, database, **options)


@models.command(epilog="Example: analytics model scenario commission --period 2026-Q3")
def scenario(
    name: Annotated[str, typer.Argument(metavar="commission|revenue_share|markup", help="What to change.")],
    elasticity: Annotated[
        list[float] | None,
        typer.Option(help="Supposed answers of volume, lowest first: a low, a middle and a high one."),
    ] = None,
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "last",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """What another commission, revenue share or price would bring, with a band of suppositions."""
    words = scoped(period, as_of, business_model, zone, time_frame=time_frame)
    options = {"elasticity": tuple(elasticity)} if elasticity else {}
    _asked("scenario", words, output, limit, database, name, **options)
