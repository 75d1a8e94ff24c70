"""Ways to a booking and what channels are credited with, counted by hand from the ten visits and some more.

Three bookings are made in March: in s2, s4 and s6. Ana came to s2 by ads on 2 February, exactly 28 days
before, and by mail on the 10th; Ben to s4 by mail on 27 February; Cleo came once. What follows a booking, as
s3 and s5 do, leads to the next one, which there is not yet; s7 is booked in April.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from tests.engines import Place
from tests.metrics.rows import Rows, values
from tests.metrics.ten_visits import march

BOOKED = datetime(2026, 3, 31, 12)


def test_journeys(place: Place) -> None:
    found = march(
        place,
        "journeys",
        "journey_days_median",
        "journey_touches",
        "journey_touches_average",
        "journey_transitions",
    )
    assert found == {
        "journeys": 3,
        # Cleo an hour, Ben six days and six minutes, Ana 28 days and ten minutes
        "journey_days_median": pytest.approx(6 + 6 / 1440),
        "journey_touches": 6,  # s0 s1 s2, s11 s4, s6
        "journey_touches_average": 2.0,
        "journey_transitions": 3,
    }


def test_transitions(place: Place) -> None:
    names = ("journey_transitions", "journey_transition_share")
    to, since = (march(place, *names, by=by) for by in ("channel", "from_channel"))
    # ads to mail, mail to direct, mail to search
    assert {where: count for (name, where), count in to.items() if name == names[0]} == {
        "direct": 1,
        "mail": 1,
        "search": 1,
        "ads": 0,
        "unknown": 0,
    }
    assert since[names[1], "mail"] == pytest.approx(2 / 3)
    assert since[names[1], "ads"] == pytest.approx(1 / 3)


CREDITS = (
    "attributed_last_touch",
    "attributed_first_touch",
    "attributed_linear",
    "attributed_position",
    "attributed_shapley",
)


def test_credits_by_channel(place: Place) -> None:
    found = march(place, *CREDITS, by="channel")
    by_metric = {
        name: {channel: value for (metric, channel), value in found.items() if metric == name and value}
        for name in CREDITS
    }
    # Ana: ads, mail, direct; Ben: mail, search; Cleo: unknown.
    assert by_metric["attributed_last_touch"] == {"direct": 1, "search": 1, "unknown": 1}
    assert by_metric["attributed_first_touch"] == {"ads": 1, "mail": 1, "unknown": 1}
    # A third is 333,333 millionths; the last visit takes the one that is left over.
    assert by_metric["attributed_linear"] == {
        "ads": 0.333333,
        "mail": 0.833333,
        "direct": 0.333334,
        "search": 0.5,
        "unknown": 1,
    }
    assert by_metric["attributed_position"] == {
        "ads": 0.4,
        "mail": pytest.approx(0.7),
        "direct": 0.4,
        "search": 0.5,
        "unknown": 1,
    }
    # Nobody came twice from the same channel.
    assert by_metric["attributed_shapley"] == by_metric["attributed_linear"]


def test_credits_add_up_to_the_bookings(place: Place) -> None:
    assert march(place, *CREDITS) == dict.fromkeys(CREDITS, 3)


def way(*visits: tuple[str | None, timedelta], booked: datetime = BOOKED, **more: object) -> Rows:
    """Visits of one visitor, by channel and by how long before the booking they begin; the last one books."""
    rows: Rows = [
        {
            "session_id": f"{more}{number:02}",
            "visitor_id": "v",
            "channel": channel,
            "started_at": booked - before,
            "business_model": "b2c",
            "is_test": False,
            "is_bot": False,
            **more,
        }
        for number, (channel, before) in enumerate(visits)
    ]
    rows[-1]["booked_at"] = booked
    return rows


def of(
    place: Place, sessions: Rows, *metrics: str, by: str | None = None, as_of: datetime = datetime(2026, 4, 9)
) -> object:
    return values(place, {"sessions": sessions}, *metrics, period="2026-03", as_of=as_of, by=by)


MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_way_goes_back_thirty_days_from_the_visit_that_booked(place: Place) -> None:
    found = of(
        place,
        way(("a", 30 * DAY + 11 * MINUTE), ("b", 30 * DAY + 10 * MINUTE), ("c", 10 * MINUTE)),
        "journey_touches",
    )
    assert found == {"journey_touches": 2}  # b and c


def test_a_way_may_begin_thirty_days_before_a_visit_of_the_month_before(place: Place) -> None:
    # The visit begins half an hour before March does, and books in March.
    march_begins = datetime(2026, 2, 28, 23)
    sessions = way(("a", 30 * DAY + 40 * MINUTE), ("b", 40 * MINUTE), booked=march_begins + 10 * MINUTE)
    assert of(place, sessions, "journey_touches") == {"journey_touches": 2}


def test_seven_visits_share_one_booking_exactly(place: Place) -> None:
    visits = way(
        *((channel, days * DAY) for channel, days in zip("abcdefg", (7, 6, 5, 4, 3, 2, 1), strict=True))
    )
    # 200,000 / 5 = 40,000 millionths each between; 1,000,000 / 7 = 142,857 and one left over
    found = of(place, visits, "attributed_position", "attributed_linear", by="channel")
    assert found == {
        **{("attributed_position", channel): 0.04 for channel in "bcdef"},
        **{("attributed_position", channel): 0.4 for channel in "ag"},
        **{("attributed_linear", channel): 0.142857 for channel in "abcdef"},
        ("attributed_linear", "g"): 0.142858,
    }
    assert of(place, visits, "attributed_position", "attributed_linear") == {
        "attributed_position": 1,
        "attributed_linear": 1,
    }


def test_what_does_not_divide_goes_to_the_last_visit(place: Place) -> None:
    visits = way(*((channel, days * DAY) for channel, days in zip("abcde", (5, 4, 3, 2, 1), strict=True)))
    # 200,000 / 3 = 66,666 millionths each between, and two left over
    assert of(place, visits, "attributed_position", by="channel") == {
        ("attributed_position", "a"): 0.4,
        **{("attributed_position", channel): 0.066666 for channel in "bcd"},
        ("attributed_position", "e"): 0.400002,
    }


def test_a_channel_that_comes_again_is_credited_once_by_shapley(place: Place) -> None:
    visits = way(
        *((channel, days * DAY) for channel, days in zip(("a", None, "b", "a"), (4, 3, 2, 1), strict=True))
    )
    # Three channels; the millionth left over goes to the last visit's.
    assert of(place, visits, "attributed_shapley", by="channel") == {
        ("attributed_shapley", "a"): 0.333334,
        ("attributed_shapley", "b"): 0.333333,
        ("attributed_shapley", "unknown"): 0.333333,
    }
    # On the last visit from each channel: what is said of the first is nothing.
    assert of(place, visits, "attributed_shapley", by="from_channel") == {
        ("attributed_shapley", "unknown"): 0.333333,
        ("attributed_shapley", "a"): 0.333333,
        ("attributed_shapley", "b"): 0.333334,
    }


def test_the_closed_form_is_the_shapley_value(place: Place) -> None:
    """What a channel adds to the bookings of those before it, on average over all orders of channels."""
    paths = ("a", "ab", "aba", "cab", "bbb", "acac")
    sessions = [
        visit
        for number, path in enumerate(paths)
        for visit in way(
            *((channel, (len(path) - step) * DAY) for step, channel in enumerate(path)),
            visitor_id=str(number),
        )
    ]

    def worth(channels: tuple[str, ...]) -> int:
        return sum(set(path) <= set(channels) for path in paths)

    orders = list(permutations("abc"))
    added = {
        channel: [
            worth(order[: order.index(channel) + 1]) - worth(order[: order.index(channel)])
            for order in orders
        ]
        for channel in "abc"
    }
    found = of(place, sessions, "attributed_shapley", by="channel")
    assert found == {
        ("attributed_shapley", channel): pytest.approx(sum(gains) / len(orders), abs=1e-5)
        for channel, gains in added.items()
    }


def test_the_way_of_one_partner_is_not_that_of_another(place: Place) -> None:
    sessions = [
        *way(("a", DAY), ("b", MINUTE)),
        *way(("a", 2 * DAY), partner_id="p1")[:-1],
        *way(("a", 2 * DAY), ("c", 3 * MINUTE), partner_id="p2"),
        *way(("d", 2 * DAY), ("d", 2 * MINUTE), business_model="b2b"),
    ]
    assert of(place, sessions, "journeys", "journey_touches") == {"journeys": 3, "journey_touches": 6}


def test_who_does_not_say_if_he_is_a_test_is_none(place: Place) -> None:
    sessions = way(("a", DAY), ("b", MINUTE))
    sessions[0]["is_test"] = None
    assert of(place, sessions, "journey_touches") == {"journey_touches": 2}


def test_a_booking_before_its_visit_or_a_day_after_is_on_no_way(place: Place) -> None:
    late, early = way(("a", DAY + MINUTE), visitor_id="w"), way(("a", -MINUTE), visitor_id="x")
    assert of(place, late + early, "journeys", "journey_touches") == {"journeys": 0, "journey_touches": 0}


def test_a_step_from_an_unknown_channel_is_one(place: Place) -> None:
    sessions = way(("a", DAY), ("b", MINUTE))
    sessions[0]["channel"] = None
    assert of(place, sessions, "journey_transitions", by="from_channel") == {
        ("journey_transitions", "unknown"): 1
    }


def test_a_booking_after_the_period_does_not_change_what_led_to_those_in_it(place: Place) -> None:
    # A visit that begins before the other one, and books when March is over.
    april = datetime(2026, 3, 31, 22)
    sessions = [
        *way(("a", 20 * MINUTE), booked=april + 5 * MINUTE),
        *way(("b", 5 * MINUTE), booked=april - 5 * MINUTE, own_domain=True),
    ]
    assert of(place, sessions, "journeys", "journey_touches") == {"journeys": 1, "journey_touches": 2}
