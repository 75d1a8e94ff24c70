"""Terms over a database: what tiers bring, what a change of them did, and what others would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from analytics_lib.catalogue import LISTINGS
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals
from analytics_lib.listing import listed
from analytics_lib.modelling.prices import elasticity as elasticity_of_prices
from analytics_lib.modelling.term_changes import changed_panel
from analytics_lib.models import discounts, scenarios, tiers
from analytics_lib.models.account import account_of, accounted
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

PARTNERS_ANSWER = (0.2, 0.5, 1.0)
"""By how many percent partners may sell more for one percent more commission: supposed, not measured."""

MEASURED = (
    "The elasticities are those that an experiment showed, with its interval; the prices were not tried."
)

_AMOUNTS = ("net", "platform", "agency", "reseller")


def tier_margins(
    scope: Scope, warehouse: Warehouse, *, by: Sequence[str] = ("business_model", "tier")
) -> pd.DataFrame:
    """What the platform keeps of the bookings placed in the period, by the tier of their partner then.

    The frame is that of `models.tiers.tier_margins`, with `net` and `margin` in major units as Decimal: the
    net value of the bookings recognised so far and the platform's leg of it, before anything is clawed back.
    Raises `InputError` in a partner's scope, where no partner sold, or where small groups are withheld.
    """
    months = _months(scope, warehouse)
    frame = tiers.tier_margins(months.rename(columns={"platform": "margin"}), by)
    places = currency_decimals(months.attrs["currency"])
    for name in ("net", "margin"):
        amounts = [Decimal(round(value * 10**places)).scaleb(-places) for value in frame[name]]
        frame[name] = pd.Series(amounts, dtype=object)
    return accounted(
        frame,
        account_of(frame),
        losing=frame.attrs["losing"],
        scope=scope,
        currency=months.attrs["currency"],
    )


def volume_discount_effect(
    scope: Scope, warehouse: Warehouse, *, since: str = "", months: int = 12, raised: bool = True
) -> pd.DataFrame:
    """What it brought that partners came into a tier with another volume, beside those that stayed in theirs.

    Treated are partners of the scope that were in one tier up to the month `since` (such as 2026-01) and in
    one that asks for more volume (less, if not `raised`) from it on; without `since`, the month in which
    most were. Looked at are up to `months` months before and as many after, as far as the period goes, and
    partners that sold in the first quarter of those before. Volume is bookings recognised so far, margin the
    platform's leg of them. The frame is that of `models.discounts.discount_effect`, money in major units as
    float. Raises `InputError` for a scope of several business models, which do not move alike, or in which
    no terms changed.
    """
    if months < 1:
        raise InputError(f"The window of {months} months is too short: write 12, say.")
    sold = _months(scope, warehouse).dropna(subset=["min_volume"])
    models = sorted(sold["business_model"].dropna().unique())
    if len(models) != 1:
        raise InputError(
            f"The terms of {' and '.join(models) or 'no partner'} cannot be compared: name one business "
            "model that has partners."
        )
    panel, chosen = changed_panel(sold, since, months, raised=raised)
    frame = discounts.discount_effect(panel, chosen)
    return accounted(frame, account_of(frame), since=chosen, panel=panel, scope=scope)


def commission_scenario(
    scope: Scope,
    warehouse: Warehouse,
    *,
    elasticity: scenarios.Elasticities = PARTNERS_ANSWER,
    reach: float = 0.5,
) -> pd.DataFrame:
    """The commission of each tier that would bring the platform most, if volume answered it so.

    Tiers with a leg "agency" among the bookings placed in the period; the commission is that leg over the
    net value, the margin before it both legs. See `models.scenarios.commission_scenario`.
    """
    by_tier = _by_tier(scope, warehouse, "agency")
    terms = pd.DataFrame(
        {
            "tier": by_tier.index,
            "volume": by_tier["net"].to_numpy(),
            "margin": ((by_tier["platform"] + by_tier["agency"]) / by_tier["net"]).to_numpy(),
            "commission": (by_tier["agency"] / by_tier["net"]).to_numpy(),
        }
    )
    return scenarios.commission_scenario(terms, elasticity=elasticity, reach=reach)


def revenue_share_scenario(
    scope: Scope,
    warehouse: Warehouse,
    *,
    elasticity: scenarios.Elasticities = PARTNERS_ANSWER,
    outside_option: float = 0.9,
    reach: float = 0.5,
) -> pd.DataFrame:
    """The resellers' share of each tier that would bring the platform most, if volume answered it so.

    The margin that is shared are the legs "platform" and "reseller" of the bookings placed in the period
    that have the latter. See `models.scenarios.revenue_share_scenario`.
    """
    by_tier = _by_tier(scope, warehouse, "reseller")
    shared = by_tier["platform"] + by_tier["reseller"]
    terms = pd.DataFrame(
        {
            "tier": by_tier.index,
            "volume": shared.to_numpy(),
            "share": (by_tier["reseller"] / shared).to_numpy(),
        }
    )
    return scenarios.revenue_share_scenario(
        terms, elasticity=elasticity, outside_option=outside_option, reach=reach
    )


def markup_scenario(
    scope: Scope,
    warehouse: Warehouse,
    *,
    elasticity: scenarios.Elasticities | None = None,
    reach: float = 0.2,
) -> pd.DataFrame:
    """The price of each kind of product sold directly that would bring most, if demand answered it so.

    Without an elasticity, that of the experiment in the scope with its interval, for the kinds of product
    that were in it; `InputError` without an experiment. Price and cost are means of the bookings placed in
    the period and recognised so far. See `models.scenarios.markup_scenario`.
    """
    if elasticity is not None:
        return scenarios.markup_scenario(
            _kinds(scope, warehouse), elasticity=elasticity, by="product_kind", reach=reach
        )
    found = elasticity_of_prices(scope, warehouse)
    row = found.iloc[0]
    if not row["is_causal"] or row["upper"] >= 0:
        raise InputError(
            f"{scope.period.name} has no experiment that tells how demand follows the price: name an "
            "elasticity, such as (-2.0, -1.6, -1.2)."
        )
    products = _kinds(scope, warehouse)
    frame = scenarios.markup_scenario(
        products[products["product_kind"].isin(found.attrs["product_kinds"])],
        elasticity=(float(row["lower"]), float(row["elasticity"]), float(row["upper"])),
        by="product_kind",
        reach=reach,
    )
    account = account_of(frame)
    doubts = [doubt for doubt in account.doubts if doubt != scenarios.SUPPOSED]
    told = replace(account, quality=MEASURED, doubts=(*doubts, *account_of(found).doubts))
    return accounted(frame, told, curve=frame.attrs["curve"], elasticity=frame.attrs["elasticity"])


def _kinds(scope: Scope, warehouse: Warehouse) -> pd.DataFrame:
    """Sales, mean price and mean cost of each kind of product sold directly."""
    margins = listed(LISTINGS["product_margins"], scope, warehouse=warehouse)
    scale = 10 ** currency_decimals(margins.attrs["currency"])
    numbers = ["bookings", "price_minor", "cost_minor"]
    by_kind = margins.dropna(subset=["product_kind"]).groupby("product_kind")[numbers].sum().astype(float)
    by_kind = by_kind[by_kind["bookings"] > 0]
    return pd.DataFrame(
        {
            "product_kind": by_kind.index,
            "volume": by_kind["bookings"].to_numpy(),
            "price": (by_kind["price_minor"] / by_kind["bookings"] / scale).to_numpy(),
            "cost": (by_kind["cost_minor"] / by_kind["bookings"] / scale).to_numpy(),
        }
    )


def _months(scope: Scope, warehouse: Warehouse) -> pd.DataFrame:
    """The listing of partners by month, with amounts in major units as float."""
    if scope.smallest_group > 1:
        raise InputError(
            "The margins of partners' months need all rows, of which the scope withholds some: ask without "
            "smallest_group."
        )
    rows = listed(LISTINGS["partner_months"], scope, warehouse=warehouse)
    if rows.empty:
        raise InputError(
            f"No partner has bookings recognised in {scope.period.name}: choose a longer period."
        )
    scale = 10 ** currency_decimals(rows.attrs["currency"])
    amounts = {name: rows[f"{name}_minor"].astype(float).fillna(0.0) / scale for name in _AMOUNTS}
    found = rows.assign(**amounts)
    found.attrs = rows.attrs
    return found


def _by_tier(scope: Scope, warehouse: Warehouse, leg: str) -> pd.DataFrame:
    """The amounts of each tier, of partners that are paid by this leg."""
    months = _months(scope, warehouse)
    paid = months[months[leg] > 0]
    if paid.empty:
        raise InputError(
            f"Nothing went to the leg {leg} in {scope.period.name}: choose partners that have one."
        )
    named = paid.assign(tier=paid["tier"].astype(object).fillna("unknown"))
    return named.groupby("tier")[list(_AMOUNTS)].sum()
