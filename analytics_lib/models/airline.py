"""The airline model: a seasonal series that moves on from its last year and its last step.

Source: Box and Jenkins, Time Series Analysis, 1970, chapter 9: ARIMA(0,1,1)(0,1,1) on logarithms.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from analytics_lib.errors import InputError
from analytics_lib.models.account import Account, accounted
from analytics_lib.models.series import regular

_PRECISION = 1e-8


def airline_model(series: pd.Series[Any], season: int, *, logarithm: bool = True) -> pd.DataFrame:
    """The coefficients of the airline model, by exact maximum likelihood.

    `series` is as for `forecast`, positive where its `logarithm` is taken, and holds at least two seasons
    and two steps. The frame has a row for `theta` (the last step), `seasonal_theta` (the last season), both
    with the sign that puts a minus into the model's moving average, and `variance`, with `estimate` and
    `standard_error`; `attrs` has `log_likelihood` and `converged`. Raises `InputError`.
    """
    data = regular(series, season)
    if data.season < 2 or len(data.values) < 2 * data.season + 2:
        raise InputError(
            f"The airline model needs a season of two steps or more and two seasons of values: "
            f"{len(data.values)} values with a season of {season!r} are too few."
        )
    if logarithm and not np.nanmin(data.values) > 0:
        raise InputError("The series holds a value that is not positive: leave out its logarithm.")
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    values = np.log(data.values) if logarithm else data.values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether it converged is told below
        model = SARIMAX(values, order=(0, 1, 1), seasonal_order=(0, 1, 1, data.season))
        fitted = model.fit(disp=0, method="bfgs", gtol=_PRECISION, maxiter=500)
    frame = pd.DataFrame(
        {
            "coefficient": ["theta", "seasonal_theta", "variance"],
            "estimate": np.asarray(fitted.params),
            "standard_error": np.asarray(fitted.bse),
        }
    )
    converged = bool(np.isfinite(fitted.llf))
    account = Account(
        "ARIMA(0,1,1)(0,1,1) by exact maximum likelihood" + (", of logarithms." if logarithm else "."),
        f"{data.known:,} values with a season of {data.season} steps.",
        f"Log-likelihood {fitted.llf:.2f}.",
        () if converged else ("the likelihood has no maximum here.",),
    )
    return accounted(frame, account, log_likelihood=float(fitted.llf), converged=converged)
