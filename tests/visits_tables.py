"""Made-up platforms of visits and prices shown: few visitors who come again and again, often at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

from tests.made_rows import instant_near_an_edge, scoped, with_rows
from tests.tables import BEYOND_FLOATS, TEXTS, Platform, platforms

MOST_VISITS = 60
VISITORS = tuple(f"v{number}" for number in range(1, 13))
PAUSES = (0, 0, 60, 3600, 86_400, 86_401, 7 * 86_400, 30 * 86_400 - 120, 30 * 86_400, 30 * 86_400 + 1)
"""Seconds between two visits of somebody: also just as long as a visit may lead to a booking, and longer."""


def _steps(chance: Random, started: datetime) -> dict[str, object]:
    """The steps of a visit: mostly in order and in good time, some left out, early, or at once."""
    found: dict[str, object] = {}
    instant = started
    for name in ("searched_at", "viewed_at", "checkout_at", "booked_at"):
        instant += timedelta(seconds=chance.choice((0, 1, 30.5, 600, 600, 600, 90_000, -5)))
        found[name] = instant if chance.random() < 0.8 else None
    if chance.random() < 0.6:
        found["booked_at"] = None
    elif chance.random() < 0.2:
        found["booked_at"] = started + timedelta(seconds=chance.choice((-1, 86_400, 86_401)))
    return found


def _visit(chance: Random, number: int, started: datetime, whose: dict[str, object]) -> dict[str, object]:
    return {
        "session_id": f"s{number:03}",
        "channel": chance.choice(TEXTS),
        "device": chance.choice(TEXTS),
        "started_at": started if chance.random() < 0.95 else None,
        **_steps(chance, started),
        "booking_id": chance.choice((None, "gone", *(f"b{place}" for place in range(6)))),
        "own_domain": chance.choice((None, True, False)),
        "is_bot": chance.choice((None, False, False, False, False, True)),
        **whose,
    }


def _visits(chance: Random, count: int) -> list[dict[str, object]]:
    """Visits, each after a pause from the one before it, of the same visitor or of another one."""
    rows: list[dict[str, object]] = []
    while len(rows) < count:
        started = instant_near_an_edge(chance)
        whose = {"visitor_id": chance.choice((None, *VISITORS)), **scoped(chance)}
        for _ in range(min(chance.choice((1, 2, 4, 7)), count - len(rows))):
            other = {**whose, "visitor_id": chance.choice((None, "v1", "v2"))}
            here = whose if chance.random() < 0.8 else {**other, **scoped(chance)}
            rows.append(_visit(chance, len(rows), started, here))
            started += timedelta(seconds=chance.choice(PAUSES))
    order = list(range(len(rows)))
    chance.shuffle(order)
    return [rows[place] for place in order]


def _quote(chance: Random, number: int) -> dict[str, object]:
    return {
        "quote_id": f"q{number}",
        "session_id": chance.choice((None, "gone", *(f"s{place:03}" for place in range(8)))),
        "product_id": chance.choice((None, "h1", "h2", "gone")),
        "quoted_at": instant_near_an_edge(chance) if chance.random() < 0.95 else None,
        "price_base_minor": chance.choice((None, 0, BEYOND_FLOATS, *[chance.randint(1, 50_000)] * 4)),
        "available": chance.choice((None, True, True, False)),
        "arm": chance.choice(TEXTS),
        **scoped(chance),
    }


@st.composite
def visited_platforms(draw: st.DrawFn) -> Platform:
    """A platform with visits and prices shown, sometimes of none or one."""
    platform = draw(platforms())
    visits, shown = (
        draw(st.sampled_from((MOST_VISITS, MOST_VISITS, MOST_VISITS, 20, 5, 1, 0))) for _ in range(2)
    )
    chance = Random(draw(st.integers(0, 2**32)))
    return with_rows(
        platform,
        chance,
        sessions=_visits(chance, visits),
        quotes=[_quote(chance, number) for number in range(shown)],
    )
