"""The catalogue: complete, unambiguous, in plain sentences, and counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics_lib import schema
from analytics_lib.catalogue import METRICS, OWNERS, find
from analytics_lib.errors import UnknownName
from analytics_lib.metric import AnyMetric

COUNTED = Path(__file__).parent / "metrics"
BY_HAND = "\n".join(path.read_text(encoding="utf-8") for path in sorted(COUNTED.glob("test_*.py")))


def everything() -> list[AnyMetric]:
    """The listed metrics and all that they rest on, to the last part."""
    found = list(METRICS.values())
    for metric in found:
        found.extend(part for part in metric.parts if part not in found)
    return found


def test_names_are_unambiguous() -> None:
    names = [metric.name for metric in everything()]
    assert len(set(names)) == len(names)
    assert [name for name, metric in METRICS.items() if metric.name != name] == []


@pytest.mark.parametrize("metric", everything(), ids=lambda metric: metric.name)
def test_every_metric_says_what_it_is_in_one_sentence(metric: AnyMetric) -> None:
    assert metric.says[0].isupper()
    assert metric.says.endswith(".")
    assert "\n" not in metric.says
    assert ". " not in metric.says
    assert metric.title
    assert metric.title != metric.name
    assert metric.owner
    assert metric.small_base >= 1


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_every_metric_reads_canonical_columns_only(metric: AnyMetric) -> None:
    for table, column in metric.requires:
        assert column in schema.metadata.tables[table].columns


def test_what_partners_may_see_rests_on_nothing_they_may_not() -> None:
    """Else a ratio would show what its parts hide."""
    told = {
        metric.name: [part.name for part in metric.parts if not part.for_partners and not part.is_part]
        for metric in METRICS.values()
        if metric.for_partners
    }
    assert {name: secrets for name, secrets in told.items() if secrets} == {}


def test_every_owner_has_its_place() -> None:
    assert {metric.owner for metric in METRICS.values()} == set(OWNERS)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_is_counted_by_hand(name: str) -> None:
    assert f'"{name}"' in BY_HAND


def test_find_takes_names_and_metrics() -> None:
    rate = METRICS["cancellation_rate"]
    assert find(["cancellation_rate", rate]) == (rate, rate)
    assert find([]) == ()


@pytest.mark.parametrize(
    ("wrong", "suggested"),
    [("cancelation_rate", "cancellation_rate"), ("bookings", "net_bookings"), ("zzz", "there are")],
)
def test_unknown_names_suggest_the_nearest(wrong: str, suggested: str) -> None:
    with pytest.raises(UnknownName) as caught:
        find([wrong])
    assert f"'{wrong}'" in str(caught.value)
    assert suggested in str(caught.value)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        METRICS["mine"] = METRICS["total_bookings"]  # type: ignore[index]
