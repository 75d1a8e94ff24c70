"""The removal effects of a Markov chain that ends in one of two ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import numpy as np
from numpy.typing import NDArray


class Edge(Enum):
    """Where ways begin, and where they end."""

    START = "start"
    CONVERTED = "converted"
    GIVEN_UP = "given up"


State = str | Edge
Steps = Mapping[tuple[State, State], int]
"""(from, to) -> how often a way took this step."""


def conversions(steps: Steps) -> int:
    """How many ways ended with one."""
    return sum(count for (_, to), count in steps.items() if to is Edge.CONVERTED)


def credits_of(steps: Steps) -> dict[str, float]:
    """State -> the conversions that it is credited with, in proportion to its removal effect.

    Source: Anderl, Becker, von Wangenheim and Schumann (2016), IJRM 33, 457-474.
    """
    states = sorted({state for step in steps for state in step if isinstance(state, str)})
    converted = conversions(steps)
    if not converted:
        return dict.fromkeys(states, 0.0)
    lost = _lost(steps, states)
    return dict(zip(states, (converted * lost / lost.sum()).tolist(), strict=True))


def _lost(steps: Steps, states: Sequence[str]) -> NDArray[np.float64]:
    """How much of the chance to convert is lost without each state: the chance to reach it, times that to
    convert from there."""
    size = len(states)
    # One row a state and one for the start, one column a state and one each for the two ends.
    places: dict[State, int] = {Edge.START: size, Edge.CONVERTED: size, Edge.GIVEN_UP: size + 1}
    places.update({state: index for index, state in enumerate(states)})
    counts = np.zeros((size + 1, size + 2))
    for (since, to), count in steps.items():
        counts[places[since], places[to]] += count
    moves = counts / counts.sum(axis=1, keepdims=True)
    visits = np.linalg.inv(np.eye(size) - moves[:size, :size])
    reached = (moves[size, :size] @ visits) / np.diag(visits)
    return np.asarray(reached * (visits @ moves[:size, size]))
