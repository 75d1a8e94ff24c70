"""What domains of partners, customers and all that lasts are asked about made-up platforms."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st

from analytics_lib.catalogue import find
from analytics_lib.measure import measure
from analytics_lib.warehouse import Warehouse
from tests.engines import Place
from tests.oracles.calendar import Look
from tests.oracles.domain import Domain
from tests.small_sample import scope_of
from tests.tables import SHORTER, Platform, looks
from tests.test_measure_generated import MODERATE

FEW = settings(MODERATE, max_examples=6)
MANY = settings(MODERATE, max_examples=80)

MOST = (
    "month and the one before",
    "quarter as known on its last day",
    "half a year's months and those before",
    "hours of the change of clocks",
    "to date by weeks and models",
    "direct",
    "sold by others",
)
"""Questions about the sample that are asked each time; the others are slow."""


def not_cut(domain: Domain, ways: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """(metric, dimension) of what none of these ways of cutting asks for."""
    asked = {(metric, name) for by in ways for metric in domain.cut_by(by) for name in by}
    possible = {(metric.name, name) for metric in find(domain.metrics) for name in metric.dimensions}
    return sorted(possible - asked)


def ask_about(place: Place, platform: Platform, data: st.DataObject, domains: Sequence[Domain]) -> None:
    """Draw a question about the platform, and hold the answers of all domains against their oracles."""
    look = data.draw(looks(platform), label="look")
    over = data.draw(st.sampled_from((None, *buckets_of(look))), label="over")
    compare = data.draw(st.sampled_from((None, "previous", "year")), label="compare")
    with place.holding(platform.tables) as warehouse:
        for domain in domains:
            names = st.lists(st.sampled_from(domain.dimensions), max_size=2, unique=True)
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
