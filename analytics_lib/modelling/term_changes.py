"""Which partners came into other terms in one month, and who stayed in theirs: a panel to compare them in."""

from __future__ import annotations

import pandas as pd

from analytics_lib.errors import InputError


def changed_panel(sold: pd.DataFrame, since: str, months: int, *, raised: bool) -> tuple[pd.DataFrame, str]:
    """The panel of `models.discounts.discount_effect`, and the month of the change.

    `sold` has a row for each `partner_id`, `month` (such as 2026-01) and `min_volume`, the volume that its
    tier asks for, with `bookings` and the `platform` leg; months in which a partner sold nothing are not
    there, and are zeros in the panel. Without `since` it is the month in which most partners changed.
    """
    calendar = [str(month) for month in pd.period_range(sold["month"].min(), sold["month"].max(), freq="M")]
    if since and since not in calendar[1:]:
        raise InputError(
            f"The month '{since}' must lie after the first month with bookings, {calendar[0]}, and not after "
            f"{calendar[-1]}: choose another or a longer period."
        )
    candidates = [since] if since else calendar[1:]
    counts = {month: sum(_treated(sold, calendar, month, months, raised).values()) for month in candidates}
    chosen = max(counts, key=lambda month: counts[month], default="")
    if not chosen or not counts[chosen]:
        when = f"in {since}" if since else "in the period"
        raise InputError(
            f"No partner came into another tier {when}: choose another month or a longer period."
        )
    window, treated = _window(calendar, chosen, months), _treated(sold, calendar, chosen, months, raised)
    numbers = sold.groupby(["partner_id", "month"])[["bookings", "platform"]].sum().astype(float)
    grid = pd.MultiIndex.from_product([sorted(treated), window], names=["partner_id", "month"])
    panel = numbers.reindex(grid, fill_value=0.0).reset_index()
    panel = panel.rename(columns={"bookings": "volume", "platform": "margin"})
    return panel.assign(treated=panel["partner_id"].map(treated).astype(bool)), chosen


def _window(calendar: list[str], since: str, months: int) -> list[str]:
    at = calendar.index(since)
    return calendar[max(at - months, 0) : at + months]


def _treated(
    sold: pd.DataFrame, calendar: list[str], since: str, months: int, raised: bool
) -> dict[str, bool]:
    """Partner -> whether its terms changed in that month; without those that did anything else."""
    window = _window(calendar, since, months)
    before = window[: window.index(since)]
    within = sold[sold["month"].isin(window)]
    early = set(within.loc[within["month"].isin(before[: max(1, len(before) // 4)]), "partner_id"])
    asked = within.assign(is_after=within["month"] >= since)
    levels = asked.groupby(["partner_id", "is_after"])["min_volume"].agg(["min", "max"])
    found: dict[str, bool] = {}
    for partner in sorted(early):
        own = levels.loc[partner]
        if (own["min"] != own["max"]).any():
            continue
        then, now = own["min"].get(False), own["min"].get(True)
        if now is None or now == then:
            found[str(partner)] = False
        elif (now > then) == raised:
            found[str(partner)] = True
    return found
