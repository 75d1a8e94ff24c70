"""The models of metrics over time: what will be, what was unexpected, what drove a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from analytics_lib.cli.model_options import CountryOption, FormatOption, LimitOption, models, printed, scoped
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
)
from analytics_lib.period import COMPARISONS

if TYPE_CHECKING:
    from analytics_lib.models.anomalies import Direction

OverOption = Annotated[str, typer.Option(metavar=TIME_FRAMES, help="Buckets to look at.")]
OneDimensionOption = Annotated[str | None, typer.Option(metavar="DIM", help="A dimension to cut by.")]


@models.command(epilog="Example: analytics model forecast total_bookings --horizon 28 --by business_model")
def forecast(
    metric: Annotated[str, typer.Argument(help="The name of a metric.")],
    over: OverOption = "day",
    horizon: Annotated[int | None, typer.Option(help="How many buckets ahead.")] = None,
    by: OneDimensionOption = None,
    level: Annotated[list[float] | None, typer.Option(help="Of an interval, in percent; 80 and 95.")] = None,
    country: CountryOption = None,
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    partner: PartnerOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """What a metric is expected to be after the last complete bucket, with intervals."""
    printed(
        lambda analytics: analytics.models.forecast(
            metric,
            analytics.scope(**scoped("all", as_of, business_model, zone, partner=partner)),
            over=over,
            horizon=horizon,
            by=by,
            levels=tuple(level or (80, 95)),
            country=country,
        ),
        output,
        limit,
        database,
    )


@models.command(
    epilog="Example: analytics model anomalies total_bookings payment_declines --over week --by channel"
)
def anomalies(
    metrics: Annotated[list[str], typer.Argument(metavar="METRIC...", help="Counts and sums.")],
    over: OverOption = "day",
    by: OneDimensionOption = None,
    threshold: Annotated[float | None, typer.Option(help="In usual deviations; default: 4.")] = None,
    floor: Annotated[float | None, typer.Option(help="Smaller values are not judged; counts: 10.")] = None,
    direction: Annotated[str, typer.Option(metavar="both|up|down", help="Which moves count.")] = "both",
    country: CountryOption = None,
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "all",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    partner: PartnerOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """Which buckets of a period were far from what was to be expected of them."""
    from analytics_lib.models.anomalies import THRESHOLD

    wanted: Direction = direction  # type: ignore[assignment]  # the model refuses what it does not know
    printed(
        lambda analytics: analytics.models.anomalies(
            metrics,
            analytics.scope(
                **scoped(period, as_of, business_model, zone, time_frame=time_frame, partner=partner)
            ),
            over=over,
            by=by,
            threshold=THRESHOLD if threshold is None else threshold,
            floor=floor,
            direction=wanted,
            country=country,
        ),
        output,
        limit,
        database,
    )


@models.command(
    epilog="Example: analytics model drivers gross_bookings_value --by country --volume total_bookings"
)
def drivers(
    metric: Annotated[str, typer.Argument(help="A count, a sum, or a ratio of these.")],
    by: Annotated[str, typer.Option(metavar="DIM", help="The dimension whose groups may have moved it.")],
    volume: Annotated[str | None, typer.Option(metavar="METRIC", help="What a sum is divided by.")] = None,
    compare: Annotated[
        Compare, typer.Option(help="With the previous period or a year before.")
    ] = Compare.PREVIOUS,
    time_frame: TimeFrameOption = "month",
    period: PeriodOption = "last",
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    partner: PartnerOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """Which groups made a metric change, divided into volume, mix and rate without a remainder."""
    printed(
        lambda analytics: analytics.models.drivers(
            metric,
            analytics.scope(
                **scoped(period, as_of, business_model, zone, time_frame=time_frame, partner=partner)
            ),
            by,
            compare=COMPARISONS[compare.value],
            volume=volume,
        ),
        output,
        limit,
        database,
    )
