"""Altair's charts without its checks and copies: ours are held against Vega-Lite's schema by their tests.

To check and copy every part each time that a chart is put together takes longer than to make it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, ParamSpec, TypeVar

import altair as alt
from altair.utils.schemapi import debug_mode

_P = ParamSpec("_P")
_R = TypeVar("_R")


def unchecked(draw: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, within which Altair takes what it is given as it is."""

    @wraps(draw)
    def drawn(*given: _P.args, **named: _P.kwargs) -> _R:
        with debug_mode(False):
            return draw(*given, **named)

    return drawn


class _Sure:
    """A chart that is checked only where somebody asks for it."""

    def to_dict(self, validate: bool = False, **options: Any) -> dict[str, Any]:
        spec: dict[str, Any] = super().to_dict(validate=validate, **options)  # type: ignore[misc]
        return spec


class Chart(_Sure, alt.Chart):
    """One mark."""


class Layers(_Sure, alt.LayerChart):
    """Several marks over each other."""


class Rows(alt.InlineData):
    """Rows that are drawn. Nobody changes them: charts that are copies of each other share them."""

    def __deepcopy__(self, _memo: object = None) -> Rows:
        return self


class Aside:
    """What goes with a chart for others than Vega-Lite: plain values, which Altair need not look through."""

    _schema: ClassVar[Mapping[str, str]] = {"type": "object"}

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def to_dict(self) -> dict[str, Any]:
        return self._values
