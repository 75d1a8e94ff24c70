"""Ratings of the assistants, counted by hand from ten questions."""

from __future__ import annotations

import pytest

from tests.engines import Place
from tests.metrics.ten_queries import march


def test_ratings_count_when_they_are_given(place: Place) -> None:
    found = march(place, "ai_ratings", "ai_satisfaction", "ai_satisfied_share")
    # a0 5, a1 4, a7 4; a2 and a3 came too late, a4 is out of range, a5 too early, a9 nobody asked
    assert found == {
        "ai_ratings": 3,
        "ai_satisfaction": pytest.approx(13 / 3),
        "ai_satisfied_share": 1.0,
    }


def test_questions_rated(place: Place) -> None:
    # a0 and a1 of nine questions of March
    assert march(place, "ai_rating_rate") == {"ai_rating_rate": pytest.approx(2 / 9)}


def test_ranking(place: Place) -> None:
    assert march(place, "ai_satisfaction_ranked") == {"ai_satisfaction_ranked": pytest.approx(13 / 3)}
    # By the hour of the question in Madrid: a0 and a1 with 9 points at ten, a7 with 4 before midnight;
    # to each 20 more at 13/3.
    found = march(place, "ai_satisfaction_ranked", by="hour_of_day")
    assert found["ai_satisfaction_ranked", "10"] == pytest.approx((260 / 3 + 9) / 22)
    assert found["ai_satisfaction_ranked", "23"] == pytest.approx((260 / 3 + 4) / 21)
