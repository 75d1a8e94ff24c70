"""How much memory there is: the machine's, or what is left of a container's limit."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from scheduler import memory
from scheduler.local_crew import LocalCrew, usual_size

GIB = 2**30


def limited(folder: Path, version: int, limit: str, used: int, cached: int) -> None:
    """A control group of that version, as the system shows it."""
    files = {
        1: ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
        2: ("memory.max", "memory.current", "memory.stat"),
    }[version]
    word = {1: "total_inactive_file", 2: "inactive_file"}[version]
    (folder / "memory").mkdir()
    for name, content in zip(files, (limit, str(used), f"anon 5\n{word} {cached}"), strict=True):
        (folder / name).write_text(f"{content}\n")


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_left_of_a_limit_counts_cached_files_as_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    limited(tmp_path, version, str(2 * GIB), used=GIB + GIB // 2, cached=GIB // 4)
    assert memory.available_memory() == min(3 * GIB // 4, psutil.virtual_memory().available)


@pytest.mark.parametrize("limit", ["max", str(2**63)])
def test_without_a_limit_it_is_the_machine_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("M", (), {"available": 7 * GIB}))
    limited(tmp_path, 2, limit, used=GIB, cached=0)
    assert memory.available_memory() == 7 * GIB


def test_a_limit_that_is_passed_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_GROUP", tmp_path)
    limited(tmp_path, 2, str(GIB), used=2 * GIB, cached=0)
    assert memory.available_memory() == 0


@pytest.mark.parametrize(("free", "cores", "workers"), [(64, 4, 4), (1, 4, 1), (2, 4, 3), (0, 4, 1)])
def test_there_are_as_many_workers_as_cores_and_memory_for_them(
    monkeypatch: pytest.MonkeyPatch, free: int, cores: int, workers: int
) -> None:
    monkeypatch.setattr("scheduler.local_crew.available_memory", lambda: free * GIB)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(cores)), raising=False)
    assert usual_size() == workers


def test_without_memory_one_run_begins_and_no_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.local_crew.available_memory", lambda: 1.0)
    crew = LocalCrew(4)
    assert crew.has_room(need=GIB)
    crew._workers.append(type("Busy", (), {"task": object()}))  # type: ignore[arg-type]
    assert not crew.has_room(need=GIB)
    assert crew.has_room(need=1)
