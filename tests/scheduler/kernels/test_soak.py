"""A short soak: nothing fails to start but what was killed, and nothing is left behind.

`python benchmarks/kernel_soak.py` is the long one. What counts as a failure stands at its top.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.kernel_soak import Findings, all_by_one, runs_at_a_time
from benchmarks.soaking.ground import Ground, ground

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place() -> Iterator[Ground]:
    with ground() as made:
        yield made


def told(found: Findings) -> str:
    return "\n".join([f"{found.name}: {found.numbers}", *found.failures])


@pytest.mark.parametrize(("what", "count"), [("one_after_another", 40), ("at_once", 20)])
def test_kernels_all_start_and_leave_nothing_behind(place: Ground, what: str, count: int) -> None:
    found = all_by_one(place, what, count)
    assert not found.failures, told(found)
    assert found.numbers["answers"] == count


def test_runs_fail_only_with_what_was_killed_and_leave_nothing_behind(place: Ground) -> None:
    found = runs_at_a_time(place, 60, 8, kill=True, seed=1)
    assert not found.failures, told(found)
    assert found.numbers["runs"] == 60
    assert found.numbers["good"] > 20, told(found)
    assert sum(number for name, number in found.numbers.items() if "kills" in name) > 3, told(found)
