"""Our models against the plain use of the libraries that do the same, in one run.

    python benchmarks/models_against_libraries.py
    python benchmarks/models_against_libraries.py --months 8 --days 2 --rounds 1

A line each: milliseconds of ours, of theirs, and the ratio, ours over theirs, below 1 where ours is faster.
Both are asked in turn, on the same input, on one thread, after a rehearsal that is not timed and that imports
the libraries; the figures are medians. What is held beside the clock differs:

- Forecasts: 16 series by month and 6 of 1,000 days, of which the last year and the last four weeks are held
  out. Ours tries its methods from past origins and gives intervals of 80 and 95 %; theirs are models of
  `statsforecast` with its conformal intervals, from the two windows it takes by itself. Answers differ, so
  the error (MASE) and what intervals held stand below. Each series is asked about once; medians over series.
- Lifetime value, survival, elasticity: the estimates agree, which is checked before the clock. Of purchases
  and spending the log-likelihoods are compared, by their formula: above 0 ours is the better maximum. Ours
  fits a second time too, without the last days, to say how good it is.
- Anomalies: ours expects each day from the days before it alone; theirs takes week and trend out of all days
  at once (STL, robust) and holds the rest against its median absolute deviation. How many of the planted
  events are found, and how many episodes are called a year where nothing was planted, stands below.

Goals: no slower than the library where both do the same; forecasts no worse than the best of theirs.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from analytics_lib.models.accuracy import coverage, mase
from analytics_lib.models.anomalies import anomalies
from analytics_lib.models.elasticity import price_elasticity
from analytics_lib.models.forecast import forecast
from analytics_lib.models.lifetime_value import lifetime_value
from analytics_lib.models.repeat_purchases import fit_beta_geometric_nbd
from analytics_lib.models.spending import fit_gamma_gamma
from analytics_lib.models.survival import survival_curve, survival_regression
from benchmarks.model_inputs import SPIKE, SWELL, days, lasting, months, purchases, quotes
from tests.models.cdnow import transactions

LEVELS = (80, 95)
THRESHOLD = 4.0
APART = 7
"""Days between two calls that are two episodes."""


def seconds(ask: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    answer = ask()
    return time.perf_counter() - start, answer


def show(what: str, ours: float, theirs: float, beside: str = "") -> None:
    """Print one comparison, in milliseconds."""
    print(f"{what:<66}{1_000 * ours:>9.1f}{1_000 * theirs:>9.1f}{ours / theirs:>8.2f}  {beside}", flush=True)


def in_turn(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """The medians of both, after a rehearsal."""
    ours(), theirs()
    times = [(seconds(ours)[0], seconds(theirs)[0]) for _ in range(rounds)]
    return statistics.median(each[0] for each in times), statistics.median(each[1] for each in times)


# Forecasts


def theirs_of(models: Sequence[Any], history: pd.Series[Any], horizon: int) -> dict[str, pd.DataFrame]:
    """The frame of each model of `statsforecast`, with the names of ours, as its readers are told to ask."""
    from statsforecast import StatsForecast
    from statsforecast.utils import ConformalIntervals

    table = pd.DataFrame({"unique_id": "one", "ds": np.arange(len(history)), "y": history.to_numpy()})
    said = StatsForecast(models=list(models), freq=1, n_jobs=1).forecast(
        df=table,
        h=horizon,
        level=list(LEVELS),
        prediction_intervals=ConformalIntervals(h=horizon, n_windows=2),
    )
    found = {}
    for name in map(repr, models):
        ends = {f"{name}-{end}-{at}": f"{word}_{at}" for end, word in _ENDS for at in LEVELS}
        found[name] = said.rename(columns={name: "mean", **ends})[["mean", *ends.values()]]
    if len(found) > 1:
        found["the mean of theirs"] = sum(found.values()) / len(found)
    return found


_ENDS = (("lo", "lower"), ("hi", "upper"))


def forecasts(
    what: str, series: Sequence[pd.Series[Any]], horizon: int, season: Any, rivals: Sequence[Sequence[Any]]
) -> None:
    """The times of ours and of each set of their models, and how good all were."""
    times: dict[str, list[float]] = defaultdict(list)
    said: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for number, whole in enumerate([series[0], *series]):
        history = whole.iloc[:-horizon]
        taken, frame = seconds(partial(forecast, history, horizon, season, LEVELS))
        if number:
            times["ours"].append(taken)
            said["ours"].append(frame)
        for models in rivals:
            taken, frames = seconds(partial(theirs_of, models, history, horizon))
            if number:
                times[" + ".join(map(repr, models))].append(taken)
                for name, each in frames.items():
                    said[name].append(each)
    middle = {name: statistics.median(each) for name, each in times.items()}
    for name in list(middle)[1:]:
        show(f"forecast of {what}, against {name}", middle["ours"], middle[name], "a series")
    cycle = season if isinstance(season, int) else season[0]
    print(f"    held out {horizon} steps of {len(series)} series:   MASE   80 % held   95 % held")
    for name, frames in said.items():
        print(f"      {name:<38}{_goodness(series, frames, horizon, cycle)}")


def _goodness(
    series: Iterable[pd.Series[Any]], frames: Iterable[pd.DataFrame], horizon: int, cycle: int
) -> str:
    errors: list[Any] = []
    held: dict[int, list[Any]] = {level: [] for level in LEVELS}
    for whole, said in zip(series, frames, strict=True):
        actual = whole.iloc[-horizon:]
        errors.append(mase(actual, said["mean"], whole.iloc[:-horizon], cycle))
        for level in LEVELS:
            held[level].append(coverage(actual, said[f"lower_{level}"], said[f"upper_{level}"]))
    return f"{np.mean(errors):6.3f}" + "".join(f"{np.mean(each):11.1%} " for each in held.values())


# Customers


def their_values(rows: pd.DataFrame) -> tuple[Any, Any, pd.DataFrame]:
    """BG/NBD and Gamma-Gamma by `lifetimes`, and the year ahead by both."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    known = summary_data_from_transaction_data(
        rows, "customer_id", "date", "value", freq="D", freq_multiplier=7
    )
    x, t_x, age, value = (known[name] for name in ("frequency", "recency", "T", "monetary_value"))
    buying = BetaGeoFitter().fit(x, t_x, age)
    back = known[(x > 0) & (value > 0)]
    spending = GammaGammaFitter().fit(back["frequency"], back["monetary_value"])
    spending.customer_lifetime_value(buying, x, t_x, age, value, time=12, discount_rate=0.008, freq="W")
    return buying, spending, known


def lifetime_values(what: str, rows: pd.DataFrame, rounds: int) -> None:
    """The time for a thousand customers, and the two likelihoods."""
    buying, spending, known = their_values(rows)
    back = known[(known["frequency"] > 0) & (known["monetary_value"] > 0)]
    ours = fit_beta_geometric_nbd(known["frequency"], known["recency"], known["T"])
    our_spending = fit_gamma_gamma(back["frequency"], back["monetary_value"])
    seen = (known["frequency"], known["recency"], known["T"])
    gained = _log_likelihood(buying, (ours.r, ours.alpha, ours.a, ours.b), *seen)
    gained -= _log_likelihood(buying, buying.params_, *seen)
    found = (our_spending.p, our_spending.q, our_spending.gamma)
    gained_spending = _log_likelihood(spending, found, back["frequency"], back["monetary_value"])
    gained_spending -= _log_likelihood(spending, spending.params_, back["frequency"], back["monetary_value"])
    frame = lifetime_value(rows, horizon=52, discount=0.1)
    assert (frame["frequency"].to_numpy() == known["frequency"].to_numpy()).all()
    assert gained > -0.01
    assert gained_spending > -0.01
    mine, other = in_turn(
        lambda: lifetime_value(rows, horizon=52, discount=0.1), lambda: their_values(rows), rounds
    )
    thousand = len(known) / 1_000
    beside = f"log-likelihood {gained:+.4f} (purchases), {gained_spending:+.4f} (spending)"
    show(f"lifetime value of 1,000 customers, {what}", mine / thousand, other / thousand, beside)


def _log_likelihood(fitter: Any, parameters: Any, *seen: Any) -> float:
    """By their own formula, which gives the mean over customers with the other sign."""
    return float(
        -fitter._negative_log_likelihood(np.log([*parameters]), *seen, np.ones(len(seen[0])), 0.0)
    ) * len(seen[0])


def survival(rounds: int) -> None:
    """A curve and a regression, against `lifelines`."""
    from lifelines import CoxPHFitter, KaplanMeierFitter

    rows = lasting(20_000)

    def their_curve() -> Any:
        return KaplanMeierFitter().fit(rows["duration"], rows["ended"])

    def their_regression() -> Any:
        return CoxPHFitter().fit(rows, "duration", "ended")

    ours, theirs = survival_curve(rows["duration"], rows["ended"]), their_curve()
    assert np.allclose(ours["survival"], theirs.survival_function_["KM_estimate"].loc[ours["time"]])
    times = in_turn(lambda: survival_curve(rows["duration"], rows["ended"]), their_curve, rounds)
    show("survival curve of 20,000, against KaplanMeierFitter", *times, "same curve")

    def our_regression() -> pd.DataFrame:
        return survival_regression(rows, "duration", "ended", ["first", "second"])

    assert np.allclose(our_regression()["coefficient"], their_regression().params_, atol=1e-6)
    times = in_turn(our_regression, their_regression, rounds)
    show(
        "survival regression of 20,000, against CoxPHFitter",
        *times,
        "same coefficients; ours also tests them",
    )


# Anomalies


def by_stl(series: pd.Series[Any]) -> Any:
    """Which days lie beyond the threshold of what STL leaves over."""
    from statsmodels.tsa.seasonal import STL

    rest = STL(series, period=7, robust=True).fit().resid
    middle = rest.median()
    return ((rest - middle).abs() > THRESHOLD * 1.4826 * (rest - middle).abs().median()).to_numpy()


def by_ours(series: pd.Series[Any]) -> Any:
    return anomalies(series, (7, 365.25), threshold=THRESHOLD)["is_anomaly"].to_numpy()


def unusual(count: int) -> None:
    """The time of both over series in which something was planted, and what they call."""
    planted, plain = days(count, planted=True), days(count)
    by_ours(plain[0]), by_stl(plain[0])
    times = [(seconds(partial(by_ours, each))[0], seconds(partial(by_stl, each))[0]) for each in planted]
    mine, other = (statistics.median(each) for each in zip(*times, strict=True))
    show("anomalies of 1,000 days, against STL and MAD", mine, other, "a series")
    print(f"    {count} series:                  day found   fortnight found   episodes a year without event")
    for name, find in (("ours", by_ours), ("STL and MAD", by_stl)):
        called = [find(each) for each in planted]
        spikes, swells = sum(each[SPIKE] for each in called), sum(each[SWELL].any() for each in called)
        often = np.mean([episodes(find(each)) for each in plain]) * 365.25 / 1_000
        print(f"      {name:<30}{spikes:>8}{swells:>15}{often:>22.1f}")


def episodes(called: Any) -> int:
    places = np.flatnonzero(called)
    return 0 if not len(places) else 1 + int((np.diff(places) > APART).sum())


# Prices


def elasticities(rounds: int) -> None:
    """Demand on price, with errors by visitor, against `statsmodels`."""
    import statsmodels.api as sm

    rows = quotes(20_000)
    levels = pd.get_dummies(rows["product"], drop_first=True).to_numpy(float)
    log_price, bought = np.log(rows["price"].to_numpy()), rows["bought"].to_numpy(float)
    arms = pd.get_dummies(rows["arm"], drop_first=True).to_numpy(float)
    clusters = {"cov_type": "cluster", "cov_kwds": {"groups": rows["visitor"].to_numpy()}}

    def glm(slope: Any) -> Any:
        columns = sm.add_constant(np.column_stack((slope, levels)))
        return sm.GLM(bought, columns, family=sm.families.Poisson()).fit(**clusters)

    def their_experiment() -> Any:
        first = sm.OLS(log_price, sm.add_constant(np.column_stack((arms, levels)))).fit()
        return glm(arms @ first.params[1 : 1 + arms.shape[1]])

    def ours(**how: Any) -> pd.DataFrame:
        asked = {"price": "price", "bought": "bought", "controls": ("product",), "cluster": "visitor"}
        return price_elasticity(rows, **asked, **how)  # type: ignore[arg-type]  # names and their words

    for what, mine, theirs in (
        ("as prices came, against GLM", ours, lambda: glm(log_price)),
        ("by experiment, against OLS and GLM", lambda: ours(arm="arm"), their_experiment),
    ):
        found, other = mine().iloc[0], theirs()
        assert np.isclose(found["elasticity"], other.params[1], atol=1e-5)
        beside = f"both {other.params[1]:.4f}, error {found['standard_error']:.4f} and {other.bse[1]:.4f}"
        show(f"elasticity of 20,000 quotes {what}", *in_turn(mine, theirs, rounds), beside)


def main() -> None:
    """Print all comparisons."""
    options = argparse.ArgumentParser(description="our models against the libraries' plain use, as ratios")
    options.add_argument("--months", type=int, default=16, help="how many monthly series")
    options.add_argument("--days", type=int, default=6, help="how many daily series")
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'milliseconds':<66}{'ours':>9}{'theirs':>9}{'ratio':>8}")
    with threadpool_limits(limits=1):
        from statsforecast.models import MSTL, AutoARIMA, AutoETS, AutoTheta

        monthly = [AutoETS(season_length=12), AutoARIMA(season_length=12), AutoTheta(season_length=12)]
        forecasts("months", months(given.months), 12, 12, [monthly])
        daily: list[list[Any]] = [[AutoETS(season_length=7)], [MSTL(season_length=[7, 365])]]
        forecasts("days", days(given.days), 28, (7, 365.25), daily)
        cdnow = transactions()
        cdnow = cdnow.assign(date=pd.to_datetime(cdnow["date"]))
        lifetime_values("CDNOW", cdnow, given.rounds)
        lifetime_values("20,000 made ones", purchases(20_000), given.rounds)
        survival(given.rounds)
        unusual(given.days)
        elasticities(given.rounds)


if __name__ == "__main__":
    main()
