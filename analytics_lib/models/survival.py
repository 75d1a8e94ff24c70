"""How long customers or partners stay, and what makes them leave sooner: Kaplan-Meier and Cox.

Whoever is still there at the end of what is known is censored, never dropped. E. L. Kaplan, P. Meier (1958);
bounds by the exponential Greenwood formula (J. D. Kalbfleisch, R. L. Prentice), D. R. Cox (1972) with ties
after B. Efron (1977); computed by lifelines.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.wording import counted

Floats = NDArray[np.float64]

EVERYBODY = "all"
FEW_ENDED = 10
"""A curve with fewer ends than this is told to be rough; a regression wants as many for each covariate."""

UNLIKELY = 0.05

CURVE = ("group", "time", "at_risk", "ended", "survival", "lower", "upper")
EFFECTS = ("covariate", "coefficient", "hazard_ratio", "standard_error", "z", "p", "lower", "upper")


def survival_curve(
    durations: ArrayLike,
    ended: ArrayLike,
    by: Iterable[Hashable] | None = None,
    *,
    smallest_group: int = 0,
) -> pd.DataFrame:
    """The share that is still there at each time, by Kaplan-Meier, for each group of `by` or for all.

    Takes how long each has been observed, in any unit, and whether it ended then (else it is censored). One
    row a group and time at which somebody ended or was censored, beginning at 0: `at_risk` just before,
    `ended` then, `survival` after it, and its 95 % bounds `lower` and `upper`, which are missing while nobody
    has ended. `attrs` has the account, and as `medians` the time by which half ended, by group: infinite
    where fewer have. Raises `InputError` for durations that cannot be.

    With a `smallest_group` above one, times are merged until no row tells of fewer who ended or were
    censored: a row is then about all since the one before, by its `time`. Survival is missing where it rests
    on fewer; groups that have fewer of either in all are left out, and out of the account. `attrs` has as
    `left_out` how many rows that cost.
    """
    times, ends = _observed(durations, ended)
    groups = np.array([EVERYBODY] * len(times) if by is None else list(by), dtype=object)
    if len(groups) != len(times):
        raise InputError("Groups and durations differ in number: name one group for each duration.")
    if pd.isna(groups).any():
        raise InputError("Some durations belong to no group: name one for each, such as 'unknown'.")
    curves, told, left_out = {}, np.ones(len(times), dtype=bool), 0
    for name in sorted(set(groups), key=str):
        of_group = groups == name
        whole = _kaplan_meier(times[of_group], ends[of_group])
        curve = merged(whole, smallest_group)
        left_out += len(whole) - len(curve)
        if curve.empty:
            told &= ~of_group
        else:
            curves[name] = curve.assign(group=name)
    frame = pd.concat(curves.values(), ignore_index=True) if curves else pd.DataFrame(columns=list(CURVE))
    if len(times) and not curves:
        account = Account("Withheld: it would be about too few.", "", "")
    else:
        account = _account(curves, int(told.sum()), int(ends[told].sum()))
    if curves and left_out:
        merging = f"Times are merged so that none tells of fewer than {smallest_group:,} who ended or stay."
        account = replace(account, doubts=(*account.doubts, merging))
    medians = {name: _median(curve) for name, curve in curves.items()}
    details = {"left_out": left_out} if smallest_group > 1 else {}
    return accounted(frame[list(CURVE)], account, medians=medians, **details)


def merged(curve: pd.DataFrame, few: int) -> pd.DataFrame:
    """A curve of one group with times merged so that no row tells of 1 to `few` - 1; empty if none can be."""
    if few < 2:
        return curve
    at_risk, ended = curve["at_risk"].to_numpy(np.int64), curve["ended"].to_numpy(np.int64)
    censored = at_risk - np.append(at_risk[1:], 0) - ended

    def tells_enough(begin: int, end: int) -> bool:
        return all(not 0 < part[begin:end].sum() < few for part in (ended, censored))

    if not tells_enough(0, len(curve)):
        return curve.iloc[:0]
    begins = [0]
    for place in range(1, len(curve)):
        if tells_enough(begins[-1], place):
            begins.append(place)
    # What remains at the end goes with the rows before, so that the sums are those of the account.
    while not tells_enough(begins[-1], len(curve)):
        begins.pop()
    steps = curve.iloc[np.append(begins[1:], len(curve)) - 1].reset_index(drop=True)
    steps["at_risk"], steps["ended"] = at_risk[begins], np.add.reduceat(ended, begins)
    # The last few there are each a step of their own, even within a row about more.
    is_told = (at_risk[np.append(begins[1:], len(curve)) - 1] >= few) | (steps["ended"] == 0)
    for name in ("survival", "lower", "upper"):
        steps[name] = steps[name].where(is_told)
    return steps


def survival_regression(
    frame: pd.DataFrame, duration: str, ended: str, covariates: Sequence[str]
) -> pd.DataFrame:
    """What goes with leaving sooner or later, by Cox's proportional hazards: one row a covariate.

    `coefficient` is the logarithm of `hazard_ratio`, the factor by which one unit more of the covariate
    multiplies the risk of ending at any time, others being equal; `lower` and `upper` are 95 % bounds of the
    ratio, `p` tests a ratio of 1. `attrs` has the account, `log_likelihood` (partial) and `concordance`.

    Raises `InputError` for covariates that are missing, no numbers, never differ or repeat each other, and
    where nobody ended.
    """
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning

    rows = _covered(frame, duration, ended, covariates)
    fitter = CoxPHFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fitter.fit(rows, duration_col=duration, event_col=ended)
            bent = _not_proportional(fitter, rows)
        except (ConvergenceError, ConvergenceWarning, np.linalg.LinAlgError):
            raise InputError(
                f"No regression on {', '.join(covariates)} comes to rest: leave out covariates that repeat "
                "each other or part those who ended from the others."
            ) from None
    found = fitter.summary.loc[list(covariates)]
    effects = pd.DataFrame(
        {
            "covariate": list(covariates),
            "coefficient": found["coef"].to_numpy(float),
            "hazard_ratio": found["exp(coef)"].to_numpy(float),
            "standard_error": found["se(coef)"].to_numpy(float),
            "z": found["z"].to_numpy(float),
            "p": found["p"].to_numpy(float),
            "lower": found["exp(coef) lower 95%"].to_numpy(float),
            "upper": found["exp(coef) upper 95%"].to_numpy(float),
        },
        columns=list(EFFECTS),
    )
    concordance = float(fitter.concordance_index_)
    account = Account(
        did=f"What goes with ending sooner, by Cox's proportional hazards on {', '.join(covariates)}.",
        data=f"{len(rows):,} observed, {int(rows[ended].sum()):,} of whom ended.",
        quality=f"Of two of them, it tells who ends first in {concordance:.0%} of cases (50 % by chance), on "
        "the same data that it was fitted to.",
        doubts=_doubts(int(rows[ended].sum()), len(covariates), bent),
    )
    return accounted(effects, account, log_likelihood=float(fitter.log_likelihood_), concordance=concordance)


def _kaplan_meier(times: Floats, ends: NDArray[np.bool_]) -> pd.DataFrame:
    from lifelines import KaplanMeierFitter

    fitter = KaplanMeierFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(times, ends, label="survival")
    table = fitter.event_table
    bounds = fitter.confidence_interval_survival_function_
    is_certain = table["observed"].cumsum().to_numpy() == 0
    return pd.DataFrame(
        {
            "time": table.index.to_numpy(float),
            "at_risk": table["at_risk"].to_numpy(np.int64),
            "ended": table["observed"].to_numpy(np.int64),
            "survival": fitter.survival_function_["survival"].to_numpy(float),
            "lower": np.where(is_certain, np.nan, bounds.iloc[:, 0].to_numpy(float)),
            "upper": np.where(is_certain, np.nan, bounds.iloc[:, 1].to_numpy(float)),
        }
    )


def _median(curve: pd.DataFrame) -> float:
    """The first time by which half ended, infinite if fewer have."""
    by_then = curve.loc[curve["survival"] <= 0.5, "time"]
    return float(by_then.iloc[0]) if len(by_then) else float("inf")


def _account(curves: Mapping[Hashable, pd.DataFrame], observed: int, ended: int) -> Account:
    if not curves:
        return Account("Nobody was observed, so there is no curve.", "", "")
    by_group = {name: int(curve["ended"].sum()) for name, curve in curves.items()}
    staying = "; the others are still there when the data end" if ended < observed else ""
    return Account(
        did="Share still there by time since the beginning, by Kaplan-Meier with 95 % bounds.",
        data=f"{observed:,} in {counted(len(curves), 'group')}, {ended:,} of whom ended{staying}.",
        quality="An estimate of what was seen, without a model to test.",
        doubts=tuple(
            f"Only {number:,} of group {name} ended, so its curve is rough."
            for name, number in by_group.items()
            if number < FEW_ENDED
        ),
    )


def _observed(durations: ArrayLike, ended: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    try:
        times = np.asarray(durations, dtype=float).ravel()
        ends = np.asarray(ended, dtype=float).ravel()
    except (TypeError, ValueError):
        raise InputError(
            "Durations must be numbers, and what tells whether they ended true or false."
        ) from None
    if len(times) != len(ends):
        raise InputError("Durations and ends differ in number: say of each duration whether it ended.")
    if not (np.isfinite(times).all() and (times >= 0).all()):
        raise InputError("Durations must be numbers of 0 or more: leave out those that are not known.")
    if not np.isin(ends, (0.0, 1.0)).all():
        raise InputError("Whether a duration ended must be true or false, or 1 or 0.")
    return times, ends == 1.0


def _covered(frame: pd.DataFrame, duration: str, ended: str, covariates: Sequence[str]) -> pd.DataFrame:
    """The columns that the regression reads, as numbers, once nothing speaks against it."""
    if not covariates:
        raise InputError("A regression needs a covariate: name at least one column.")
    for name in (duration, ended, *covariates):
        if name not in frame.columns:
            raise InputError(f"The frame has no column '{name}': name the one that is meant.")
    times, ends = _observed(frame[duration], frame[ended])
    if not ends.any():
        raise InputError("Nobody ended, so nothing can be said of what makes them: give more history.")
    rows = pd.DataFrame({duration: times, ended: ends.astype(int)})
    for name in covariates:
        try:
            rows[name] = frame[name].to_numpy(dtype=float)
        except (TypeError, ValueError):
            raise InputError(
                f"The covariate '{name}' is no number: give one column of 0 and 1 for each of its values."
            ) from None
        if not np.isfinite(rows[name]).all():
            raise InputError(f"The covariate '{name}' is missing in some rows: leave these out first.")
        if rows[name].nunique() < 2:
            raise InputError(f"The covariate '{name}' is the same in all rows: leave it out.")
    return rows


def _not_proportional(fitter: Any, rows: pd.DataFrame) -> dict[str, float]:
    """Covariates whose effect changes over time, with the p of the test of their Schoenfeld residuals."""
    from lifelines.statistics import proportional_hazard_test

    tested = proportional_hazard_test(fitter, rows, time_transform="rank").summary["p"]
    return {str(name): float(p) for name, p in tested.items() if p < UNLIKELY}


def _doubts(ended: int, covariates: int, bent: dict[str, float]) -> tuple[str, ...]:
    doubts = [
        f"The effect of {name} changes over time (p = {p:.3f}), so one ratio for all times misleads."
        for name, p in bent.items()
    ]
    if ended < FEW_ENDED * covariates:
        doubts.append(f"Only {ended} ended, for {covariates} covariates; ten for each are wanted.")
    doubts.append("What goes with leaving need not be what causes it.")
    return tuple(doubts)
