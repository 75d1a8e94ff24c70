"""By how many percent demand changes when the price changes by one, and whether that is a cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.confidence import normal_quantile
from analytics_lib.models.experiment import randomised_slope
from analytics_lib.models.poisson import clustered, fit_poisson
from analytics_lib.models.threads import on_one_thread
from analytics_lib.models.wording import counted

WEAK = 10.0
"""A first-stage F under this makes an estimate by instruments unreliable (Staiger and Stock 1997)."""

FEW_CLUSTERS = 30

NOT_CAUSAL = "Not causal: prices react to demand, so this is no answer to what a price change would do."


@on_one_thread
def price_elasticity(
    observations: pd.DataFrame,
    *,
    price: str,
    bought: str | None = None,
    quantity: str | None = None,
    arm: str | None = None,
    instrument: str | Sequence[str] | None = None,
    controls: Sequence[str] = (),
    cluster: str | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The price elasticity of demand, by the best means that the data allow.

    `observations` have a row for each offer with a positive `price`, and one of `bought` (0 or 1) and
    `quantity` (not negative). `controls` are numbers, or names of which each gets its own level (such as
    the product); `cluster` names whose rows hang together (such as the visitor).

    - With `arm`, the lot that set the price: purchases follow the arms' part of the price alone, by a Poisson
      regression with log link (method "experiment"). Rows in no arm are left out.
    - With `instrument`, numbers that move the price and demand only through it: two-stage least squares on
      logarithms (Stock and Watson 12; method "instrument"), for quantities above zero.
    - With neither: least squares on logarithms, or the Poisson regression if there are zeros (method
      "association"), which is not causal.

    One row: `method`, `elasticity`, `standard_error`, `lower`, `upper` (at `confidence`, by the normal
    law), `n`, `clusters`, `first_stage_f` (None without a first stage), `is_causal`. `attrs` hold `account`.
    Raises `InputError` for columns and values that cannot serve.
    """
    if (bought is None) == (quantity is None):
        raise InputError("Demand is told by one column: name either bought or quantity.")
    if arm is not None and instrument is not None:
        raise InputError("An experiment needs no instrument: name either arm or instrument.")
    reach = normal_quantile(confidence)
    instruments = (instrument,) if isinstance(instrument, str) else tuple(instrument or ())
    named = [price, bought or quantity, *([arm] if arm else []), *instruments, *controls]
    data = _Data(observations, price, str(bought or quantity), [str(name) for name in named], cluster, arm)
    if bought is not None and not np.isin(data.demand, (0, 1)).all():
        raise InputError(f"The column '{bought}' must hold 0 and 1: name amounts as quantity.")
    if arm is not None:
        found = _experiment(data, arm, controls)
    elif instruments:
        found = _instrumented(data, instruments, controls)
    else:
        found = _associated(data, controls)
    return _told(found, data, confidence, reach)


@dataclass
class _Found:
    method: str
    estimate: float
    error: float
    did: str
    first_stage_f: float | None = None
    doubts: list[str] = field(default_factory=list)


class _Data:
    """The rows that can serve, as arrays."""

    def __init__(
        self,
        frame: pd.DataFrame,
        price: str,
        demand: str,
        named: list[str],
        cluster: str | None,
        arm: str | None,
    ) -> None:
        for name in (*named, *([cluster] if cluster else [])):
            if name not in frame.columns:
                raise InputError(
                    f"The observations have no column '{name}': name one of {', '.join(map(str, frame))}."
                )
        asked = frame if arm is None else frame[frame[arm].notna()]
        prices = _numbers(asked, price)
        kept = asked[named].notna().all(axis=1) & (prices > 0)
        if arm is not None:
            kept &= self._are_in_levels_that_buy(
                asked, demand, [n for n in named if n not in (price, demand)]
            )
        self.rows = asked[kept]
        self.left_out = len(frame) - len(self.rows)
        if len(self.rows) < 3:
            raise InputError(
                f"Only {len(self.rows)} observations can serve, with {', '.join(named)}, a price above "
                "zero and a product that somebody bought: ask for more."
            )
        self.log_price = np.log(prices[kept].to_numpy(dtype=np.float64))
        self.demand = _numbers(self.rows, demand).to_numpy(dtype=np.float64)
        if (self.demand < 0).any():
            raise InputError(f"The column '{demand}' holds a number below zero: demand has none.")
        if self.log_price.std() < 1e-12:
            raise InputError(f"The column '{price}' never changes: there is no elasticity without a change.")
        own = np.arange(len(self.rows)) if cluster is None else self._codes(self.rows[cluster])
        self.cluster: npt.NDArray[np.intp] = own
        self.is_clustered = cluster is not None
        if self.clusters < 2:
            raise InputError(f"All observations are of one '{cluster}': there is nothing to tell chance by.")

    @staticmethod
    def _are_in_levels_that_buy(frame: pd.DataFrame, demand: str, names: list[str]) -> pd.Series[bool]:
        # A product that nobody buys at any price says nothing about prices, and has no finite level.
        kept = pd.Series(True, index=frame.index)
        for name in names[1:]:
            if not pd.api.types.is_numeric_dtype(frame[name]):
                kept &= _numbers(frame, demand).groupby(frame[name]).transform("sum") > 0
        return kept

    @staticmethod
    def _codes(names: pd.Series[Any]) -> npt.NDArray[np.intp]:
        codes, known = pd.factorize(names)
        # Nobody knows whose the unnamed rows are: each is its own.
        unnamed = codes < 0
        codes[unnamed] = np.arange(len(known), len(known) + unnamed.sum())
        return codes

    @property
    def clusters(self) -> int:
        return int(self.cluster.max()) + 1

    def columns(self, names: Sequence[str]) -> npt.NDArray[np.float64]:
        """A constant, numbers as they are, and a column of 0 and 1 for each further name."""
        found = [np.ones((len(self.rows), 1))]
        for name in names:
            column = self.rows[name]
            if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
                found.append(column.to_numpy(dtype=np.float64)[:, None])
            else:
                found.append(pd.get_dummies(column.astype(str), drop_first=True).to_numpy(dtype=np.float64))
        return np.column_stack(found)


def _numbers(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    try:
        return frame[name].astype("Float64").astype(float)
    except (TypeError, ValueError):
        raise InputError(
            f"The column '{name}' holds what is no number: turn it into numbers first."
        ) from None


def _experiment(data: _Data, arm: str, controls: Sequence[str]) -> _Found:
    by_arm = pd.Series(data.demand, index=data.rows.index).groupby(data.rows[arm].astype(str)).sum()
    if len(by_arm) < 2:
        raise InputError(f"The column '{arm}' names fewer than two arms: there is nothing to compare.")
    if (by_arm == 0).any():
        raise InputError(
            f"Nobody bought in the arm {by_arm.index[by_arm == 0][0]}: wait for purchases in every arm."
        )
    slope = randomised_slope(
        data.demand, data.log_price, data.columns([arm])[:, 1:], data.columns(controls), data.cluster
    )
    did = (
        f"Purchases by the price that {len(by_arm)} arms drawn by lot made of it: Poisson regression with "
        f"log link{_beside(controls)}."
    )
    doubts = _weak(slope.first_stage_f, "The arms hardly move the price")
    return _Found("experiment", slope.estimate, slope.error, did, slope.first_stage_f, doubts)


def _instrumented(data: _Data, instruments: tuple[str, ...], controls: Sequence[str]) -> _Found:
    from linearmodels.iv import IV2SLS

    if (data.demand <= 0).any():
        raise InputError(
            "Two-stage least squares works on logarithms, which zeros have none of: add demand up to cells "
            "in which something was bought."
        )
    others, price = data.columns(controls), data.log_price[:, None]
    movers = data.columns(instruments)[:, 1:]
    how = {"cov_type": "clustered", "clusters": data.cluster} if data.is_clustered else {"cov_type": "robust"}
    try:
        found: Any = IV2SLS(np.log(data.demand), others, price, movers).fit(**how)
    except ValueError as error:
        raise InputError(
            f"The instrument {', '.join(instruments)} cannot tell price from demand: choose another or fewer "
            "controls."
        ) from error
    strength = float(found.first_stage.diagnostics["f.stat"].iloc[0]) / movers.shape[1]
    did = f"Two-stage least squares on logarithms, by {', '.join(instruments)}{_beside(controls)}."
    doubts = ["It is a cause only if the instrument moves demand through the price alone."]
    doubts += _weak(strength, "The instrument is weak")
    return _Found(
        "instrument", float(found.params.iloc[-1]), float(found.std_errors.iloc[-1]), did, strength, doubts
    )


def _associated(data: _Data, controls: Sequence[str]) -> _Found:
    import statsmodels.api as sm

    columns = np.column_stack((data.columns(controls), data.log_price))
    if not data.demand.any():
        raise InputError("Nobody bought anything: ask for a period with purchases.")
    if (data.demand > 0).all():
        how: dict[str, Any] = {"cov_type": "HC1"}
        if data.is_clustered:
            how = {"cov_type": "cluster", "cov_kwds": {"groups": data.cluster}}
        result, by = sm.OLS(np.log(data.demand), columns).fit(**how), "Least squares on logarithms"
        estimate, error = float(result.params[-1]), float(result.bse[-1])
    else:
        fit, by = fit_poisson(data.demand, columns), "Poisson regression with log link"
        influence = fit.influence(data.demand, columns)[:, -1:]
        estimate, error = (
            float(fit.coefficients[-1]),
            float(np.sqrt(clustered(influence, data.cluster)[0, 0])),
        )
    did = f"{by} of demand on price as it came{_beside(controls)}."
    return _Found("association", estimate, error, did, doubts=[NOT_CAUSAL])


def _beside(controls: Sequence[str]) -> str:
    return f", beside {', '.join(controls)}" if controls else ""


def _weak(strength: float, what: str) -> list[str]:
    return [] if strength >= WEAK else [f"{what}: F is {strength:.1f} in the first stage, under {WEAK:.0f}."]


def _told(found: _Found, data: _Data, confidence: float, reach: float) -> pd.DataFrame:
    half = reach * found.error
    doubts = list(found.doubts)
    if data.is_clustered and data.clusters < FEW_CLUSTERS:
        doubts.append(f"Only {counted(data.clusters, 'cluster')}: the interval is too narrow.")
    frame = pd.DataFrame(
        {
            "method": [found.method],
            "elasticity": [found.estimate],
            "standard_error": [found.error],
            "lower": [found.estimate - half],
            "upper": [found.estimate + half],
            "n": [len(data.rows)],
            "clusters": [data.clusters],
            "first_stage_f": pd.Series([found.first_stage_f], dtype=object),
            "is_causal": [found.method != "association"],
        }
    )
    left = f"; {counted(data.left_out, 'row')} left out" if data.left_out else ""
    account = Account(
        did=found.did,
        data=f"{counted(len(data.rows), 'observation')} in {counted(data.clusters, 'cluster')}{left}.",
        quality=f"{confidence:.0%} interval from {found.estimate - half:.2f} to {found.estimate + half:.2f}.",
        doubts=tuple(doubts),
    )
    return accounted(frame, account, confidence=confidence)
