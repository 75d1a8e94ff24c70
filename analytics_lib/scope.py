"""What was asked, for when and for whom, validated at birth.

A `Scope` is a period with the moment it is looked at from (`as_of`), the business models and the
partners. No function of the library takes a start, an end and a business model apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.local_time import (
    FINER,
    HOUR,
    Bucket,
    TimeFrame,
    buckets,
    segments,
    to_instant,
    to_local,
)
from analytics_lib.period import Comparison, Period

_T = TypeVar("_T")


class BusinessModel(StrEnum):
    """How a booking was sold: directly, through an agency or operator, or through a reseller."""

    B2C = "b2c"
    B2B = "b2b"
    B2B2C = "b2b2c"

    @classmethod
    def _missing_(cls, value: object) -> BusinessModel:
        raise UnknownName("business model", str(value), [model.value for model in cls])


@dataclass(frozen=True)
class Scope:
    """The question's frame: a period, the moment it is looked at from, business models and partners.

    `as_of` is an exclusive naive UTC instant: nothing that happened then or later is known. Empty
    `business_models` or `partners` mean all of them; a distributor's scope includes its children.
    Numbers about fewer customers than `smallest_group` are withheld; 0 withholds none.
    `asked_for` names whom the answer is for, for the record.
    """

    period: Period
    as_of: datetime
    business_models: tuple[BusinessModel, ...] = ()
    partners: tuple[str, ...] = ()
    asked_for: str | None = field(default=None, compare=False)
    smallest_group: int = 0

    def __post_init__(self) -> None:
        _refuse_aware(self.as_of)
        object.__setattr__(
            self, "business_models", _unique(BusinessModel(model) for model in _several(self.business_models))
        )
        object.__setattr__(self, "partners", _unique(str(partner) for partner in _several(self.partners)))
        audience: object = self.asked_for
        if audience is not None and not isinstance(audience, str):
            raise InputError(f"{audience!r} names nobody: write whom the answer is for as a text.")
        few: object = self.smallest_group
        if not isinstance(few, int) or few < 0:
            raise InputError(f"The smallest group {few!r} is no number of customers: write 0 or more.")
        if self.as_of < self.period.start:
            raise InputError(
                f"The period {self.period.name} begins after {as_text(self.as_of)}, where the data or the "
                "chosen as-of ends: choose an earlier period."
            )

    def __deepcopy__(self, _memo: object) -> Scope:
        return self  # it cannot change, and pandas copies the `attrs` of a frame at each step

    @classmethod
    def build(
        cls,
        *,
        time_frame: TimeFrame | str = TimeFrame.MONTH,
        period: str = "last",
        as_of: datetime,
        zone: str = "UTC",
        business_models: str | Iterable[BusinessModel | str] = (),
        partners: str | Iterable[str] = (),
        data_from: datetime | None = None,
        asked_for: str | None = None,
        smallest_group: int = 0,
    ) -> Scope:
        """A scope from the words of a command line or a notebook's parameters.

        `period` is `last`, `current`, `all` or a period's name, which implies its time frame.
        Raises `InputError` for anything that cannot be.
        """
        _refuse_aware(as_of)
        frame = TimeFrame(time_frame)
        if not isinstance(period, str):
            raise InputError(f"The period {period!r} must be a text, such as '2026-10', 'last' or 'all'.")
        match period:
            case "last":
                chosen = Period.last(frame, as_of, zone)
            case "current":
                chosen = Period.containing(frame, as_of, zone)
            case "all":
                begin = (
                    data_from if data_from is not None and data_from < as_of else as_of - timedelta(days=1)
                )
                chosen = Period.whole(begin, as_of, zone)
            case _:
                chosen = Period.named(period, zone)
        models = tuple(BusinessModel(model) for model in _several(business_models))
        return cls(chosen, as_of, models, tuple(_several(partners)), asked_for, smallest_group)

    @property
    def zone(self) -> str:
        return self.period.zone

    @property
    def until(self) -> datetime:
        """The exclusive end of what can be counted: the period's end, or `as_of` if that is earlier."""
        return min(self.period.end, self.as_of)

    @property
    def is_partial(self) -> bool:
        return self.as_of < self.period.end

    @property
    def elapsed_fraction(self) -> float:
        """How much of the period has passed at `as_of`, 0 to 1."""
        return (self.until - self.period.start) / (self.period.end - self.period.start)

    def compared(self, comparison: Comparison) -> Scope:
        """The scope to compare with: the same elapsed part, by what was known at the same age.

        A complete period is compared with the whole other one; a period to date with the other's
        first days and wall-clock time, capped at its end (METRICS R2).
        """
        other = self.period.compared(comparison)
        if self.is_partial:
            known = min(other.end, self._moved(self.period.start, self.as_of, other.start))
        else:
            known = self._moved(self.period.end, self.as_of, other.end)
        return replace(self, period=other, as_of=known)

    def _moved(self, anchor: datetime, instant: datetime, onto: datetime) -> datetime:
        """`instant`, as far after `onto` as it is after `anchor` in local days and wall-clock time."""
        if self.period.time_frame is TimeFrame.HOUR:
            return onto + (instant - anchor)
        elapsed = to_local(instant, self.zone) - to_local(anchor, self.zone)
        return to_instant(to_local(onto, self.zone) + elapsed, self.zone)

    def buckets(self, over: TimeFrame) -> Iterator[Bucket]:
        """The buckets of a trend over this scope, also those in which nothing happened."""
        return iter(_buckets(self.period.start, self.until, over, self.zone))

    @property
    def course(self) -> TimeFrame:
        """The buckets that show how the period went: days of a month, months of a year or of all data."""
        return TimeFrame.MONTH if self.period.time_frame is None else FINER[self.period.time_frame]

    def offsets(self, since: timedelta | None = None) -> tuple[tuple[datetime, timedelta], ...]:
        """(end, offset) of each span of constant offset inside the scope, in order.

        With `since`, those from that long before the period to `as_of`.
        """
        start, end = self.period.start, max(self.until, self.period.start + HOUR)
        if since is not None:
            start, end = start - since, max(self.as_of, end)
        return tuple((segment.end, segment.offset) for segment in segments(start, end, self.zone))

    def last_months(self, months: int = 12) -> Scope:
        """The same view over the calendar months up to its end, for what a single period is too short for."""
        return replace(self, period=Period.months_to(self.until, months, self.zone))

    def to_dict(self) -> dict[str, object]:
        """As plain values, for JSON and the record of a run."""
        withheld = {"smallest_group": self.smallest_group} if self.smallest_group else {}
        return withheld | {
            "time_frame": self.period.time_frame.value if self.period.time_frame else "all",
            "period": self.period.name,
            "start": as_text(self.period.start),
            "end": as_text(self.period.end),
            "zone": self.zone,
            "as_of": as_text(self.as_of),
            "is_partial": self.is_partial,
            "elapsed_fraction": round(self.elapsed_fraction, 6),
            "business_models": [model.value for model in self.business_models],
            "partners": list(self.partners),
        }


def _refuse_aware(as_of: datetime) -> None:
    if not isinstance(as_of, datetime):
        raise InputError(f"A scope's as_of is an instant, not {as_of!r}: give a naive UTC datetime.")
    if as_of.tzinfo:
        raise InputError("A scope's as_of is a naive UTC instant: convert it first.")


def parse_instant(text: str, zone: str) -> datetime:
    """A naive UTC instant from ISO text: with an offset or Z as it says, else wall clock of `zone`."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"As-of '{text}' is not an instant: write a date, 2026-10-15T12:00 or 2026-10-15T12:00Z."
        ) from None
    try:
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else to_instant(value, zone)
    except OverflowError:
        raise InputError(f"As-of '{text}' is outside the calendar: choose a nearer instant.") from None


def as_text(instant: datetime) -> str:
    """ISO text of a naive UTC instant, to the second, marked as UTC."""
    return f"{instant.isoformat(timespec='seconds')}Z"


def local_midnight_after(instant: datetime, zone: str) -> date:
    """The first local date whose midnight is not before `instant`: the exclusive bound for local dates."""
    day = to_local(instant, zone).date()
    began = to_instant(datetime.combine(day, datetime.min.time()), zone)
    return day if began >= instant else day + timedelta(days=1)


def _several(values: str | Iterable[_T]) -> Iterable[Any]:
    """One text stands for itself, not for its letters."""
    if isinstance(values, str):
        return (values,)
    if not isinstance(values, Iterable):
        raise InputError(f"{values!r} is not a list of names: write them as texts.")
    return values


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


@lru_cache(maxsize=8)
def _buckets(start: datetime, end: datetime, over: TimeFrame, zone: str) -> tuple[Bucket, ...]:
    """Kept for the next who asks, for one answer asks for the same several times."""
    return tuple(buckets(start, end, over, zone))
