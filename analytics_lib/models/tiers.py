"""What the platform keeps of each tier's bookings, and which tiers lose money."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.confidence import upper_tail

_COLUMNS = ("partner_id", "net", "margin")


def tier_margins(
    frame: pd.DataFrame, by: Sequence[str] = ("tier",), *, confidence: float = 0.95
) -> pd.DataFrame:
    """The margin of each tier: what the platform keeps over the net value, with an interval over partners.

    `frame` has rows of a `partner_id` (a partner may have several), the columns of `by`, the `net` value
    and the platform's `margin` in one unit. The rate is a ratio of sums; its interval is that of a ratio
    estimator over the partners as drawn from many alike (Cochran, Sampling Techniques, 6.3), with Student's
    t, and is missing for a single partner.

    A row for each group, the lowest rate first: the columns of `by`, `partners`, `net`, `margin`,
    `margin_rate`, `lower`, `upper`, `is_losing` (a rate below zero). `attrs` hold `account` and `losing`,
    the names of the groups that lose money. Raises `InputError` for columns that are missing or no rows.
    """
    for name in (*by, *_COLUMNS):
        if name not in frame.columns:
            raise InputError(
                f"The margins have no column '{name}': name one of {', '.join(map(str, frame))}."
            )
    if frame.empty:
        raise InputError("No partner has a margin here: choose a longer period or other partners.")
    named = frame.assign(**{name: frame[name].astype(object).fillna("unknown") for name in by})
    each = named.groupby([*by, "partner_id"], as_index=False)[["net", "margin"]].sum()
    rows = [_row(by, key, partners, confidence) for key, partners in each.groupby(list(by))]
    found = pd.DataFrame(rows).sort_values(["margin_rate", *by], ignore_index=True)
    losing = tuple(" ".join(map(str, row)) for row in found[found["is_losing"]][list(by)].to_numpy())
    return accounted(found, _account(found, by, losing, confidence), losing=losing, confidence=confidence)


def _row(
    by: Sequence[str], key: tuple[object, ...], partners: pd.DataFrame, confidence: float
) -> dict[str, object]:
    from scipy.stats import t

    net, margin = (partners[name].to_numpy(dtype=np.float64) for name in ("net", "margin"))
    size, whole = len(partners), net.sum()
    rate = margin.sum() / whole if whole else float("nan")
    half = float("nan")
    if size > 1 and whole:
        error = np.sqrt(size / (size - 1) * ((margin - rate * net) ** 2).sum()) / abs(whole)
        half = float(t.ppf(upper_tail(confidence), size - 1) * error)
    return {
        **dict(zip(by, key, strict=True)),
        "partners": size,
        "net": whole,
        "margin": margin.sum(),
        "margin_rate": rate,
        "lower": rate - half,
        "upper": rate + half,
        "is_losing": bool(rate < 0),
    }


def _account(found: pd.DataFrame, by: Sequence[str], losing: tuple[str, ...], confidence: float) -> Account:
    lines = [
        f"{name} keeps {row.margin_rate:.1%} ({row.lower:.1%} to {row.upper:.1%})"
        for name, row in zip(losing, found[found["is_losing"]].itertuples(), strict=True)
    ]
    doubts = []
    unsure = found[found["is_losing"] & ~(found["upper"] < 0)]
    if len(unsure):
        names = ", ".join(" ".join(map(str, row)) for row in unsure[list(by)].to_numpy())
        doubts.append(f"That {names} loses money is not beyond chance: its interval reaches zero.")
    few = found[found["partners"] < 10]
    if len(few):
        doubts.append(f"{len(few)} of {len(found)} groups have fewer than ten partners: intervals are rough.")
    return Account(
        did=f"What the platform keeps of the net value by {', '.join(by)}, with a {confidence:.0%} interval.",
        data=f"{int(found['partners'].sum())} partners in {len(found)} groups, counted in each they were in.",
        quality="; ".join(lines) + "." if lines else "No group loses money.",
        doubts=tuple(doubts),
    )
