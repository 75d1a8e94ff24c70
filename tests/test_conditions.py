"""What conditions have in common, and what follows from any of several."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, DateTime, and_, cast, literal, or_

from analytics_lib.schema import bookings
from analytics_lib.statement.conditions import by_text, furthest, in_common, without

booking = bookings.c
MAY, JUNE = datetime(2026, 5, 1), datetime(2026, 6, 1)


def test_conditions_are_told_apart_by_their_text_and_constants() -> None:
    first = by_text(booking.created_at < JUNE, and_(booking.units > 1, booking.is_test.is_(None)))
    second = by_text(booking.created_at < MAY, booking.units > 1)
    shared = in_common([first, second])
    assert [str(each) for each in shared.values()] == ["bookings.units > :units_1"]
    assert len(without(first, shared)) == 2 and len(without(second, shared)) == 1
    assert in_common([first, by_text()]) == {}


def test_the_furthest_of_comparisons_is_let_through_whatever_the_order() -> None:
    ours = [booking.created_at < cast(literal(JUNE), DateTime), booking.starts_on >= date(2026, 6, 1)]
    theirs = [booking.starts_on >= date(2026, 5, 1), booking.created_at < cast(literal(MAY), DateTime)]
    for alternatives in ([ours, theirs], [theirs, ours]):
        assert {id(each) for each in furthest(alternatives)} == {id(ours[0]), id(theirs[0])}


def test_nothing_follows_that_one_alternative_does_not_say() -> None:
    early = [booking.created_at < MAY]
    for other in (
        [],
        [booking.created_at > MAY],
        [booking.created_at < booking.confirmed_at],
        [or_(booking.created_at < JUNE, booking.units > 1)],
        [cast(booking.created_at, Date) < date(2026, 6, 1)],
    ):
        assert furthest([early, other]) == []
