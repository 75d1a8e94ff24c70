"""Made-up platforms of questions to the assistants: few conversations, with calls, errors and odd ratings."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

from tests.made_rows import instant_near_an_edge, scoped, with_rows
from tests.tables import TEXTS, Platform, platforms

MOST_QUERIES = 60
WAITS = (0, 0.0005, 0.5, 1.999, 2, 2.001, 7.9999, 8, 8.001, 20, 90_000, -0.0015, -3)
"""Seconds until the answer: around the bounds of what satisfies and is tolerated, and before the question."""


def _answer(chance: Random, received: datetime) -> dict[str, object]:
    completed = received + timedelta(seconds=chance.choice(WAITS))
    return {
        "completed_at": completed if chance.random() < 0.8 else None,
        "limit_ms": chance.choice((None, 2000, 8000, 20_000, 2_147_483_647)),
        "status": chance.choice((None, "ok", "ok", "ok", "error", "timeout", "timeout", "running", "odd")),
        "resolved": chance.choice((None, None, False, True)),
    }


def _rating(chance: Random, received: datetime) -> dict[str, object]:
    week = 7 * 86_400
    after = chance.choice((None, 0, 60, 60, 60, 3 * 86_400, week, week + 1, -1))
    return {
        "rating": chance.choice((None, 0, 1, 2, 3, 4, 5, 5, 6, -1)),
        "rated_at": None if after is None else received + timedelta(seconds=after),
    }


def _queries(chance: Random, count: int) -> list[dict[str, object]]:
    """Questions and calls, some of them at the same instant as the one before or days later."""
    rows: list[dict[str, object]] = []
    whose, received = scoped(chance), instant_near_an_edge(chance)
    for number in range(count):
        if chance.random() < 0.5:
            whose, received = scoped(chance), instant_near_an_edge(chance)
        else:
            received += timedelta(seconds=chance.choice((0, 0, 30, 7200, 200_000, -60)))
        rows.append(
            {
                "query_id": f"a{number:03}",
                "parent_query_id": f"a{chance.randrange(count):03}" if chance.random() < 0.25 else None,
                "conversation_id": chance.choice((None, "c1", "c2", "c3", f"c{number // 3 + 4}")),
                "session_id": chance.choice((None, "gone", *(f"s{place:03}" for place in range(6)))),
                "agent": chance.choice(TEXTS),
                "intent": chance.choice(TEXTS),
                "received_at": received if chance.random() < 0.95 else None,
                **_answer(chance, received),
                **_rating(chance, received),
                **(whose if chance.random() < 0.9 else scoped(chance)),
            }
        )
    chance.shuffle(rows)
    return rows


def _sessions(chance: Random) -> list[dict[str, object]]:
    """Visits, two of which may have made the same booking."""
    return [
        {"session_id": f"s{place:03}", "booking_id": chance.choice((None, "gone", "b0", "b1", "b2", "b3"))}
        for place in range(5)
    ]


@st.composite
def asked_platforms(draw: st.DrawFn) -> Platform:
    """A platform with questions to the assistants, sometimes of none or one."""
    platform = draw(platforms())
    count = draw(st.sampled_from((MOST_QUERIES, MOST_QUERIES, MOST_QUERIES, 20, 5, 1, 0)))
    chance = Random(draw(st.integers(0, 2**32)))
    return with_rows(platform, chance, sessions=_sessions(chance), ai_queries=_queries(chance, count))
