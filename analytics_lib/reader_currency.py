"""Final figures in a reader's other currency: all of an answer at one rate, which goes with it.

Every figure is translated by itself and rounded to the minor unit of the other currency, so that
translated parts may differ from their translated total by that rounding. Ratios stay as they are, and so
does the sign of a change, but a change too small for the other currency's minor unit becomes zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeVar

import pandas as pd

from analytics_lib.currency_rates import Rate
from analytics_lib.models.account import KEY, Account
from analytics_lib.results import ComprehensiveReport, Figure, Part, Result

_R = TypeVar("_R", bound=Result | ComprehensiveReport)

_EFFECTS = ("volume_effect", "mix_effect", "rate_effect")
_AMOUNTS = ("mean", "seasonal_naive", "actual", "expected", "before", "after", *_EFFECTS, "total_effect")
_BOUNDS = ("lower", "upper")


def translated_frame(frame: pd.DataFrame, rate: Rate) -> pd.DataFrame:
    """A frame of `measure` with its amounts in the other currency; the frame itself is changed.

    `value` and `previous` are translated, and `change` is what lies between them.
    """
    money = [place for place, unit in enumerate(frame["unit"]) if unit == rate.base]
    if not money:
        return frame
    columns = {name: list(frame[name]) for name in ("value", "previous", "change", "unit") if name in frame}
    for place in money:
        row = {name: column[place] for name, column in columns.items()}
        for name, told in _row(row, rate).items():
            columns[name][place] = told
    for name, column in columns.items():
        frame[name] = pd.Series(column, index=frame.index, dtype=frame[name].dtype)
    frame.attrs["translated"] = rate.to_dict()
    return frame


def translated_model(frame: pd.DataFrame, rate: Rate) -> pd.DataFrame:
    """A model's frame with its expectations or effects in the other currency; the frame itself is changed.

    Those are forecasts, outlooks, anomalies, drivers and causes. The models of customers, partners, prices
    and terms answer in the reporting currency, which stands in their `attrs["currency"]`.
    """
    money = _money_rows(frame, rate.base)
    if not money.any():
        return frame
    for name in [each for each in frame.columns if each in _AMOUNTS or str(each).startswith(_BOUNDS)]:
        told = [
            _told(value, rate) if is_money else value
            for value, is_money in zip(frame[name], money, strict=True)
        ]
        frame[name] = pd.Series(told, index=frame.index, dtype=frame[name].dtype)
    if "unit" in frame:
        frame["unit"] = frame["unit"].where(~money, rate.currency)
    frame.attrs.update(_attrs(frame.attrs, rate))
    if "totals" in frame.attrs:
        _fit(frame)
    return frame


def translated_result(result: _R, rate: Rate) -> _R:
    """A typed result with its amounts in the other currency, which is then its `currency`."""
    if isinstance(result, ComprehensiveReport):
        told = {name: translated_result(domain, rate) for name, domain in result.domains.items()}
        return replace(result, domains=MappingProxyType(told))
    parts = {name: _part(part, rate) for name, part in result.parts.items()}
    return replace(result, currency=rate.currency, parts=MappingProxyType(parts))


def _part(part: Part, rate: Rate) -> Part:
    figures = tuple(_figure(figure, rate) for figure in part.figures)
    return replace(part, figures=figures, frame=translated_frame(part.to_frame(), rate))


def _figure(figure: Figure, rate: Rate) -> Figure:
    if figure.unit != rate.base:
        return figure
    return replace(
        figure, **_row({name: getattr(figure, name) for name in ("value", "previous", "change")}, rate)
    )


def _row(row: Mapping[str, Any], rate: Rate) -> dict[str, Any]:
    """The amounts of a row in the other currency, and its unit; what is missing stays so."""
    told: dict[str, Any] = {"unit": rate.currency, "value": _told(row["value"], rate)}
    if "previous" in row:
        told["previous"] = _told(row["previous"], rate)
        told["change"] = None if row["change"] is None else told["value"] - told["previous"]
    return told


def _told(value: Any, rate: Rate) -> Any:
    """An amount that was counted, to the minor unit; an expectation as it comes; None and NaN as they are."""
    if isinstance(value, Decimal):
        return rate.amount(value)
    return None if value is None else value * float(rate.units)


def _money_rows(frame: pd.DataFrame, base: str) -> pd.Series[bool]:
    """Whether each row of a model's frame is in the reporting currency."""
    attrs = frame.attrs
    if "unit" in frame:
        units = list(frame["unit"])
    elif "unit" in attrs:
        units = [attrs["unit"]] * len(frame)
    else:
        known = attrs.get("units", {})
        only = next(iter(known.values()), None)
        units = [known[name] for name in frame["metric"]] if "metric" in frame else [only] * len(frame)
    return pd.Series([unit == base for unit in units], index=frame.index, dtype=bool)


def _attrs(attrs: Mapping[Any, Any], rate: Rate) -> dict[str, Any]:
    """What the frame says of its amounts, in the other currency, and at which rate."""
    told: dict[str, Any] = {"translated": rate.to_dict()}
    account = attrs.get(KEY)
    if isinstance(account, Account):
        told[KEY] = replace(account, data=f"{account.data} Amounts translated at {rate}.".strip())
    if "unit" in attrs:
        told["unit"] = rate.currency
    if "units" in attrs:
        units = attrs["units"].items()
        told["units"] = {name: rate.currency if unit == rate.base else unit for name, unit in units}
    if "totals" in attrs:
        told["totals"] = {name: _told(value, rate) for name, value in attrs["totals"].items()}
    if attrs.get("total") is not None:
        told["total"] = _told(attrs["total"], rate)
    if "exact" in attrs:
        told["exact"] = tuple(_exact(driver, Fraction(rate.units)) for driver in attrs["exact"])
    return told


def _exact(driver: Any, factor: Fraction) -> Any:
    names = ("before", "after", *_EFFECTS, "total_effect")
    parts = {name: getattr(driver, name) for name in names}
    return replace(driver, **{name: None if part is None else part * factor for name, part in parts.items()})


def _fit(frame: pd.DataFrame) -> None:
    """Let the effects of a sum add up again: each to its group's change, and all to the totals."""
    if not all(isinstance(value, Decimal) for value in frame["total_effect"]):
        return
    frame["total_effect"] = frame["after"] - frame["before"]
    if frame["rate_effect"].notna().all():
        frame["rate_effect"] = frame["total_effect"] - frame["volume_effect"] - frame["mix_effect"]
    totals = frame.attrs["totals"]
    for name, column in (("before", "before"), ("after", "after"), ("change", "total_effect")):
        totals[name] = sum(frame[column], Decimal(0))
