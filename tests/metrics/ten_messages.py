"""Ten messages, small enough to count by hand, and March 2026 in Madrid asked of them on 15 April.

         channel   delivery  opens     delivered  opened     by a machine  clicked    failed
    m0   email     told      told      1 min      1 h        1 min         2 h        -
    m1   email     told      told      1 min      7 days     -             7 days     -
    m2   email     told      told      1 min      7 d 1 s    5 min         7 d 1 s    -
    m3   email     told      told      -          -          -             -          1 min
    m4   email     told      told      -          1 h        -             1 h        -        never delivered
    m5   sms       told      not told  1 min      -          -             1 h        -
    m6   push      not told  told      -          1 min      -             1 min      -
    m7   push      not told  told      -          -          -             -          1 min
    m8   letter    not told  not told  -          -          -             -          -
    m9   email     told      told      1 min      -1 s       -             -1 s       -        too early
    m10  as m0, but sent at the very beginning of April
    m11  as m0, but a test record

m0 to m9 are sent on 10 March.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.engines import Place
from tests.metrics.rows import Answer, Rows, values

AS_OF = datetime(2026, 4, 15)
SENT = datetime(2026, 3, 10, 9)
SECOND, MINUTE, HOUR, WEEK = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=7),
)
EVENTS = ("delivered_at", "opened_at", "machine_opened_at", "clicked_at", "failed_at")
After = timedelta | None


def _message(
    name: str,
    channel: str,
    told: tuple[bool, bool],
    *after: After,
    sent: datetime = SENT,
    is_test: bool = False,
) -> dict[str, object]:
    happened = {
        event: None if late is None else sent + late for event, late in zip(EVENTS, after, strict=True)
    }
    return {
        "message_id": name,
        "channel": channel,
        "sent_at": sent,
        "reports_delivery": told[0],
        "reports_opens": told[1],
        "is_test": is_test,
        **happened,
    }


BOTH = True, True
M0 = (MINUTE, HOUR, MINUTE, 2 * HOUR, None)
MESSAGES: Rows = [
    _message("m0", "email", BOTH, *M0),
    _message("m1", "email", BOTH, MINUTE, WEEK, None, WEEK, None),
    _message("m2", "email", BOTH, MINUTE, WEEK + SECOND, 5 * MINUTE, WEEK + SECOND, None),
    _message("m3", "email", BOTH, None, None, None, None, MINUTE),
    _message("m4", "email", BOTH, None, HOUR, None, HOUR, None),
    _message("m5", "sms", (True, False), MINUTE, None, None, HOUR, None),
    _message("m6", "push", (False, True), None, MINUTE, None, MINUTE, None),
    _message("m7", "push", (False, True), None, None, None, None, MINUTE),
    _message("m8", "letter", (False, False), None, None, None, None, None),
    _message("m9", "email", BOTH, MINUTE, -SECOND, None, -SECOND, None),
    _message("m10", "email", BOTH, *M0, sent=datetime(2026, 3, 31, 22)),
    _message("m11", "email", BOTH, *M0, is_test=True),
]


def march(place: Place, *metrics: str, as_of: datetime = AS_OF, by: str | None = None) -> dict[Any, Answer]:
    """Metric -> its value for March; metric and group where it is cut."""
    rows = {"notifications": MESSAGES}
    return values(place, rows, *metrics, period="2026-03", as_of=as_of, by=by)
