"""Kernels: private Unix sockets in a folder of their own, and an environment that is ours to set."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from scheduler.kernel import kernel_environment, kernel_manager

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Unix sockets")


def test_sockets_and_connection_file_lie_in_a_private_folder_that_goes() -> None:
    with kernel_manager("python3") as manager:
        folder = Path(manager.ip).parent
        assert manager.transport == "ipc"
        assert Path(manager.connection_file).parent == folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_the_folder_goes_after_an_error_too() -> None:
    folders: list[Path] = []
    with suppress(ZeroDivisionError), kernel_manager("python3") as manager:
        folders.append(Path(manager.ip).parent)
        _ = 1 / 0
    assert [folder.exists() for folder in folders] == [False]


def test_two_kernels_do_not_share_a_folder() -> None:
    with kernel_manager("python3") as one, kernel_manager("python3") as other:
        assert one.ip != other.ip


def test_a_deep_folder_for_temporary_files_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with kernel_manager("python3") as manager:
        # An address of a Unix socket has room for 107 signs, and ports are written behind it.
        assert len(manager.ip) < 100
    assert list(deep.iterdir()) == []


def test_variables_are_set_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAYS", "1")
    monkeypatch.setenv("GOES", "1")
    environment = kernel_environment(GOES=None, COMES="2", NEVER=None)
    assert environment["STAYS"] == "1" and environment["COMES"] == "2"
    assert "GOES" not in environment and "NEVER" not in environment
    assert os.environ["GOES"] == "1" and "COMES" not in os.environ
