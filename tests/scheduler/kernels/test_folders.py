"""Where sockets lie, who can reach them, and what is swept."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from tests.scheduler.kernels.clients import (
    Client,
    Home,
    is_gone,
    waited,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]


def test_only_their_user_can_reach_the_sockets(keeper: Client, shared_home: Home) -> None:
    previous = os.umask(0)
    try:
        careless = shared_home.client()
    finally:
        os.umask(previous)
    kernel = careless.start()
    folder = Path(careless.do("managers[0].connection_file")).parent
    assert folder.parent == shared_home.base
    for path in (shared_home.base, folder, folder / "connection.json"):
        assert path.stat().st_mode & 0o077 == 0
    assert len([path for path in shared_home.base.rglob("*") if path.is_socket()]) >= 6
    tcp = Path(f"/proc/{kernel.pid}/net/tcp").read_text().splitlines()[1:]
    opened = {str(link.readlink()) for link in Path(f"/proc/{kernel.pid}/fd").iterdir()}
    assert not opened & {f"socket:[{line.split()[9]}]" for line in tcp}
    careless.close()


@pytest.mark.parametrize("variable", ["XDG_RUNTIME_DIR", "TMPDIR"])
def test_sockets_have_short_paths_in_a_deep_folder_for_temporary_files(
    own_home: Home, tmp_path: Path, variable: str
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    surroundings = {"TMPDIR": str(own_home.runtime), variable: str(deep)}
    without = "XDG_RUNTIME_DIR" if variable == "TMPDIR" else ""
    client = own_home.client(surroundings, without=without)
    kernel = client.start()
    connection = Path(client.do("managers[0].connection_file"))
    folder = connection.parent
    assert folder.is_absolute() and folder.parent.stat().st_mode & 0o077 == 0
    sockets = [path for path in folder.parent.rglob("*") if path.is_socket()]
    assert sockets and max(len(str(path)) for path in sockets) < 107
    assert not folder.is_relative_to(deep) and list(deep.iterdir()) == []
    parent = kernel.parent
    client.kill()
    assert waited(lambda: is_gone(parent) and kernel.is_gone())
    assert waited(lambda: not folder.exists())


def test_folders_of_dead_owners_are_swept_when_a_parent_starts(own_home: Home) -> None:
    own_home.base.mkdir(mode=0o700)
    dead, owned = (own_home.base / f"k-{name}" for name in ("dead", "owned"))
    long_ago = time.time() - 3600
    for folder in (dead, owned):
        folder.mkdir(mode=0o700)
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(folder / "k-1"))
        os.utime(folder, (long_ago, long_ago))
    # As an owner does as long as it lives.
    handle = os.open(owned, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        kernel = own_home.client().start()
        assert not dead.exists()
        assert (owned / "k-1").exists()
        kernel.shut_down()
    finally:
        os.close(handle)
