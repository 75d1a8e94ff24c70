"""Bookings by removal effect, counted by hand: the chain, and which ways have ended when.

March 2026 in Madrid is [28 February 23:00, 31 March 22:00) UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from analytics_lib.catalogue import METRICS, find
from analytics_lib.errors import InputError
from analytics_lib.measure import measure
from analytics_lib.metric import Removal
from analytics_lib.scope import Scope
from analytics_lib.statement.chain import Edge, State, conversions, credits_of
from tests.engines import Place, about_frame, coverage_frame
from tests.made_rows import frame_of
from tests.metrics.rows import Rows, values
from tests.metrics.ten_visits import march
from tests.metrics.test_journeys import DAY, MINUTE, way

MARKOV = "attributed_markov"
APRIL = datetime(2026, 4, 15)
MOMENT = timedelta(microseconds=1)


def credited(
    place: Place, sessions: Rows, as_of: datetime = APRIL, over: str | None = None
) -> dict[object, object]:
    found = values(
        place, {"sessions": sessions}, MARKOV, period="2026-03", as_of=as_of, by="channel", over=over
    )
    return {where[1:] if over else where[1]: value for where, value in found.items()}


def lone(channel: str | None, *began: datetime, visitor: str = "w") -> Rows:
    """Visits of somebody who does not book."""
    return [
        {
            "session_id": f"{visitor}{number}",
            "visitor_id": visitor,
            "channel": channel,
            "started_at": when,
            "business_model": "b2c",
            "is_test": False,
            "is_bot": False,
        }
        for number, when in enumerate(began)
    ]


BOOKED = way(("booked", MINUTE))
AT_NOON = datetime(2026, 3, 1, 12)


def test_where_every_way_leads_to_a_booking(place: Place) -> None:
    # Of three ways, ads begins one and leads to mail; mail begins another, and half of mail leads to direct,
    # half to search; the third is of an unknown channel. Lost are 1/3 without ads, direct, search or the
    # unknown one, and 2/3 without mail: of 2 together.
    found = march(place, MARKOV, by="channel")
    assert found == {
        (MARKOV, "ads"): pytest.approx(0.5),
        (MARKOV, "mail"): pytest.approx(1),
        (MARKOV, "direct"): pytest.approx(0.5),
        (MARKOV, "search"): pytest.approx(0.5),
        (MARKOV, "unknown"): pytest.approx(0.5),
    }
    assert march(place, MARKOV) == {MARKOV: 3}


def test_ways_that_were_given_up_count_against_a_channel(place: Place) -> None:
    sessions = [
        *way(("a", DAY), ("b", MINUTE)),
        *way(("a", MINUTE), visitor_id="u"),
        *lone("a", AT_NOON, visitor="w"),
        *lone("b", AT_NOON, visitor="x"),
    ]
    # Three of four begin with a, of which a third each leads to b, to a booking and to nothing; half of b
    # leads to a booking. The chance is 1/2; without a it is 1/8, without b 1/4. Lost are 3/4 and 1/2.
    assert credited(place, sessions) == {"a": pytest.approx(1.2), "b": pytest.approx(0.8)}
    # Without a word on channels, it is the bookings.
    whole = values(place, {"sessions": sessions}, MARKOV, period="2026-03", as_of=APRIL)
    assert whole == {MARKOV: 2}


def test_a_channel_that_leads_to_itself(place: Place) -> None:
    sessions = [
        *way(("a", 3 * DAY), ("a", 2 * DAY), ("b", MINUTE)),
        *way(("b", DAY), visitor_id="u"),
        *lone("a", AT_NOON),
    ]
    # From a: once to a, once to b, once to nothing, so a half comes to b in the end; b always books. The
    # chance is 2/3 * 1/2 + 1/3 = 2/3; without a 1/3, without b none: lost are 1/2 and all.
    assert credited(place, sessions) == {"a": pytest.approx(2 / 3), "b": pytest.approx(4 / 3)}


@pytest.mark.parametrize(
    ("began", "is_given_up"),
    [
        ([datetime(2026, 1, 29, 22, 59)], False),  # on 28 February at 22:59
        ([datetime(2026, 1, 29, 23)], True),  # as March begins
        ([datetime(2026, 3, 1, 21, 59)], True),  # on 31 March at 21:59
        ([datetime(2026, 3, 1, 22)], False),  # as April begins
        # Who comes after 30 days has not given up, who comes later has.
        ([AT_NOON - 2 * DAY, AT_NOON + 28 * DAY], False),
        ([AT_NOON - 2 * DAY, AT_NOON + 28 * DAY + MOMENT], True),
    ],
)
def test_a_way_is_given_up_after_thirty_days_without_a_visit(
    place: Place, began: list[datetime], *, is_given_up: bool
) -> None:
    found = credited(place, BOOKED + lone("left", *began))
    assert found == {"booked": 1, "left": 0} if is_given_up else {"booked": 1}


def test_a_given_up_way_goes_back_thirty_days_from_its_last_visit(place: Place) -> None:
    last = AT_NOON - 2 * DAY
    sessions = [
        *lone("old", last - 30 * DAY - MINUTE, visitor="w"),
        *lone("new", last - 30 * DAY, visitor="w"),
        *lone("new", last, visitor="w"),
    ]
    for number, visit in enumerate(sessions):
        visit["session_id"] = f"w{number}"
    assert credited(place, BOOKED + sessions) == {"booked": 1, "new": 0}


def test_what_is_not_over_yet_is_on_no_way(place: Place) -> None:
    left = lone("left", AT_NOON)
    assert credited(place, left, as_of=AT_NOON + 30 * DAY + MOMENT) == {"left": 0}
    assert credited(place, left, as_of=AT_NOON + 30 * DAY) == {"unknown": 0}


def test_a_booking_ends_a_way_and_the_next_visit_begins_another(place: Place) -> None:
    # Booked on 27 February; what came before it is not given up with what came after.
    sessions = way(("before", DAY), ("booked", MINUTE), booked=AT_NOON - 2 * DAY)
    after = lone("after", AT_NOON - DAY, visitor="v")
    assert credited(place, BOOKED + [{**visit, "visitor_id": "y"} for visit in sessions + after]) == {
        "booked": 1,
        "after": 0,
    }


def test_a_booking_long_after_its_visit_is_neither(place: Place) -> None:
    # It began on 1 March and booked two days later.
    late = way(("late", 2 * DAY), booked=AT_NOON + 2 * DAY, visitor_id="w")
    assert credited(place, BOOKED + late) == {"booked": 1}


def test_where_nothing_is_booked_nothing_is_credited(place: Place) -> None:
    assert credited(place, lone("left", AT_NOON)) == {"left": 0}
    whole = values(place, {"sessions": lone("left", AT_NOON)}, MARKOV, period="2026-03", as_of=APRIL)
    assert whole == {MARKOV: 0}


def test_each_bucket_has_a_chain_of_its_own(place: Place) -> None:
    early = datetime(2026, 3, 3, 12)
    sessions = [
        *way(("a", MINUTE)),
        *way(("b", MINUTE), booked=early, visitor_id="u"),
        # Given up on 4 March, in the week of the other booking.
        *lone("a", early - 29 * DAY),
    ]
    found = credited(place, sessions, over="week")
    assert {where: value for where, value in found.items() if value} == {
        ("a", "2026-W14"): 1,
        ("b", "2026-W10"): 1,
    }


@pytest.mark.parametrize("by", [(), ("channel",)])
def test_channels_of_few_are_withheld(place: Place, by: tuple[str, ...]) -> None:
    sessions = [
        *(visit for name in "pqr" for visit in way(("a", DAY), ("b", MINUTE), visitor_id=name)),
        *way(("c", MINUTE), visitor_id="s"),
    ]
    scope = Scope.build(period="2026-03", as_of=APRIL, zone="Europe/Madrid", smallest_group=2)
    with place.holding(
        {"about": about_frame(APRIL), "sessions": frame_of("sessions", sessions)}
    ) as warehouse:
        frame = measure(find([MARKOV]), scope, by=by, warehouse=warehouse)
    found = dict(zip(frame["channel"] if by else frame["metric"], frame["value"], strict=True))
    # Four ways; of c there is one, and the next smallest goes with it. Lost are 3/4, 3/4 and 1/4 of 7/4.
    whole = float(4 * Fraction(3, 4) / Fraction(7, 4))
    assert found == ({"a": None, "b": pytest.approx(whole), "c": None} if by else {MARKOV: 4})


def test_it_takes_whole_ways() -> None:
    markov = METRICS[MARKOV]
    assert isinstance(markov, Removal)
    with pytest.raises(InputError, match="whole ways"):
        Removal(
            name="some",
            title="Some",
            says="Some.",
            unit="count",
            rows=markov.rows,
            where=markov.is_first == 1,
            dated=markov.dated,
            state="channel",
            before=markov.before,
            is_first=markov.is_first,
            is_last=markov.is_last,
            is_converted=markov.is_converted,
        )


@pytest.mark.parametrize(
    ("complete_from", "quality"),
    [
        (datetime(2025, 12, 30, 23), "ok"),
        (datetime(2025, 12, 30, 23) + MOMENT, "provisional"),
        (datetime(2026, 2, 28, 23), "provisional"),
    ],
)
def test_what_was_given_up_is_known_only_where_visits_go_back_sixty_days(
    place: Place, complete_from: datetime, quality: str
) -> None:
    tables = {
        "about": about_frame(APRIL),
        "coverage": coverage_frame(complete_from, APRIL),
        "sessions": frame_of("sessions", BOOKED),
    }
    scope = Scope.build(period="2026-03", as_of=APRIL, zone="Europe/Madrid")
    with place.holding(tables) as warehouse:
        frame = measure(find([MARKOV]), scope, ["channel"], warehouse=warehouse)
    assert set(frame["quality"]) == {quality}


def test_hundreds_of_channels_are_no_burden() -> None:
    size = 300
    steps: dict[tuple[State, State], int] = {}
    for number in range(size):
        state = f"{number:03}"
        steps[Edge.START, state] = 1
        steps[state, Edge.CONVERTED if number % 3 == 0 else Edge.GIVEN_UP] = 1
        steps[state, f"{(number + 1) % size:03}"] = 1
    found = credits_of(steps)
    assert sum(found.values()) == pytest.approx(conversions(steps))
    # The ring looks the same from every third state.
    assert [found[f"{number:03}"] for number in (0, 1, 2)] == pytest.approx(
        [found[f"{number:03}"] for number in (3, 4, 5)]
    )
