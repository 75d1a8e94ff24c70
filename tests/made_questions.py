"""What any domain is asked about made-up platforms, and how often."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.warehouse import Warehouse
from tests.engines import Place
from tests.oracles.calendar import Look
from tests.oracles.domain import Domain
from tests.small_sample import scope_of
from tests.tables import SHORTER, Platform, looks

MODERATE = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
FEW = settings(MODERATE, max_examples=8)
THOROUGH = settings(MODERATE, max_examples=60)


def not_cut(domain: Domain, ways: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """(metric, dimension) of what none of these ways of cutting asks for."""
    asked = {(metric, name) for by in ways for metric in domain.cut_by(by) for name in by}
    possible = {(metric.name, name) for metric in find(domain.metrics) for name in metric.dimensions}
    return sorted(possible - asked)


def ask_about(
    place: Place,
    platform: Platform,
    data: st.DataObject,
    domains: Sequence[Domain],
    *,
    hours_of_weeks: bool = True,
) -> None:
    """Draw a question about the platform, and hold the answers of all domains against their oracles."""
    look = data.draw(looks(platform), label="look")
    buckets = SHORTER[look.frame] if hours_of_weeks else buckets_of(look)
    over = data.draw(st.sampled_from((None, *buckets)), label="over")
    compare = data.draw(st.sampled_from((None, "previous", "year")), label="compare")
    with place.holding(platform.tables) as warehouse:
        for domain in domains:
            metric = data.draw(st.sampled_from(find(domain.metrics)), label="cut as")
            names = st.lists(st.sampled_from(metric.dimensions), max_size=2, unique=True)
            by = tuple(data.draw(names, label="by"))
            domain.hold(warehouse, platform.tables, look, by, over, compare)


def buckets_of(look: Look) -> tuple[str, ...]:
    """Buckets of a look; hours only of a day, for there are many."""
    return tuple(frame for frame in SHORTER[look.frame] if look.frame == "day" or frame != "hour")


def assert_are_shares(warehouse: Warehouse, look: Look, rates: Sequence[str]) -> None:
    """Every rate is missing or from 0 to 1, whatever the rows (METRICS, invariant 4)."""
    frame = measure(find(rates), scope_of(look), over=buckets_of(look)[0], warehouse=warehouse)
    assert set(frame["unit"]) == {"share"}
    strange = frame[frame["value"].notna() & ~frame["value"].astype(float).between(0, 1)]
    assert not len(strange), strange
