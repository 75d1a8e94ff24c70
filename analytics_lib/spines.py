"""The buckets of an answer in order, each beside the one that it is compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from analytics_lib.local_time import Bucket, TimeFrame, floor, to_local
from analytics_lib.question import Question
from analytics_lib.scope import Scope


@dataclass(frozen=True)
class Pair:
    """A bucket (None: the whole period) and its counterpart in the period compared with.

    `why_unlike` says why the two cannot be compared, if they cannot.
    """

    now: Bucket | None
    before: Bucket | None
    has_before: bool
    why_unlike: str | None = None


def pairs(question: Question) -> Iterator[Pair]:
    """Every bucket of the period asked for; one pair without buckets if there is no `over`.

    Hours match by local clock, the second of a repeated hour with a second one only; days match by day
    of month in a comparison with a year before, else by their place in the period, as longer ones do.
    """
    scope, *others = question.scopes
    if question.over is None:
        yield Pair(None, None, bool(others))
        return
    earlier = {place: bucket for other in others for place, bucket in _placed(question, other)}
    for place, bucket in _placed(question, scope):
        before = earlier.get(place)
        unlike = before is not None and _length(bucket, scope) != _length(before, scope)
        is_partial = bucket.is_clipped or (before is not None and before.is_clipped)
        why = "the compared bucket has another length" if unlike and is_partial else None
        yield Pair(bucket, before, before is not None, why)


def _placed(question: Question, scope: Scope) -> Iterator[tuple[tuple[object, ...], Bucket]]:
    """Each bucket of a scope with what it is matched by."""
    over = question.over
    by_hour = scope.period.time_frame is TimeFrame.HOUR
    # Not the first wall clock of the period: a day may begin at one o'clock, an hour at half past.
    start = floor(scope.period.local_start, TimeFrame.HOUR if by_hour else TimeFrame.DAY)
    seen: Counter[object] = Counter()
    for index, bucket in enumerate(scope.buckets(over) if over else ()):
        place: object = index
        if over is TimeFrame.HOUR or (over is TimeFrame.DAY and question.compare == "previous"):
            place = bucket.local_start - start
        elif over is TimeFrame.DAY and scope.period.time_frame not in (TimeFrame.DAY, TimeFrame.WEEK):
            place = (bucket.local_start.month, bucket.local_start.day)
        yield (place, seen[place]), bucket
        seen[place] += 1


def _length(bucket: Bucket, scope: Scope) -> timedelta:
    """How much of the local calendar a bucket holds, whatever the clock did in it."""
    return to_local(bucket.end, scope.zone) - to_local(bucket.start, scope.zone)
