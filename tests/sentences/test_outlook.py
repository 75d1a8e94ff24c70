"""What is expected is said with how far to trust it, which comes from trials and from nothing else."""

from __future__ import annotations

from datetime import datetime

from analytics_lib.sentences import expected
from tests.sentences.frames import outlook, scope


def test_what_adds_up_is_expected_in_sum_over_the_period_that_follows() -> None:
    text = str(expected(outlook([10.0, 20.0, 30.0])))
    assert text.startswith("Bookings: about 60 expected in November 2026. ")


def test_what_does_not_add_up_is_expected_between_its_ends() -> None:
    text = str(expected(outlook([0.1, 0.3, 0.2], adds_up=False, unit="share")))
    assert text.startswith("Bookings: expected between 10.0% and 30.0% in November 2026. ")
    assert "about 10.0% expected" in str(expected(outlook([0.1], adds_up=False, unit="share")))


def test_what_is_not_one_period_is_named_from_when_to_when() -> None:
    weeks = {"covers": None, "begin": datetime(2026, 9, 28), "end": datetime(2027, 1, 4), "over": "week"}
    text = str(expected(outlook([1.0], **weeks)))
    assert "expected from September 28, 2026 to January 3, 2027. " in text and "a single week" in text
    hours = {"begin": datetime(2026, 10, 15, 9), "end": datetime(2026, 10, 16), "over": "hour"}
    text = str(expected(outlook([1.0], covers=None, **hours)))
    assert "expected from 09:00 to 00:00 on October 15, 2026. " in text


def test_a_running_period_that_is_forecast_whole_is_said_to_be_whole() -> None:
    now = scope()
    assert "expected in the whole of October 2026. " in str(expected(outlook([1.0], covers=now.period)))


def test_certainty_follows_the_trials() -> None:
    good = str(expected(outlook([1.0])))
    assert "missed a single day by 5.0% on average" in good and "80% ranges held 82.0%" in good
    poor = str(expected(outlook([1.0], mase=1.2)))
    assert "no better than repeating the last cycle" in poor and "rough guide" in poor
    unknown = str(expected(outlook([1.0], origins=0)))
    assert "is not known" in unknown and "%" not in unknown.replace("80%", "")


def test_without_rows_it_says_why() -> None:
    text = str(expected(outlook([], reason="there is no complete day")))
    assert text == "There is no forecast of bookings: there is no complete day."
