"""The Poisson regression against statsmodels, and where there is no answer."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.models import poisson
from analytics_lib.models.poisson import clustered, fit_poisson


@given(st.integers(0, 10_000), st.floats(-2, 2), st.sampled_from([0.3, 3.0, 200.0]))
def test_it_is_what_statsmodels_finds(seed: int, slope: float, size: float) -> None:
    chance = np.random.default_rng(seed)
    columns = np.column_stack((np.ones(300), chance.normal(0, 1, 300), chance.integers(0, 2, 300)))
    counts = chance.poisson(size * np.exp(slope * columns[:, 1] - 0.5 * columns[:, 2])).astype(float)
    if not counts.any():
        return
    cluster = chance.integers(0, 40, 300)
    cluster = np.unique(cluster, return_inverse=True)[1]
    fit = fit_poisson(counts, columns)
    other = sm.GLM(counts, columns, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    assert fit.coefficients == pytest.approx(other.params, abs=1e-5)
    robust = sm.GLM(counts, columns, family=sm.families.Poisson()).fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    groups = cluster.max() + 1
    errors = np.sqrt(np.diag(clustered(fit.influence(counts, columns), cluster)) * (groups - 1) / groups)
    assert errors == pytest.approx(robust.bse, rel=1e-4)


def test_levels_by_hand() -> None:
    columns = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    fit = fit_poisson(np.array([1.0, 3.0, 8.0]), columns)
    assert np.exp(fit.coefficients) == pytest.approx([2, 4])
    assert fit.expected == pytest.approx([2, 2, 8])


def test_columns_that_depend_on_each_other_share() -> None:
    counts, one = np.array([1.0, 3.0, 8.0]), np.ones(3)
    fit = fit_poisson(counts, np.column_stack((one, one)))
    assert fit.expected == pytest.approx([4, 4, 4])


def test_a_level_of_zeros_does_no_harm() -> None:
    columns = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    fit = fit_poisson(np.array([1.0, 3.0, 0.0, 0.0]), columns)
    assert np.exp(fit.coefficients[0]) == pytest.approx(2)
    assert fit.expected[2:] == pytest.approx([0, 0], abs=1e-6)


def test_what_does_not_settle_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poisson, "_MOST_STEPS", 1)
    with pytest.raises(InputError, match="do not settle"):
        fit_poisson(np.array([1.0, 3.0, 8.0]), np.ones((3, 1)))
