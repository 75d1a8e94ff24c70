"""Uptime and requests of one day, counted by hand.

1 March 2026 in UTC, of two services, known up to 5 March:

    web  watched since 2025; out 1:00 to 2:00, 1:30 to 3:00 and from 23:30 to 0:30 of the next day;
         maintenance 2:30 to 4:00, not measured 10:00 to 11:00
    pay  watched from 12:00; out 11:00 to 13:00, and from 23:45 on, still

and an outage that does not say of what.
"""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.engines import Place
from tests.metrics.small_world import Answer, Rows, ask

AS_OF = datetime(2026, 3, 5)


def _at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2026, 3, day, hour, minute)


def _out(
    number: int, service: str | None, start: datetime, end: datetime | None, kind: str = "unplanned"
) -> dict[str, object]:
    name = f"o{number}"
    return {"outage_id": name, "service": service, "kind": kind, "started_at": start, "ended_at": end}


ROWS: dict[str, Rows] = {
    "services": [
        {"service": "web", "monitored_from": datetime(2025, 1, 1), "monitored_to": None},
        {"service": "pay", "monitored_from": _at(12), "monitored_to": None},
    ],
    "outages": [
        _out(1, "web", _at(1), _at(2)),
        _out(2, "web", _at(1, 30), _at(3)),
        _out(3, "web", _at(2, 30), _at(4), "maintenance"),
        _out(4, "web", _at(10), _at(11), "unmeasured"),
        _out(5, "web", _at(23, 30), _at(0, 30, day=2)),
        _out(6, "pay", _at(11), _at(13)),
        _out(7, "pay", _at(23, 45), None),
        _out(8, None, _at(5), _at(9)),
    ],
    "request_counts": [
        {"service": "web", "bucket_at": _at(0), "valid": 100, "good": 98},
        {"service": "web", "bucket_at": _at(1), "valid": 50, "good": None},
        {"service": "pay", "bucket_at": _at(23), "valid": None, "good": 7},
        {"service": "pay", "bucket_at": _at(0, day=2), "valid": 10, "good": 10},
    ],
}


def day(place: Place, *metrics: str, by: str | None = None) -> dict[str, Answer]:
    return ask(place, ROWS, *metrics, period="2026-03-01", as_of=AS_OF, by=by)


def test_seconds(place: Place) -> None:
    found = day(place, "measured_seconds", "downtime_seconds")
    # web 24 hours less 1.5 of maintenance and 1 not measured, pay 12
    assert found["measured_seconds"] == 21.5 * 3600 + 12 * 3600
    # web 1:00 to 2:30, when maintenance began, and half an hour; pay 12:00 to 13:00 and a quarter
    assert found["downtime_seconds"] == 2 * 3600 + 1.25 * 3600


def test_uptime(place: Place) -> None:
    assert day(place, "service_uptime", by="service") == {
        "pay": pytest.approx(1 - 1.25 / 12),
        "web": pytest.approx(1 - 2 / 21.5),
    }
    found = day(place, "service_uptime", "system_uptime")
    assert found["service_uptime"] == pytest.approx(1 - 3.25 / 33.5)
    # Any was measured for 21.5 hours; any was down 1:00 to 2:30, 12:00 to 13:00 and from 23:30.
    assert found["system_uptime"] == pytest.approx(1 - 3 / 21.5)


def test_an_outage_that_lasts_ends_where_knowledge_does(place: Place) -> None:
    found = ask(place, ROWS, "downtime_seconds", period="2026-03-05", as_of=datetime(2026, 3, 5, 6))
    # pay alone, for the six hours that are known
    assert found["downtime_seconds"] == 6 * 3600


def test_requests(place: Place) -> None:
    found = day(place, "valid_requests", "request_success_rate")
    assert found["valid_requests"] == 150
    # 98 of 100: of the other 50 it is not told, and 7 good ones are of an unknown number
    assert found["request_success_rate"] == pytest.approx(0.98)
