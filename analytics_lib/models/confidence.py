"""How sure an interval is meant to be."""

from __future__ import annotations

from statistics import NormalDist

from analytics_lib.errors import InputError


def upper_tail(confidence: float) -> float:
    """The probability below the upper end of an interval of this confidence, 0.975 for 0.95.

    Raises `InputError` for what is no share between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise InputError(f"The confidence {confidence!r} is no share: write one such as 0.95.")
    return (1 + confidence) / 2


def normal_quantile(confidence: float) -> float:
    """How many standard errors an interval of this confidence reaches to each side, 1.96 for 0.95."""
    return NormalDist().inv_cdf(upper_tail(confidence))
