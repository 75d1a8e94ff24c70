"""What better terms for volume brought: partners whose terms changed beside those whose did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.confidence import upper_tail
from analytics_lib.models.poisson import Matrix, clustered, fit_poisson
from analytics_lib.models.wording import counted

BLOCKS = 4
"""Into how many parts of equal length the months before are divided, to see whether trends were parallel."""

MOST_PARTNERS = 1_000
"""Each partner is a column of the regression."""

_FEW = 10
_DOUBTFUL = 0.05
_NEEDED = ("partner_id", "month", "volume", "margin", "treated")


def discount_effect(panel: pd.DataFrame, since: str, *, confidence: float = 0.95) -> pd.DataFrame:
    """The effect of a change of terms on volume and margin, by difference in differences.

    `panel` has a row for each `partner_id` and `month` (text or date, that sorts), also those in which
    nothing was sold, with `volume` (bookings, not negative), the `margin` that the platform made on it in
    money, and whether the partner is `treated`: its terms changed in the month `since`, once, and those of
    the others not at all.

    Volume follows a Poisson regression with log link, a level for each partner and one for each month
    (Wooldridge 2023: parallel trends in ratios, zeros allowed), with errors clustered by partner and
    Student's t, whose degrees are one less than the partners of the smaller side. With V1 the
    treated partners' volume since then, V_cf what it would have been, and m0, m1 their margin of a unit
    before and since, the effect is V1 m1 - V_cf m0.

    One row: `treated`, `controls` (partners); `volume_change` with `volume_lower`, `volume_upper` (shares);
    `volume_after` (V1), `volume_counterfactual`; `margin_before` (m0), `margin_after` (m1); `effect` with
    `effect_lower`, `effect_upper` (money, from the interval of volume alone); `break_even_ratio` (m0 / m1, by
    how much volume had to multiply; None where a margin is not above zero); `pre_trend_p` (that trends before
    were parallel, all parts at once; None with fewer than two parts); `pulled_forward` (how far volume was
    above the other months before in the last one before the change, a share; None with fewer than three) and
    `pulled_forward_p`. `attrs` hold `account`. Raises `InputError` for a panel that cannot tell.
    """
    from scipy.stats import t

    tail = upper_tail(confidence)
    data = _Panel(panel, since)
    effect = data.after * data.treated
    fit = data.fit(effect[:, None])
    slope, error = float(fit.estimates[0]), float(np.sqrt(fit.covariance[0, 0]))
    # So few partners make the larger part of the error that the normal law would promise too much.
    half = float(t.ppf(tail, min(data.sides) - 1)) * error
    before, since_then = data.of_treated(data.after == 0), data.of_treated(data.after == 1)
    sold = since_then.volume
    m0, m1 = before.unit_margin, since_then.unit_margin
    effects = [sold * m1 - sold / np.exp(slope + shift) * m0 for shift in (-half, 0.0, half)]
    parallel_p = data.parallel_p()
    pulled, pulled_p = data.pulled_forward()
    row: dict[str, Any] = {
        "treated": data.sides[0],
        "controls": data.sides[1],
        "volume_change": float(np.expm1(slope)),
        "volume_lower": float(np.expm1(slope - half)),
        "volume_upper": float(np.expm1(slope + half)),
        "volume_after": sold,
        "volume_counterfactual": sold / float(np.exp(slope)),
        "margin_before": m0,
        "margin_after": m1,
        "effect": effects[1],
        "effect_lower": min(effects),
        "effect_upper": max(effects),
        "break_even_ratio": m0 / m1 if m0 > 0 and m1 > 0 else None,
        "pre_trend_p": parallel_p,
        "pulled_forward": pulled,
        "pulled_forward_p": pulled_p,
    }
    frame = pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in row.items()})
    return accounted(frame, _account(row, data, confidence), since=since, confidence=confidence)


@dataclass(frozen=True)
class _Fit:
    """The estimates of some columns, with their covariance clustered by partner."""

    estimates: Matrix
    covariance: Matrix

    def p_value(self, degrees: int) -> float:
        """That all of them are zero (Wald, with the degrees of freedom that few clusters leave)."""
        from scipy.stats import f

        wald = self.estimates @ np.linalg.pinv(self.covariance) @ self.estimates
        return float(f.sf(wald / len(self.estimates), len(self.estimates), degrees))

    def first(self, size: int) -> _Fit:
        return _Fit(self.estimates[:size], self.covariance[:size, :size])


@dataclass(frozen=True)
class _Sold:
    volume: float
    margin: float

    @property
    def unit_margin(self) -> float:
        return self.margin / self.volume if self.volume else 0.0


class _Panel:
    """The rows that can tell, with the levels of partners and months as columns."""

    def __init__(self, panel: pd.DataFrame, since: str) -> None:
        for name in _NEEDED:
            if name not in panel.columns:
                raise InputError(f"The panel has no column '{name}': it needs {', '.join(_NEEDED)}.")
        volume = panel["volume"].astype(float)
        if not np.isfinite(volume).all() or (volume < 0).any():
            raise InputError("The panel needs a volume of zero or more in every row: fill what is missing.")
        if not np.isfinite(panel["margin"].astype(float)).all():
            raise InputError("The panel needs a margin in every row: where nothing was sold it is zero.")
        if (panel.groupby("partner_id")["treated"].nunique(dropna=False) > 1).any():
            raise InputError("A partner is treated or it is not: write the same in all of its rows.")
        if panel.duplicated(["partner_id", "month"]).any():
            raise InputError("The panel names a partner twice in one month: add such rows up first.")
        # A partner or a month that never sold says nothing about ratios, and has no finite level.
        for name in ("partner_id", "month"):
            panel = panel[panel["volume"].astype(float).groupby(panel[name]).transform("sum") > 0]
        self._rows = panel
        self._volume = panel["volume"].to_numpy(dtype=np.float64)
        self._margin = panel["margin"].to_numpy(dtype=np.float64)
        self.treated = panel["treated"].to_numpy(dtype=np.float64)
        self.after = (panel["month"] >= since).to_numpy(dtype=np.float64)
        self._months = sorted(panel["month"].unique())
        self.before = [month for month in self._months if month < since]
        self._cluster = pd.factorize(panel["partner_id"])[0]
        self.sides = self._count(is_treated=True), self._count(is_treated=False)
        self._refuse(since)
        levels = [pd.get_dummies(panel["partner_id"]), pd.get_dummies(panel["month"], drop_first=True)]
        self._levels = np.column_stack([each.to_numpy(dtype=np.float64) for each in levels])

    def _refuse(self, since: str) -> None:
        if min(self.sides) < 2:
            raise InputError(
                f"Nobody to compare: the panel needs two partners or more whose terms changed in {since} "
                "and as many whose did not, all with volume."
            )
        for now, when in ((1, "since"), (0, "before")):
            for treated, whose in ((1, "changed"), (0, "did not change")):
                if not self._volume[(self.after == now) & (self.treated == treated)].any():
                    raise InputError(
                        f"Partners whose terms {whose} sold nothing {when} {since}: choose another month or "
                        "a longer window."
                    )
        if sum(self.sides) > MOST_PARTNERS:
            raise InputError(f"The panel has more than {MOST_PARTNERS:,} partners: narrow the scope.")

    def _count(self, *, is_treated: bool) -> int:
        return len(np.unique(self._cluster[self.treated == float(is_treated)]))

    def of_treated(self, mask: npt.NDArray[np.bool_]) -> _Sold:
        chosen = mask & (self.treated == 1)
        return _Sold(float(self._volume[chosen].sum()), float(self._margin[chosen].sum()))

    def fit(self, effects: Matrix) -> _Fit:
        """The regression on these columns, beside the levels."""
        columns, size = np.column_stack((effects, self._levels)), effects.shape[1]
        fit = fit_poisson(self._volume, columns)
        influence = fit.influence(self._volume, columns)[:, :size]
        return _Fit(fit.coefficients[:size], clustered(influence, self._cluster))

    def parallel_p(self) -> float | None:
        """The p-value that the treated moved alike before, in all parts of the months before at once."""
        parts = [part for part in np.array_split(np.array(self.before, dtype=object), BLOCKS) if len(part)]
        if len(parts) < 2:
            return None
        months = self._rows["month"]
        columns = [months.isin(part).to_numpy(dtype=np.float64) * self.treated for part in parts[:-1]]
        sold = [column for column in columns if self._volume[column == 1].any()]
        if not sold:
            return None
        fit = self.fit(np.column_stack((*sold, self.after * self.treated)))
        return fit.first(len(sold)).p_value(min(self.sides) - 1)

    def pulled_forward(self) -> tuple[float | None, float | None]:
        """How far the last month before stood out for the treated, and its p-value."""
        if len(self.before) < 3:
            return None, None
        last = (self._rows["month"] == self.before[-1]).to_numpy(dtype=np.float64) * self.treated
        if not self._volume[last == 1].any():
            return None, None
        fit = self.fit(np.column_stack((last, self.after * self.treated)))
        return float(np.expm1(fit.estimates[0])), fit.first(1).p_value(min(self.sides) - 1)


def _account(row: dict[str, Any], data: _Panel, confidence: float) -> Account:
    doubts = ["Assumed: without the change, both groups would have moved by the same factor."]
    if row["pre_trend_p"] is None:
        doubts.append("Too few months before to see whether trends were parallel.")
    elif row["pre_trend_p"] < _DOUBTFUL:
        doubts.append(
            f"Trends were not parallel before (p = {row['pre_trend_p']:.3f}): do not trust the effect."
        )
    if row["pulled_forward_p"] is not None and row["pulled_forward_p"] < _DOUBTFUL:
        way = "above" if row["pulled_forward"] > 0 else "below"
        doubts.append(
            f"In the last month before, volume was {abs(row['pulled_forward']):.0%} {way} the others: "
            "bookings may have been pulled forward or put off."
        )
    few = min(row["treated"], row["controls"])
    if few < _FEW:
        doubts.append(f"Only {counted(few, 'partner')} on one side: the interval is rough.")
    doubts.append("Who reaches a tier has grown: some of what follows may be a return to the usual.")
    needed = row["break_even_ratio"]
    pays = "no volume makes it pay." if needed is None else f"it pays from {needed - 1:+.1%}."
    return Account(
        did="Difference in differences in ratios: Poisson regression with levels for partners and months.",
        data=(
            f"{row['treated']} partners whose terms changed and {row['controls']} others, "
            f"{len(data.before)} months before."
        ),
        quality=(
            f"Volume changed by {row['volume_change']:+.1%} ({confidence:.0%} interval "
            f"{row['volume_lower']:+.1%} to {row['volume_upper']:+.1%}); {pays}"
        ),
        doubts=tuple(doubts),
    )
