"""How much is asked for and bought at which price, and the mark-up that an elasticity would justify."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, account_of, accounted
from analytics_lib.models.confidence import upper_tail
from analytics_lib.models.wording import counted

_QUOTE_COLUMNS = ("quotes", "available", "bookings", "price")


def demand(
    quotes: pd.DataFrame, by: Sequence[str] = ("product_id", "lead_time_band"), *, confidence: float = 0.95
) -> pd.DataFrame:
    """Demand by product and lead time: what was asked for, what was to be had, what was bought.

    `quotes` have a row for each offer, or for several alike: the columns of `by`, `quotes` shown, those
    `available`, `bookings` made, and the sum of the `price` of the available ones, in any one unit.

    A row for each group: `quotes`, `available`, `bookings`; `conversion`, bookings over available quotes,
    with Wilson's interval `lower` and `upper` (None where nothing was available); `mean_price` of the
    available ones; `stock_out_share`, quotes without room over quotes. What could not be booked is no
    lack of demand: demand is censored there, so conversion leaves it out, and bookings understate demand.
    Raises `InputError` for columns that are missing.
    """
    for name in (*by, *_QUOTE_COLUMNS):
        if name not in quotes.columns:
            raise InputError(f"The quotes have no column '{name}': demand needs {', '.join(_QUOTE_COLUMNS)}.")
    named = quotes.assign(**{name: quotes[name].astype(object).fillna("unknown") for name in by})
    found = named.groupby(list(by), as_index=False, sort=True)[list(_QUOTE_COLUMNS)].sum()
    if (found["bookings"] > found["available"]).any():
        raise InputError(
            "More was booked than was available: count bookings of the quoted product only, once each."
        )
    asked, room, booked = (
        found[name].to_numpy(dtype=np.float64) for name in ("quotes", "available", "bookings")
    )
    lower, upper = _wilson(booked, room, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        found["conversion"] = booked / room
        found["lower"], found["upper"] = lower, upper
        found["mean_price"] = found["price"].to_numpy(dtype=np.float64) / room
        found["stock_out_share"] = (asked - room) / asked
    sold_out = int((asked - room).sum())
    doubts = []
    if sold_out:
        share = sold_out / asked.sum()
        doubts.append(
            f"{sold_out:,} of {int(asked.sum()):,} quotes ({share:.1%}) had no room: demand is censored "
            "there, and bookings understate it."
        )
    account = Account(
        did=f"Bookings over quotes with room by {', '.join(by)}, with Wilson's {confidence:.0%} interval.",
        data=(
            f"{counted(int(asked.sum()), 'quote')}, {int(room.sum()):,} of them with room, "
            f"{counted(int(booked.sum()), 'booking')}."
        ),
        quality="Counts as they were; groups of few quotes have wide intervals.",
        doubts=tuple(doubts),
    )
    return accounted(found.drop(columns="price"), account, confidence=confidence)


def _wilson(booked: np.ndarray, room: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.stats.proportion import proportion_confint

    alpha = 2 * (1 - upper_tail(confidence))
    lower, upper = np.full(len(room), np.nan), np.full(len(room), np.nan)
    there = room > 0
    if there.any():
        lower[there], upper[there] = proportion_confint(booked[there], room[there], alpha, "wilson")
    return lower, upper


def optimal_markup(
    elasticity: pd.DataFrame,
    unit_cost: float,
    price: float,
    *,
    bounds: tuple[float, float] = (-0.2, 0.2),
) -> pd.DataFrame:
    """The price at which the margin is largest for a constant elasticity: (p - c) / p = -1 / e (Lerner).

    `elasticity` is a frame of `price_elasticity`; `unit_cost` and `price` are of one unit, today's, in the
    same currency. Advice is given only where the elasticity is a cause and its whole interval lies below
    -1, since else there is no price that is best. It stays within `bounds` of today's price, for the
    elasticity was seen near it only.

    One row: `price`, `unit_cost`, `elasticity`, `unbounded_price` (c e / (1 + e)), `advised_price`, `change`
    (a share of today's price), the band `lowest` and `highest` from the ends of the interval, `is_bounded`,
    and `reason` where there is no advice and the others are None. Raises `InputError` for a price, cost or
    bounds that cannot be.
    """
    _refuse(unit_cost, price, bounds)
    row = elasticity.iloc[0]
    point, lower, upper = (float(row[name]) for name in ("elasticity", "lower", "upper"))
    reason = _why_no_advice(bool(row["is_causal"]), lower, upper)
    least, most = (price * (1 + bound) for bound in bounds)
    advice: dict[str, object] = dict.fromkeys(
        ("unbounded_price", "advised_price", "change", "lowest", "highest", "is_bounded")
    )
    if reason is None:
        best = _lerner(unit_cost, point)
        advised = min(max(best, least), most)
        # The more elastic end of the interval asks for the lower price.
        lowest, highest = (min(max(_lerner(unit_cost, end), least), most) for end in (lower, upper))
        advice = {
            "unbounded_price": best,
            "advised_price": advised,
            "change": advised / price - 1,
            "lowest": lowest,
            "highest": highest,
            "is_bounded": advised != best,
        }
    columns = {"price": price, "unit_cost": unit_cost, "elasticity": point, **advice, "reason": reason}
    frame = pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in columns.items()})
    return accounted(frame, _advice(frame.iloc[0], bounds, account_of(elasticity)))


def _refuse(unit_cost: float, price: float, bounds: tuple[float, float]) -> None:
    if not price > 0:
        raise InputError(f"The price {price!r} must lie above zero: give today's price.")
    if not unit_cost >= 0:
        raise InputError(f"The unit cost {unit_cost!r} must not lie below zero: give what one sale costs.")
    if not -1 < bounds[0] <= 0 <= bounds[1]:
        raise InputError(
            f"The bounds {bounds!r} must hold today's price: give two shares such as (-0.2, 0.2)."
        )


def _lerner(unit_cost: float, elasticity: float) -> float:
    return unit_cost * elasticity / (1 + elasticity)


def _why_no_advice(is_causal: bool, lower: float, upper: float) -> str | None:
    if not is_causal:
        return "the elasticity is not causal: it needs an experiment or an instrument"
    if upper < -1:
        return None
    return (
        f"the elasticity may lie between {lower:.2f} and {upper:.2f}, and from -1 upwards no price is best: "
        "it needs more data"
    )


def _advice(row: pd.Series, bounds: tuple[float, float], of_elasticity: Account) -> Account:
    doubts = list(of_elasticity.doubts)
    if row["reason"]:
        quality = f"No advice: {row['reason']}."
    else:
        quality = (
            f"Within the interval of the elasticity the advised price lies between {row['lowest']:,.2f} and "
            f"{row['highest']:,.2f}."
        )
        doubts.append("Advice, not a decision: rivals, later purchases and other products are left out.")
        if row["is_bounded"]:
            doubts.append(
                f"The best price, {row['unbounded_price']:,.2f}, lies outside the bounds of {bounds[0]:+.0%} "
                f"and {bounds[1]:+.0%}: try the bound first, and measure again there."
            )
    return Account(
        did="The price of the largest margin for a constant elasticity (Lerner), kept within bounds.",
        data=of_elasticity.data,
        quality=quality,
        doubts=tuple(doubts),
    )
