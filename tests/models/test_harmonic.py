"""Harmonic regression: what is shared between the beginnings of a history is what each would find alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib.models.harmonic import (
    EFFECT_RIDGE,
    ORDINARY,
    RIDGE,
    Designs,
    HarmonicRegression,
    Smoothing,
    robust_coefficients,
    smoothings,
)
from analytics_lib.models.scales import Scale
from analytics_lib.models.series import Floats

SEASONS = (7.0, 40.0)
TOTAL = 260


def made(seed: int) -> tuple[Floats, Floats]:
    """A history with a week, a longer cycle, growth and rare events, and the column of these."""
    draws = np.random.default_rng(seed)
    step = np.arange(TOTAL)
    events = (draws.random(TOTAL) < 0.05).astype("float64")
    values = 50 + 5 * (step % 7 == 2) + 9 * np.sin(step / 40 * 2 * np.pi) + 0.05 * step + 20 * events
    return values + draws.standard_t(3, TOTAL), events[:, None]


def columns(length: int, effects: Floats | None) -> tuple[Floats, Floats]:
    """The columns as a textbook has them, a trend over the history itself among them, and their penalties."""
    step = np.arange(TOTAL, dtype="float64")
    found = [np.ones(TOTAL), *((step % 7 == place).astype("float64") for place in range(1, 7))]
    for wave in range(1, 7):
        found += [np.sin(2 * np.pi * wave * step / 40), np.cos(2 * np.pi * wave * step / 40)]
    if length >= 100:
        found.append((step - length / 2) / length)
    penalty = [0.0] + [RIDGE] * (len(found) - 1)
    if effects is not None:
        found.append(effects[:, 0])
        penalty.append(EFFECT_RIDGE)
    return np.column_stack(found), np.array(penalty)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 99), lengths=st.lists(st.integers(60, 250), min_size=1, max_size=4), has=st.booleans()
)
def test_every_beginning_is_fitted_as_if_it_were_alone(seed: int, lengths: list[int], has: bool) -> None:
    values, effects = made(seed)
    shared = Designs(TOTAL, SEASONS, effects)
    for length in lengths:
        steps = shared.of(length, TOTAL, has_effects=has)
        ours = steps.columns @ np.linalg.solve(steps.normal, steps.columns[:length].T @ values[:length])
        textbook, penalty = columns(length, effects if has else None)
        stacked = np.vstack([textbook[:length], np.diag(np.sqrt(penalty))])
        targets = np.concatenate([values[:length], np.zeros(len(penalty))])
        theirs = textbook @ np.linalg.lstsq(stacked, targets, rcond=None)[0]
        assert ours == pytest.approx(theirs, rel=1e-8)


@settings(max_examples=25)
@given(seed=st.integers(0, 99), length=st.integers(60, 250))
def test_huber_weights_are_those_of_all_steps(seed: int, length: int) -> None:
    values, effects = made(seed)
    values[20] += 1_000
    steps = Designs(TOTAL, SEASONS, effects).of(length, TOTAL)
    known, target = steps.columns[:length], values[:length]
    penalty = steps.normal - known.T @ known
    weights = np.ones(length)
    for _ in range(6):
        weighed = known.T * weights
        expected = np.linalg.solve(weighed @ known + penalty, weighed @ target)
        residuals = target - known @ expected
        size = 1.4826 * np.median(np.abs(residuals - np.median(residuals)))
        weights = np.minimum(1.0, ORDINARY * size / np.abs(residuals))
        weights[effects[:length, 0] > 0] = 1.0
    assert known @ robust_coefficients(steps, target) == pytest.approx(known @ expected, rel=1e-6)


def test_forecasts_of_one_history_do_not_depend_on_what_was_asked_before() -> None:
    values, effects = made(3)
    scale = Scale.of(values)
    shared = HarmonicRegression(TOTAL, SEASONS, effects)
    for length in (120, 240, 80):
        for is_robust in (False, True):
            alone = HarmonicRegression(TOTAL, SEASONS, effects)
            options = {"is_robust": is_robust, "has_effects": True}
            (said,) = shared.forecasts([values[:length]], 20, scale, **options)
            (theirs,) = alone.forecasts([values[:length]], 20, scale, **options)
            assert said == pytest.approx(theirs, rel=1e-9)


@settings(max_examples=25)
@given(seed=st.integers(0, 999), lengths=st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_series_smoothed_together_are_smoothed_as_if_alone(seed: int, lengths: list[int]) -> None:
    random = np.random.default_rng(seed)
    series = [random.normal(size=length).cumsum() for length in lengths]
    for found, values in zip(smoothings(series), series, strict=True):
        alone = smoothed_by_hand(found.rate, values)
        assert found.level == pytest.approx(alone.level, abs=1e-9)
        assert found.errors == pytest.approx(alone.errors, abs=1e-9)
        assert all(
            found.errors @ found.errors <= other.errors @ other.errors * (1 + 1e-9)
            for other in (smoothed_by_hand(rate, values) for rate in (0.0, 0.01, 0.1, 0.3, 0.8))
        )


def smoothed_by_hand(rate: float, values: Floats) -> Smoothing:
    level, errors = 0.0, []
    for value in values:
        errors.append(value - level)
        level += rate * (value - level)
    return Smoothing(rate, level, np.array(errors))
