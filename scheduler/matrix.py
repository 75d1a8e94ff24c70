"""Matrices: every combination of notebooks, periods, business models and partners, asked for together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

from analytics_lib.local_time import TimeFrame
from scheduler.formats import USUAL_FORMATS
from scheduler.limits import USUAL_LIMITS, Limits
from scheduler.periods import frame_of
from scheduler.places import USUAL_LOCALE
from scheduler.plan import EACH, Asked


@dataclass(frozen=True)
class Matrix:
    """Reports for every combination of notebooks, time frames, periods, business models, partners, and of
    the zones, currencies and locales in which they are read.

    `written_at` is the file and line where it begins, `lines` has those of its words as `Asked` does.
    """

    name: str
    written_at: str
    notebooks: tuple[str, ...]
    time_frames: tuple[str, ...] = ()
    periods: tuple[str, ...] = ("last",)
    business_models: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    zones: tuple[str, ...] = ("",)
    currencies: tuple[str, ...] = ("",)
    locales: tuple[str, ...] = (USUAL_LOCALE,)
    formats: tuple[str, ...] = USUAL_FORMATS
    limits: Limits = USUAL_LIMITS
    lines: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def asked(self, *, period: str = "", as_of: str = "") -> tuple[Asked, ...]:
        """What it asks for, in the matrix's own periods or in another period, which back-fills it.

        A period that fixes its time frame leaves out the reports of others: there may be none.
        """
        return tuple(
            Asked(
                notebooks=self.notebooks,
                time_frames=time_frames,
                period=each_period,
                as_of=as_of,
                business_models=self.business_models,
                partners=self.partners,
                zone=zone,
                currency=currency,
                locale=locale,
                formats=self.formats,
                limits=self.limits,
                asked_with=f"matrix {self.name}",
                written_at=self.written_at,
                lines=self.lines,
            )
            for each_period, zone, currency, locale in product(
                (period,) if period else self.periods, self.zones, self.currencies, self.locales
            )
            if (time_frames := self._time_frames_of(each_period))
        )

    def _time_frames_of(self, period: str) -> tuple[str, ...]:
        """Those of the time frames in which there are reports of a period."""
        fixed = frame_of(period)
        if fixed is None:
            return self.time_frames or (TimeFrame.MONTH.value,)
        is_wanted = not self.time_frames or {EACH, fixed.value} & set(self.time_frames)
        return (fixed.value,) if is_wanted else ()
