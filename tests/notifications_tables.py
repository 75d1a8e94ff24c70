"""Made-up platforms of messages, through channels that report much, little or nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

from tests.made_rows import instant_near_an_edge, scoped, with_rows
from tests.tables import TEXTS, Platform, platforms

MOST_MESSAGES = 60
WEEK = 7 * 86_400
AGES = (None, None, 0, 1, 60, 60, 86_400, WEEK, WEEK + 1, -1)
"""Seconds after the sending at which something happens: at once, just within the window, too late, before."""


def _message(chance: Random, number: int) -> dict[str, object]:
    sent = instant_near_an_edge(chance)

    def some_time_later() -> datetime | None:
        age = chance.choice(AGES)
        return None if age is None else sent + timedelta(seconds=age)

    return {
        "message_id": f"m{number}",
        "channel": chance.choice(("email", "sms", "push", None)),
        "campaign": chance.choice(TEXTS),
        "sent_at": sent if chance.random() < 0.95 else None,
        "delivered_at": some_time_later(),
        "opened_at": some_time_later(),
        "machine_opened_at": some_time_later(),
        "clicked_at": some_time_later(),
        "failed_at": some_time_later() if chance.random() < 0.4 else None,
        "reports_delivery": chance.choice((None, False, True, True)),
        "reports_opens": chance.choice((None, False, True, True)),
        **scoped(chance),
    }


@st.composite
def notified_platforms(draw: st.DrawFn) -> Platform:
    """A platform with messages, sometimes of none or one."""
    platform = draw(platforms())
    count = draw(st.sampled_from((MOST_MESSAGES, MOST_MESSAGES, MOST_MESSAGES, 20, 5, 1, 0)))
    chance = Random(draw(st.integers(0, 2**32)))
    rows = [_message(chance, number) for number in range(count)]
    return with_rows(platform, chance, notifications=rows)
