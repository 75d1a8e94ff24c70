"""Prices of a database: demand at the prices shown, how it follows them, and the mark-up that would pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from analytics_lib.catalogue import LISTINGS
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals
from analytics_lib.frame_rows import frame_rows
from analytics_lib.listing import listed
from analytics_lib.models.account import Account, account_of, accounted
from analytics_lib.models.elasticity import price_elasticity
from analytics_lib.models.pricing import demand, optimal_markup
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse

_ALIKE = ("product_id", "lead_time_band")
"""What makes prices shown comparable: the product, and how long before the trip it was shown."""

_MONEY = ("price", "unit_cost", "unbounded_price", "advised_price", "lowest", "highest")


def price_demand(scope: Scope, warehouse: Warehouse, *, by: Sequence[str] = _ALIKE) -> pd.DataFrame:
    """Demand at the prices shown in the period, by product and lead time; see `models.pricing.demand`.

    `by` may also name `product_kind` and `price_arm`. A booking counts for the product it is of, once a
    visit; `mean_price` is in major units of the reporting currency, a float. Raises `InputError` where no
    price was shown, or the scope withholds small groups.
    """
    rows = _shown(scope, warehouse)
    frame = demand(rows.assign(bookings=rows["bought"]), by)
    return accounted(frame, account_of(frame), scope=scope, currency=rows.attrs["currency"])


def elasticity(scope: Scope, warehouse: Warehouse, *, confidence: float = 0.95) -> pd.DataFrame:
    """How purchases follow the price shown in the period; see `models.elasticity.price_elasticity`.

    Where the prices of the period were drawn by lot in two arms or more, by these, with levels for product
    and lead time and errors by visitor; otherwise as prices came, which is not causal and says so. Only
    quotes with room count. `attrs["product_kinds"]` names the kinds of product it was seen on. Raises
    `InputError` as `price_demand` does.
    """
    return _elasticity(_shown(scope, warehouse), scope, confidence)


def markup_advice(
    scope: Scope, warehouse: Warehouse, *, bounds: tuple[float, float] = (-0.2, 0.2)
) -> pd.DataFrame:
    """The price that would bring most of each directly sold product whose prices were shown in the period.

    One elasticity serves all products: that of `elasticity` for the scope, which must hold an experiment.
    Price and cost of a product are means of its bookings placed in the period and recognised so far; the
    cost is what goes to others than the platform. The frame is that of `models.pricing.optimal_markup`, with
    `product_id`, `product_name`, `product_kind` and `bookings`, amounts in major units as Decimal, the most
    booked first. Raises `InputError` where nothing was shown or recognised.
    """
    shown = _shown(scope, warehouse)
    estimated = _elasticity(shown, scope, 0.95)
    margins = listed(LISTINGS["product_margins"], scope, warehouse=warehouse)
    sold = margins[margins["product_id"].isin(set(shown["product_id"])) & (margins["price_minor"] > 0)]
    sold = sold[sold["bookings"] > 0].sort_values(["bookings", "product_id"], ascending=[False, True])
    if sold.empty:
        raise InputError(
            f"Nothing sold directly in {scope.period.name} has both a price shown and a booking recognised: "
            "choose a longer period."
        )
    currency = margins.attrs["currency"]
    places = currency_decimals(currency)
    advised = []
    for row in frame_rows(sold):
        sales = row["bookings"] * 10**places
        cost = max(row["cost_minor"] / sales, 0.0)
        advised.append(optimal_markup(estimated, cost, row["price_minor"] / sales, bounds=bounds))
    frame = pd.concat(advised, ignore_index=True)
    for name in _MONEY:
        frame[name] = pd.Series([_amount(value, places) for value in frame[name]], dtype=object)
    for place, name in enumerate(("product_id", "product_name", "product_kind", "bookings")):
        frame.insert(place, name, sold[name].tolist())
    return accounted(
        frame, _of_all_products(advised, frame), scope=scope, currency=currency, elasticity=estimated
    )


def _of_all_products(advised: Sequence[pd.DataFrame], frame: pd.DataFrame) -> Account:
    """The account of the advice on each product, as one."""
    account = account_of(advised[0])
    if frame["reason"].notna().any():
        return account
    said = dict.fromkeys(doubt for each in advised for doubt in account_of(each).doubts)
    doubts = [doubt for doubt in said if not doubt.startswith("The best price, ")]
    bounded = int(frame["is_bounded"].sum())
    if bounded:
        doubts.append(
            f"The best price of {bounded} of {len(frame)} products lies outside the bounds: try the bound "
            "first, and measure again there."
        )
    doubts.append(
        "One elasticity serves all products, and costs are means that move with the price, as taxes do."
    )
    quality = "Each advised price has a band, lowest to highest, from the interval of the elasticity."
    return replace(account, quality=quality, doubts=tuple(doubts))


def _elasticity(rows: pd.DataFrame, scope: Scope, confidence: float) -> pd.DataFrame:
    there = rows[rows["available"] > 0].copy()
    there["price"] = there["price"] / there["available"].astype(float)
    is_experiment = there["price_arm"].nunique() > 1
    frame = price_elasticity(
        there,
        price="price",
        bought="bought",
        arm="price_arm" if is_experiment else None,
        controls=_ALIKE if is_experiment else (),
        cluster="visitor_id",
        confidence=confidence,
    )
    account, sold_out = account_of(frame), len(rows) - len(there)
    if sold_out:
        doubt = (
            f"{sold_out:,} prices shown without room are left out: what they would have sold is not known."
        )
        account = replace(account, doubts=(*account.doubts, doubt))
    seen = there[there["price_arm"].notna()] if is_experiment else there
    kinds = tuple(sorted(seen["product_kind"].dropna().unique()))
    return accounted(frame, account, scope=scope, confidence=confidence, product_kinds=kinds)


def _shown(scope: Scope, warehouse: Warehouse) -> pd.DataFrame:
    """The listing of prices shown, with prices in major units and whether the visit bought."""
    if scope.smallest_group > 1:
        raise InputError(
            "A row of prices shown is about one visitor, which the scope withholds: ask without "
            "smallest_group."
        )
    rows = listed(LISTINGS["quoted_visits"], scope, warehouse=warehouse)
    if rows.empty:
        raise InputError(f"No price was shown in {scope.period.name}: choose a period with quotes.")
    scale = 10 ** currency_decimals(rows.attrs["currency"])
    attrs = rows.attrs
    rows = rows.assign(
        price=rows["price_minor"].astype(float).fillna(0.0) / scale, bought=(rows["booked"] > 0).astype(int)
    )
    rows.attrs = attrs
    return rows


def _amount(value: float | None, places: int) -> Decimal | None:
    return None if value is None else Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places))
