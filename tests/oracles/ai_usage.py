"""What each metric of the assistants counts, query by query and conversation by conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache, wraps

from tests.oracles.bookings import placed
from tests.oracles.cuts import SOLD, at, own
from tests.oracles.domain import Domain
from tests.oracles.oracle import (
    HALF,
    Cell,
    Cut,
    Formula,
    Number,
    Row,
    Seen,
    Tallying,
    World,
    distinct,
    distinct_ratio,
    divided,
    rank,
    ratio,
    share,
    total,
)
from tests.oracles.visits import hours_passed

Query = Row
TARGET = 2_000
"""Milliseconds within which an answer satisfies; within four times that it is tolerated."""


@lru_cache(maxsize=4)
def queries(world: World) -> list[Query]:
    """All that the assistants were asked by now, by people or by each other."""
    return [query for query in world.scoped("ai_queries") if world.look.knows(query.received_at)]


@lru_cache(maxsize=4)
def questions(world: World) -> list[Query]:
    """What people asked."""
    return [query for query in queries(world) if query.parent_query_id is None]


def has_ended(query: Query, world: World) -> bool:
    if query.status == "timeout":
        return True
    return query.status in ("ok", "error") and world.look.knows(query.completed_at)


def waited(query: Query, world: World) -> int | None:
    """Whole milliseconds until the answer; a time-out has waited for its limit."""
    taken = None
    if world.look.knows(query.completed_at):
        taken = int(Fraction((query.completed_at - query.received_at) // timedelta(microseconds=1), 1000))
    if query.status == "timeout" and query.limit_ms is not None:
        return int(query.limit_ms)
    return taken


def of_questions(each: Callable[[Query, World], int | bool | None]) -> Tallying:
    """A tally of questions by the instant of asking: a number, None for unknown, or whether it counts."""

    @wraps(each)
    def tally(world: World) -> Iterator[Seen]:
        for query in questions(world):
            found = each(query, world)
            if found is not False:
                yield Seen(query, query.received_at, 1 if found is True else found)

    return tally


def calls(world: World) -> Iterator[Seen]:
    for query in queries(world):
        yield Seen(query, query.received_at)


@of_questions
def asked(query: Query, world: World) -> bool:
    return True


@of_questions
def ended(query: Query, world: World) -> bool:
    return has_ended(query, world)


@of_questions
def answered(query: Query, world: World) -> bool:
    return query.status == "ok" and has_ended(query, world)


@of_questions
def waiting(query: Query, world: World) -> int | bool | None:
    return has_ended(query, world) and waited(query, world)


@of_questions
def halves(query: Query, world: World) -> int | bool | None:
    """Two where the answer came in time, one where the wait could be borne; errors frustrate."""
    if not has_ended(query, world):
        return False
    wait = waited(query, world)
    if query.status != "ok" or wait is None or wait > 4 * TARGET:
        return 0
    return 2 if wait <= TARGET else 1


@of_questions
def waiting_too_long(query: Query, world: World) -> int | bool | None:
    if not has_ended(query, world):
        return False
    wait = waited(query, world)
    return None if wait is None else max(0, wait - TARGET)


# Ratings, by the instant at which they are given


def is_rated(query: Query, world: World) -> bool:
    if query.rating is None or not 1 <= query.rating <= 5 or not world.look.knows(query.rated_at):
        return False
    return timedelta(0) <= query.rated_at - query.received_at <= timedelta(days=7)


@of_questions
def rated(query: Query, world: World) -> bool:
    return is_rated(query, world)


def of_ratings(each: Callable[[int], int | None]) -> Tallying:
    """A tally of valid ratings, from the points given to what they count for, None for nothing."""

    @wraps(each)
    def tally(world: World) -> Iterator[Seen]:
        for query in questions(world):
            if is_rated(query, world) and each(query.rating) is not None:
                yield Seen(query, query.rated_at, each(query.rating))

    return tally


@of_ratings
def ratings(points: int) -> int | None:
    return 1


@of_ratings
def points_given(points: int) -> int | None:
    return points


@of_ratings
def content(points: int) -> int | None:
    return 1 if points >= 4 else None


def pulled(cell: Cell) -> Number | None:
    """The mean rating with twenty more at the mean of all."""
    mean = divided(cell.everywhere().total(points_given), cell.everywhere().total(ratings))
    count = cell.total(ratings)
    if mean is None or not count:
        return None
    return divided(20 * mean + (cell.total(points_given) or 0), 20 + count)


# Conversations, by the instant of their first question


def conversations(world: World) -> Iterator[tuple[Row, list[Query]]]:
    """Each conversation under its first question, with all of its questions that were asked by now."""
    held: dict[tuple[object, ...], list[Query]] = defaultdict(list)
    for query in questions(world):
        if query.conversation_id is not None:
            held[query.conversation_id, query.business_model, query.partner_id].append(query)
    for found in held.values():
        first = min(found, key=lambda query: (query.received_at, query.query_id))
        yield Row(**{**vars(first), "table": "conversations"}), found


def outcome(found: list[Query], world: World) -> bool | None:
    """Whether any answer solved what was asked, as far as answers have said so by now."""
    said = [
        query.resolved
        for query in found
        if query.resolved is not None and (query.completed_at is None or world.look.knows(query.completed_at))
    ]
    return any(said) if said else None


def begun(world: World) -> Iterator[Seen]:
    for conversation, _ in conversations(world):
        yield Seen(conversation, conversation.received_at)


def with_outcome(world: World) -> Iterator[Seen]:
    for conversation, found in conversations(world):
        if outcome(found, world) is not None:
            yield Seen(conversation, conversation.received_at)


def solved(world: World) -> Iterator[Seen]:
    for conversation, found in conversations(world):
        if outcome(found, world):
            yield Seen(conversation, conversation.received_at)


# Bookings whose visit asked, by the instant of booking


def assisted(world: World) -> Iterator[Seen]:
    for query in questions(world):
        visit = world.find("sessions", "session_id", query.session_id)
        booking = visit and world.find("bookings", "booking_id", visit.booking_id)
        if booking and booking.is_test is not True and world.look.knows(booking.created_at):
            yield Seen(query, booking.created_at, 1, booking.booking_id)


NINETEEN_TWENTIETHS, NINETY_NINE_HUNDREDTHS = Fraction(19, 20), Fraction(99, 100)

METRICS: dict[str, tuple[Formula, Tallying | None]] = {
    "ai_queries": (total(asked), asked),
    "ai_calls": (total(calls), calls),
    "ai_queries_share": (share(asked), asked),
    "ai_conversations": (total(begun), begun),
    "ai_queries_per_hour": (lambda cell: divided(cell.total(asked), hours_passed(cell)), None),
    "ai_response_p50": (rank(waiting, HALF), waiting),
    "ai_response_p95": (rank(waiting, NINETEEN_TWENTIETHS), waiting),
    "ai_response_p99": (rank(waiting, NINETY_NINE_HUNDREDTHS), waiting),
    "ai_apdex": (lambda cell: divided(cell.total(halves), 2 * (cell.total(ended) or 0)), ended),
    "ai_success_rate": (ratio(answered, ended), ended),
    "ai_task_success_rate": (ratio(solved, with_outcome), with_outcome),
    "ai_outcome_known_rate": (ratio(with_outcome, begun), begun),
    "ai_ratings": (total(ratings), ratings),
    "ai_satisfaction": (ratio(points_given, ratings), ratings),
    "ai_satisfaction_ranked": (pulled, ratings),
    "ai_satisfied_share": (ratio(content, ratings), ratings),
    "ai_rating_rate": (ratio(rated, asked), asked),
    "ai_wait_above_target": (lambda cell: _seconds(cell.total(waiting_too_long)), waiting_too_long),
    "ai_wait_share": (share(waiting_too_long), waiting_too_long),
    "ai_assisted_bookings": (distinct(assisted), assisted),
    "ai_assisted_share": (distinct_ratio(assisted, placed), placed),
}
"""Metric -> its formula over a cell, and the tally whose rows it rests on."""


def _seconds(milliseconds: int | None) -> Fraction | None:
    return None if milliseconds is None else Fraction(milliseconds, 1000)


def _received(query: Row, world: World) -> datetime | None:
    return query.received_at


_ASKED: dict[str, Cut] = {
    **SOLD,
    "agent": own("agent"),
    "intent": own("intent"),
    "weekday": at(_received, "weekday"),
    "hour_of_day": at(_received, "hour"),
}

CUTS: dict[str, dict[str, Cut]] = {
    "ai_queries": {**_ASKED, "status": own("status")},
    "conversations": _ASKED,
    "bookings": SOLD,
}
"""Table -> dimension -> the value of a row in it."""

DOMAIN = Domain(METRICS, CUTS)
