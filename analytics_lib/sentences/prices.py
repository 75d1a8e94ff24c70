"""What prices and terms do, in words that claim no more than the model does."""

from __future__ import annotations

import pandas as pd

from analytics_lib import formatting
from analytics_lib.formatting import texts
from analytics_lib.frame_rows import frame_rows
from analytics_lib.sentences.prose import Prose, capital, listed, plain


def elasticity(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """How demand went with the price, from `models.elasticity`; a cause only where an experiment says so."""
    say = texts(locale)
    if frame.empty:
        return Prose(
            say("How demand follows the price is not known: {reason}.").format(reason=_reason(frame))
        )
    row = frame_rows(frame)[0]
    said = {
        "value": formatting.decimal(row["elasticity"], locale, decimals=2),
        "low": formatting.decimal(row["lower"], locale, decimals=2),
        "high": formatting.decimal(row["upper"], locale, decimals=2),
        "count": formatting.count(row["n"], locale),
        "level": formatting.percent(frame.attrs["confidence"], locale, decimals=0),
    }
    text = say("Demand is higher where prices are higher: elasticity {value}")
    if row["elasticity"] < 0:
        text = say("Demand is lower where prices are higher: elasticity {value}")
    if row["lower"] <= 0 <= row["upper"]:
        text = say("No link of demand with the price shows: elasticity {value}")
    text += say(" ({level} interval {low} to {high}, {count} quotes).")
    if not row["is_causal"]:
        text += say(" Prices react to demand, so this does not say what a price change would do.")
    return Prose(_window(frame, locale) + text.format(**said))


def tiers(frame: pd.DataFrame, *, locale: str = "en") -> Prose:
    """Which tiers of partners cost more than they bring, from `models.tier_margins`."""
    say = texts(locale)
    if frame.empty:
        return Prose(
            say("What the tiers of partners bring is not known: {reason}.").format(reason=_reason(frame))
        )
    losing = [
        f"{row['business_model'].upper()} {plain(row['tier'])} "
        f"({formatting.percent(row['margin_rate'], locale)})"
        for row in frame_rows(frame)
        if row["is_losing"]
    ]
    if not losing:
        text = say("None of the {count} tiers of partners costs more than it brings, beyond doubt.")
        return Prose(_window(frame, locale) + text.format(count=len(frame)))
    text = say("Of {count} tiers of partners, these cost more than they bring: {losing}.")
    return Prose(_window(frame, locale) + text.format(count=len(frame), losing=listed(losing)))


def _window(frame: pd.DataFrame, locale: str) -> str:
    """Over which time, which is longer than that of most reports."""
    return f"{capital(formatting.period_name(frame.attrs['scope'], locale))}: "


def _reason(frame: pd.DataFrame) -> str:
    return plain(frame.attrs["reason"])
