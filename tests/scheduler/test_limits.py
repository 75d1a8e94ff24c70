"""Limits as they are written, and what each means in seconds, bytes and attempts."""

from __future__ import annotations

import pytest

from analytics_lib.errors import InputError
from scheduler.limits import USUAL_LIMITS, Limits, memory_bytes, retry_count, seconds


@pytest.mark.parametrize(
    ("words", "meant"), [("1", 1), ("600", 600), ("90s", 90), ("10m", 600), ("1h", 3600), ("2 h", 7200)]
)
def test_time_is_seconds_or_has_a_unit(words: str, meant: int) -> None:
    assert seconds(words) == meant


@pytest.mark.parametrize("words", ["", "0", "0m", "-1", "1.5h", "10min", "1d", "ten", "1h30m", "١"])
def test_what_is_no_time_is_refused(words: str) -> None:
    with pytest.raises(InputError, match=r"is no limit of time: write seconds, or such as 90s, 10m or 1h\."):
        seconds(words)


@pytest.mark.parametrize(
    ("words", "meant"),
    [("512MiB", 536_870_912), ("2GiB", 2_147_483_648), ("1.5 GiB", 1_610_612_736), ("500MB", 500_000_000)],
)
def test_memory_has_a_unit(words: str, meant: int) -> None:
    assert memory_bytes(words) == meant


@pytest.mark.parametrize("words", ["", "2", "2G", "2gib", "0GiB", "-1GiB", "2 TB"])
def test_what_is_no_memory_is_refused(words: str) -> None:
    with pytest.raises(InputError, match=r"is no limit of memory: write such as 512MiB or 2GiB\."):
        memory_bytes(words)


def test_retries_are_few() -> None:
    assert [retry_count(words) for words in ("0", "1", "10")] == [0, 1, 10]
    for words in ("11", "-1", "1.0", "", "many"):
        with pytest.raises(InputError, match=r"is no number of retries: write one from 0 to 10\."):
            retry_count(words)


def test_only_what_is_named_changes() -> None:
    assert USUAL_LIMITS.changed() == Limits(600, 3600, None, 1)
    assert USUAL_LIMITS.changed(cell="5m", retries="0") == Limits(300, 3600, None, 0)
    assert USUAL_LIMITS.changed(run="2h", memory="1GiB") == Limits(600, 7200, 2**30, 1)


def test_the_widest_of_two_lets_through_what_either_does() -> None:
    narrow, wide = Limits(10, 200, 2**20, 3), Limits(20, 100, 2**30, 0)
    assert narrow.widest(wide) == wide.widest(narrow) == Limits(20, 200, 2**30, 3)
    assert narrow.widest(Limits(1, 1, None, 0)).memory is None
