"""The scale on which the spread of a series is about the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics_lib.models.series import Floats

WIDE = 2.0
"""A positive series whose largest value is so many times its smallest is looked at by its logarithm."""
LARGE = 100.0
"""Counts below it are looked at by their root."""


@dataclass(frozen=True)
class Scale:
    """As it is, by its root (counts spread like it), or by its logarithm (growth spreads like it)."""

    name: Literal["identity", "root", "logarithm"]

    @classmethod
    def of(cls, values: Floats, *, unit: float = 1.0) -> Scale:
        """The one that fits known values, in units of `unit`: the identity for what may be negative."""
        if not len(values) or values.min() < 0:
            return cls("identity")
        middle = float(np.median(values))
        # The root of a small count spreads evenly, its logarithm does not.
        is_small = middle * unit < LARGE and bool(
            np.all(np.abs(values * unit - np.round(values * unit)) < 1e-6)
        )
        if not is_small and values.min() > 0.1 * middle > 0 and values.max() > WIDE * values.min():
            return cls("logarithm")
        return cls("root")

    @property
    def is_positive(self) -> bool:
        """Whether no value below 0 can come back from it."""
        return self.name != "identity"

    def forward(self, values: Floats) -> Floats:
        """From values to the scale; what lies below its end is put there."""
        if self.name == "identity":
            return values
        if self.name == "root":
            return np.sqrt(np.maximum(values, 0.0))
        return np.log(np.maximum(values, np.finfo("float64").tiny))

    def back(self, values: Floats) -> Floats:
        """From the scale to values."""
        if self.name == "identity":
            return values
        return np.maximum(values, 0.0) ** 2 if self.name == "root" else np.exp(np.minimum(values, 700.0))

    def expected(self, values: Floats, errors: Floats) -> Floats:
        """The means of the values whose scaled ones spread around `values` as `errors` do (Duan 1983)."""
        if self.name == "identity":
            return values
        if self.name == "root":
            return np.maximum(values, 0.0) ** 2 + float(np.mean(errors**2))
        return self.back(values) * float(np.mean(np.exp(np.clip(errors, -50.0, 50.0))))
