"""Uptime, requests and rooms to sell, on both engines, against the oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.scope import Scope
from analytics_lib.warehouse import Warehouse
from tests import engines
from tests.engines import Place, about_frame
from tests.made_questions import MODERATE, ask_about, assert_are_shares, not_cut
from tests.made_rows import frame_of
from tests.oracles.reliability import DOMAIN
from tests.reliability_tables import watched_platforms
from tests.sample_questions import QUESTIONS, of_a_distributor
from tests.small_sample import look_at, sample
from tests.tables import Platform, looks

place = engines.place

WAYS = (
    ("service",),
    ("product", "product_name"),
    ("product_kind",),
    ("destination", "destination_name"),
    ("country", "region"),
)

# Requests are counted from October 2025 on only: nothing can be said of what changed before.
ANSWERED = (
    "month and the one before",
    "days of the change of clocks",
    "hours of the change of clocks",
    "hour",
    "direct",
)


def test_every_metric_is_cut_by_every_dimension() -> None:
    assert not_cut(DOMAIN, WAYS) == []


@pytest.mark.parametrize("by", WAYS, ids="-".join)
def test_by_every_dimension(sampled: Warehouse, by: tuple[str, ...]) -> None:
    DOMAIN.hold(sampled, sample(), look_at("quarter", "2026-Q1"), by)


@pytest.mark.parametrize("question", ANSWERED)
def test_questions(sampled: Warehouse, question: str) -> None:
    asked = QUESTIONS[question]
    DOMAIN.hold(sampled, sample(), asked.look, (), asked.over, asked.compare)


def test_a_year_before(sampled: Warehouse) -> None:
    to_date = look_at("month", "2026-10", datetime(2026, 10, 17, 9, 30))
    DOMAIN.hold(sampled, sample(), to_date, ("service",), compare="year")


def test_a_year_in_which_a_service_ends(sampled: Warehouse) -> None:
    DOMAIN.hold(sampled, sample(), look_at("year", "2025"), ("service",), "month")


def test_partners_do_not_see_it(sampled: Warehouse) -> None:
    DOMAIN.hold(sampled, sample(), of_a_distributor().look)


@pytest.mark.slow
def test_hours_of_a_week(sampled: Warehouse) -> None:
    DOMAIN.hold(sampled, sample(), look_at("week", "2026-W43"), ("service",), "hour")


@settings(MODERATE, max_examples=6)
@given(platform=watched_platforms(), data=st.data())
def test_any_table(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data, [DOMAIN], hours_of_weeks=False)


@pytest.mark.slow
@settings(MODERATE, max_examples=80)
@given(platform=watched_platforms(), data=st.data())
def test_many_tables(place: Place, platform: Platform, data: st.DataObject) -> None:
    ask_about(place, platform, data, [DOMAIN], hours_of_weeks=False)


@settings(MODERATE, max_examples=6)
@given(platform=watched_platforms(), data=st.data())
def test_rates_lie_between_nothing_and_all(place: Place, platform: Platform, data: st.DataObject) -> None:
    look = replace(data.draw(looks(platform), label="look"), partners=())
    with place.holding(platform.tables) as warehouse:
        assert_are_shares(warehouse, look, ("service_uptime", "system_uptime", "request_success_rate"))


HOUR = datetime(2026, 3, 29)


def seconds_of(rows: list[dict[str, object]], service: str, kind: str, as_of: datetime) -> set[int]:
    """The seconds since HOUR that lie in any of a service's intervals of a kind, one by one."""
    found: set[int] = set()
    for row in rows:
        if row["service"] == service and row.get("kind", "watched") == kind:
            end = row["ended_at"] or as_of
            found |= set(
                range(round((row["started_at"] - HOUR).total_seconds()), round((end - HOUR).total_seconds()))
            )
    return found


@pytest.mark.parametrize("seed", range(4))
def test_second_by_second(place: Place, seed: int) -> None:
    """An hour of two services, looked at after 50 minutes of it, every second on its own."""
    chance, as_of = Random(seed), HOUR + timedelta(minutes=50)

    def interval() -> dict[str, object]:
        start = HOUR + timedelta(seconds=chance.randrange(-900, 3_600))
        end = start + timedelta(seconds=chance.choice((0, 60, 300, 300, 1_800, 9_000)))
        return {
            "service": chance.choice(("web", "pay")),
            "started_at": start,
            "ended_at": chance.choice((None, end, end)),
        }

    kinds = ("unplanned", "unplanned", "maintenance", "unmeasured")
    outages = [{**interval(), "outage_id": f"o{number}", "kind": chance.choice(kinds)} for number in range(8)]
    watched = [
        {"service": "web", "started_at": HOUR + timedelta(minutes=5), "ended_at": None},
        {"service": "pay", "started_at": HOUR - timedelta(days=9), "ended_at": HOUR + timedelta(minutes=45)},
    ]
    measured, down = {}, {}
    for service in ("web", "pay"):
        of_kind = {kind: seconds_of(outages, service, kind, as_of) for kind in kinds}
        seen = seconds_of(watched, service, "watched", as_of) & set(range(50 * 60))
        measured[service] = seen - of_kind["maintenance"] - of_kind["unmeasured"]
        down[service] = measured[service] & of_kind["unplanned"]
    services = [
        {"service": row["service"], "monitored_from": row["started_at"], "monitored_to": row["ended_at"]}
        for row in watched
    ]
    tables = {
        "about": about_frame(as_of),
        "services": frame_of("services", services),
        "outages": frame_of("outages", outages),
    }
    names = ("measured_seconds", "downtime_seconds", "service_uptime", "system_uptime")
    with place.holding(tables) as warehouse:
        scope = Scope.build(period="2026-03-29T00", as_of=as_of)
        frame = measure(find(names), scope, warehouse=warehouse)
    found = dict(zip(frame["metric"], frame["value"], strict=True))
    total, lost = (sum(len(each) for each in of.values()) for of in (measured, down))
    whole, any_down = (len(of["web"] | of["pay"]) for of in (measured, down))
    assert (found["measured_seconds"], found["downtime_seconds"]) == (total, lost)
    assert found["service_uptime"] == pytest.approx(1 - lost / total)
    assert found["system_uptime"] == pytest.approx(1 - any_down / whole)
