"""Messages, counted by hand from ten of them."""

from __future__ import annotations

import pytest

from tests.engines import Place
from tests.metrics.ten_messages import HOUR, MINUTE, SENT, march


def test_whether_they_arrive(place: Place) -> None:
    found = march(place, "messages_sent", "messages_failed", "delivered_messages", "delivery_rate")
    assert found == {
        "messages_sent": 10,
        "messages_failed": 2,  # m3 m7
        "delivered_messages": 5,  # m0 m1 m2 m5 m9
        "delivery_rate": pytest.approx(5 / 7),  # of m0 to m5 and m9
    }


def test_whether_people_open_them(place: Place) -> None:
    found = march(place, "opened_messages", "open_rate", "machine_open_rate")
    assert found == {
        "opened_messages": 3,  # m0 m1 m6; m2 a second late, m4 never arrived, m9 too early
        "open_rate": pytest.approx(3 / 5),  # of m0 m1 m2 m6 m9
        "machine_open_rate": pytest.approx(2 / 5),  # m0 m2
    }


def test_whether_they_click(place: Place) -> None:
    found = march(place, "clicked_messages", "click_rate", "click_to_open_rate")
    assert found == {
        "clicked_messages": 4,  # m0 m1 m5 m6
        "click_rate": pytest.approx(4 / 7),  # of m0 m1 m2 m5 m6 m8 m9
        "click_to_open_rate": 1.0,  # m0 m1 m6
    }


def test_what_a_channel_cannot_tell_is_missing(place: Place) -> None:
    names = ("delivered_messages", "delivery_rate", "opened_messages", "open_rate", "click_rate")
    found = march(place, *names, by="channel")
    assert {channel: [found[name, channel] for name in names] for channel in ("sms", "push", "letter")} == {
        "sms": [1, 1.0, None, None, 1.0],
        "push": [None, None, 1, 1.0, 1.0],  # m7 failed
        "letter": [None, None, None, None, 0.0],
    }


def test_what_happens_later_is_not_known_before(place: Place) -> None:
    names = ("delivered_messages", "opened_messages", "clicked_messages", "messages_failed")
    # After a minute m6 alone is about to be opened, and all others to be delivered.
    assert march(place, *names, as_of=SENT + MINUTE) == {
        "delivered_messages": 0,
        "opened_messages": 0,
        "clicked_messages": 0,
        "messages_failed": 0,
    }
    assert march(place, *names, as_of=SENT + HOUR) == {
        "delivered_messages": 5,
        "opened_messages": 1,  # m6
        "clicked_messages": 1,
        "messages_failed": 2,
    }
