"""The models of customers and partners: what they are worth, who leaves, how long they stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from analytics_lib.cli.model_options import FormatOption, LimitOption, models, printed, scoped
from analytics_lib.cli.options import (
    AnswerFormat,
    AsOfOption,
    BusinessModelOption,
    DatabaseOption,
    ZoneOption,
)
from analytics_lib.errors import InputError

if TYPE_CHECKING:
    from analytics_lib.modelling.customers import By

PartnersOption = Annotated[bool, typer.Option("--partners", help="Of partners instead of customers.")]


@models.command("lifetime-value", epilog="Example: analytics model lifetime-value --days 365 --format csv")
def lifetime_value(
    days: Annotated[int, typer.Option(min=1, help="How far ahead.")] = 365,
    discount: Annotated[float, typer.Option(help="Rate a year, 0.1 for 10 %.")] = 0.10,
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 20,
    database: DatabaseOption = "",
) -> None:
    """What each customer will bring the platform, and how likely it is that they are still there."""
    words = scoped("all", as_of, business_model, zone)
    printed(
        lambda analytics: analytics.models.lifetime_values(
            analytics.scope(**words),
            horizon_days=days,
            discount=discount,
        ).sort_values("lifetime_value", ascending=False, kind="stable"),
        output,
        limit,
        database,
    )


@models.command(epilog="Example: analytics model churn --partners")
def churn(
    partners: PartnersOption = False,
    days: Annotated[int, typer.Option(min=1, help="Without a booking, of customers.")] = 180,
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 20,
    database: DatabaseOption = "",
) -> None:
    """How likely each customer stays away, or each partner has stopped or fades."""
    words = scoped("all", as_of, business_model, zone)
    printed(
        lambda analytics: (
            analytics.models.partner_churn(analytics.scope(**words))
            if partners
            else analytics.models.churn(
                analytics.scope(**words),
                horizon_days=days,
            )
        ),
        output,
        limit,
        database,
    )


@models.command(epilog="Example: analytics model survival --by cohort")
def survival(
    partners: PartnersOption = False,
    silent: Annotated[
        int | None, typer.Option(min=1, help="Days after which somebody is gone: customers 365, partners 90.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="cohort", help="By the year of the first booking.")
    ] = None,
    as_of: AsOfOption = "",
    business_model: BusinessModelOption = None,
    zone: ZoneOption = "",
    output: FormatOption = AnswerFormat.TABLE,
    limit: LimitOption = 40,
    database: DatabaseOption = "",
) -> None:
    """How long customers or partners stay, by Kaplan and Meier."""
    if by not in (None, "cohort"):
        raise InputError(f"Survival is not cut by '{by}': write --by cohort, or leave it out.")
    chosen: By | None = "cohort" if by else None
    words = scoped("all", as_of, business_model, zone)
    printed(
        lambda analytics: (analytics.models.partner_survival if partners else analytics.models.survival)(
            analytics.scope(**words),
            gone_after=silent or (90 if partners else 365),
            by=chosen,
        ),
        output,
        limit,
        database,
    )
