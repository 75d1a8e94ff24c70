"""Answers made by hand, in the shape of `measure` and of the models, for numbers that no platform has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from analytics_lib import Scope, TimeFrame

AS_OF = datetime(2026, 11, 1)
TITLES = {"share": "Made share", "money": "Made value", "count": "Made bookings"}


def scope(period: str = "2026-10", as_of: datetime = AS_OF) -> Scope:
    return Scope.build(period=period, as_of=as_of)


def words(name: str, unit: str, better: str | None = "higher") -> dict[str, Any]:
    title = TITLES.get(unit, f"Made {unit}") if name == "made" else f"Made {name}"
    return {"name": name, "title": title, "unit": unit, "better": better, "small_base": 30}


def answer(
    rows: Sequence[Mapping[str, Any]],
    *,
    by: Sequence[str] = (),
    unit: str = "count",
    over: str | None = None,
    compared: bool = False,
    better: str | None = "higher",
    asked: Scope | None = None,
) -> pd.DataFrame:
    """A frame of `measure` whose rows have at least `value`; all else is as if nothing were wrong."""
    of = asked or scope()
    kind = unit if not unit.isupper() else "money"
    filled = [_row(row, unit, over, compared) for row in rows]
    frame = pd.DataFrame({name: pd.Series([row[name] for row in filled], dtype=object) for name in filled[0]})
    names = list(dict.fromkeys(row["metric"] for row in filled))
    frame.attrs = {
        "metrics": {name: words(name, kind, better) for name in names},
        "scope": of,
        "compared": of.compared("previous") if compared else None,
        "dimensions": tuple(by),
        "over": None if over is None else TimeFrame(over),
        "data_version": "1",
    }
    return frame


def _row(row: Mapping[str, Any], unit: str, over: str | None, compared: bool) -> dict[str, Any]:
    value = row["value"]
    filled: dict[str, Any] = {"metric": "made", "unit": unit, "n": 0 if value is None else 40, **row}
    if over is not None:
        filled["bucket_start"] = datetime.fromisoformat(row["bucket"][:13])
    if compared:
        before = filled.setdefault("previous", None)
        known = before is not None and value is not None
        filled.setdefault("change", value - before if known else None)
        filled.setdefault("change_ratio", float(value - before) / float(before) if known and before else None)
        filled.setdefault("previous_quality", "ok")
    filled.setdefault("quality", "ok")
    filled.setdefault("reason", None)
    return filled


def outlook(rows: Sequence[tuple[str, Any, Any, Any]], unit: str = "count") -> pd.DataFrame:
    """A frame of `models.outlook` from bucket, mean, and the ends of the 80 % interval."""
    columns: dict[str, list[Any]] = {
        "metric": ["made"] * len(rows),
        "bucket": [row[0] for row in rows],
        "bucket_start": [datetime.fromisoformat(row[0][:13]) for row in rows],
        "mean": [row[1] for row in rows],
        "lower_80": [row[2] for row in rows],
        "upper_80": [row[3] for row in rows],
        "lower_95": [row[2] for row in rows],
        "upper_95": [row[3] for row in rows],
        "unit": [unit] * len(rows),
    }
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    kind = "money" if unit.isupper() else unit
    reason = None if rows else "too little is known to expect anything"
    frame.attrs = {
        "metrics": {"made": words("made", kind)},
        "over": "day",
        "scope": scope(),
        "reason": reason,
    }
    return frame


def causes(
    parts: Sequence[tuple[str, Any, Any, Any]],
    *,
    before: Any = 0,
    after: Any = 0,
    unit: str = "count",
    better: str | None = "higher",
) -> pd.DataFrame:
    """A frame of `models.causes` from group, before, after and effect, the largest effect first."""
    names = ("group", "before", "after", "total_effect")
    columns = {name: [part[place] for part in parts] for place, name in enumerate(names)}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    kind = "money" if unit.isupper() else unit
    of = scope()
    frame.attrs = {
        "metric": "made",
        "metrics": {"made": words("made", kind, better)},
        "unit": unit,
        "by": "channel",
        "scope": of,
        "compared": of.compared("previous") if parts else None,
        "totals": {"before": before, "after": after, "change": after - before},
        "reason": None if parts else "nothing is known of September",
    }
    if not parts:
        del frame.attrs["unit"], frame.attrs["totals"]
    return frame
