"""Frames of models made by hand, with the attributes that sentences read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from analytics_lib.models.account import Account
from analytics_lib.scope import Scope

ACCOUNT = Account("did", "data", "quality")


def scope(**words: Any) -> Scope:
    """October 2026 in Madrid, as known at its end."""
    chosen = {"period": "2026-10", "as_of": datetime(2026, 10, 31, 23), "zone": "Europe/Madrid"} | words
    return Scope.build(**chosen)


def causes(effects: Mapping[str, Any], unit: str = "count", **attrs: Any) -> pd.DataFrame:
    """An answer of `models.causes` with these effects by destination."""
    rows = [{"group": group, "total_effect": effect} for group, effect in effects.items()]
    frame = pd.DataFrame(rows, columns=["group", "total_effect"], dtype=object)
    whole = sum(effects.values(), Decimal(0) if unit == "EUR" else 0)
    now = scope()
    frame.attrs = {
        "metrics": {"total_bookings": {"title": "Bookings"}},
        "unit": unit,
        "by": "destination_name",
        "scope": now,
        "compared": now.compared("previous"),
        "totals": {"change": whole},
        "account": ACCOUNT,
        "reason": None,
    }
    frame.attrs.update(attrs)
    return frame


def outlook(means: list[float], *, adds_up: bool = True, unit: str = "count", **attrs: Any) -> pd.DataFrame:
    """An answer of `models.outlook` with these means by day."""
    frame, now = pd.DataFrame({"mean": means, "unit": [unit] * len(means)}), scope()
    frame.attrs = {
        "metrics": {"total_bookings": {"title": "Bookings"}},
        "scope": now,
        "over": "day",
        "begin": now.period.local_end,
        "end": now.period.shifted(1).local_end,
        "covers": now.period.shifted(1),
        "total": sum(means) if adds_up else None,
        "origins": 40,
        "wape": 0.05,
        "mase": 0.6,
        "mase_seasonal_naive": 1.1,
        "coverage": {80: 0.82, 95: 0.95},
        "reason": None,
    }
    frame.attrs.update(attrs)
    return frame
