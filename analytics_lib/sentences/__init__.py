"""Sentences that are given the rows they speak of, so that they cannot say "rose" when it fell.

Direction, size and certainty are worded from the numbers of an answer, and from nothing else. Each function
takes a frame of `measure` or of a model and returns Markdown that notebooks display.
"""

from __future__ import annotations

from analytics_lib.sentences.causes import why
from analytics_lib.sentences.checks import checks
from analytics_lib.sentences.groups import leader, weakest
from analytics_lib.sentences.movement import headline, subtitle, summary
from analytics_lib.sentences.outlook import expected
from analytics_lib.sentences.prices import elasticity, tiers
from analytics_lib.sentences.prose import Prose
from analytics_lib.sentences.provenance import provenance

__all__ = [
    "Prose",
    "checks",
    "elasticity",
    "expected",
    "headline",
    "leader",
    "provenance",
    "subtitle",
    "summary",
    "tiers",
    "weakest",
    "why",
]
