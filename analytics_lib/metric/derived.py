"""Metrics worked out from others, after each of these was counted by its own timestamp."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from analytics_lib.metric.definition import Definition


@dataclass(frozen=True, kw_only=True, eq=False)
class Sum(Definition):
    """Metrics added and subtracted after each was counted by its own timestamp."""

    plus: tuple[Definition, ...]
    minus: tuple[Definition, ...] = ()

    @property
    def parts(self) -> tuple[Definition, ...]:
        return self.plus + self.minus

    @property
    def is_additive(self) -> bool:
        return all(part.is_additive for part in self.parts)

    @property
    def formula(self) -> str:
        added = " + ".join(part.name for part in self.plus)
        return added + "".join(f" − {part.name}" for part in self.minus)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratio(Definition):
    """One metric over another, divided last; a zero below gives no number.

    `times` scales the quotient, where the parts count halves or hundredths.
    """

    top: Definition
    bottom: Definition
    times: Fraction = Fraction(1)

    @property
    def parts(self) -> tuple[Definition, ...]:
        return (self.top, self.bottom)

    @property
    def formula(self) -> str:
        scaled = "" if self.times == 1 else f" × {self.times}"
        return f"{self.top.name} ÷ {self.bottom.name}{scaled}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Share(Definition):
    """A group's part of the total over all groups of the same answer.

    With `within` it is the part of the total over the groups of the same value in that dimension, as far
    as the answer is cut by it.
    """

    of: Definition
    within: str | None = None

    @property
    def parts(self) -> tuple[Definition, ...]:
        return (self.of,)

    @property
    def formula(self) -> str:
        alike = "" if self.within is None else f" of the same {self.within}"
        return f"{self.of.name} ÷ {self.of.name} of all groups{alike}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Shrunk(Definition):
    """A mean pulled towards that of all groups of the same answer, the more so the fewer it rests on.

    (weight · m + top) ÷ (weight + bottom), with m the mean over all groups: a ranking by it is not won
    by whoever has one lucky rating. Without groups it is the plain mean.
    """

    top: Definition
    bottom: Definition
    weight: int

    @property
    def parts(self) -> tuple[Definition, ...]:
        return (self.top, self.bottom)

    @property
    def formula(self) -> str:
        mean = f"({self.top.name} ÷ {self.bottom.name} of all groups)"
        return f"({self.weight} × {mean} + {self.top.name}) ÷ ({self.weight} + {self.bottom.name})"
