"""Who shares a parent of kernels: processes of one user and environment, and no others."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.scheduler.kernels.busy_kernels import kill
from tests.scheduler.kernels.clients import (
    Client,
    Home,
    parent_of,
    waited,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]


def test_four_processes_at_the_same_moment_start_one_parent(own_home: Home) -> None:
    clients = [own_home.client() for _ in range(4)]
    for client in clients:
        client.do("import scheduler.kernels.provisioner")
    assert own_home.left() == []
    for client in clients:
        client.ask_to_start()
    kernels = [client.started() for client in clients]
    (parent,) = own_home.parents()
    assert {kernel.parent for kernel in kernels} == {parent}
    assert own_home.kernels() == {kernel.pid for kernel in kernels}
    # It is the child of none of them, and ends with none of them.
    assert parent_of(parent) not in {client.pid for client in clients}
    for client in clients[:-1]:
        client.kill()
    assert waited(lambda: own_home.kernels() == {kernels[-1].pid})
    assert clients[-1].start().parent == parent


def test_of_many_processes_that_want_a_parent_at_one_instant_one_starts_it(own_home: Home) -> None:
    client = own_home.client()
    client.do("import os, time; from scheduler.kernels.owner import greet")
    client.do(
        "at = time.time() + 0.5\n"
        "for _ in range(24):\n"
        "    if os.fork() == 0:\n"
        "        while time.time() < at: pass\n"
        "        greet()\n"
        "        time.sleep(600)\n"
    )
    forks = [int(pid) for pid in Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()]
    assert len(forks) == 24
    parent = client.start().parent
    # Another one would take as long to start, or would have ended for want of an address.
    assert not waited(lambda: own_home.parents() != {parent}, 1)
    for pid in forks:
        kill(pid)


READ_BY_LIBRARIES = {
    "HOME": "/nowhere",
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "fr_FR.UTF-8",
    "LD_LIBRARY_PATH": "/nowhere",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "7",
    "PYTHONPATH": "/nowhere",
    "TZ": "Asia/Tokyo",
}
OF_A_KERNEL_ALONE = {
    "ANALYTICS_DATABASE_URL": "duckdb:////nowhere",
    "PATH": "/nowhere",
    "PGPASSWORD": "open sesame",
    "TMPDIR": "/nowhere",
}


def test_an_environment_that_libraries_read_has_a_parent_of_its_own(own_home: Home) -> None:
    client = own_home.client()
    client.do("from scheduler.kernels.owner import greet; import os; own = dict(os.environ)")

    def parents_after_greeting(variables: dict[str, str]) -> set[Path]:
        before = set(own_home.base.glob("*.parent"))
        client.do(f"os.environ.update({variables!r})")
        client.do("greet()")
        client.do("[os.environ.pop(name) for name in list(os.environ)] and os.environ.update(own)")
        return set(own_home.base.glob("*.parent")) - before

    assert len(parents_after_greeting({})) == 1
    assert parents_after_greeting({}) == parents_after_greeting(OF_A_KERNEL_ALONE) == set()
    for name, value in READ_BY_LIBRARIES.items():
        assert len(parents_after_greeting({name: value})) == 1, name
        assert parents_after_greeting({name: value}) == set(), name
        # They would all import everything, at the same time.
        for pid in own_home.processes():
            os.kill(pid, signal.SIGKILL)


def test_a_kernel_in_another_time_zone_and_language_has_another_parent(
    client: Client, shared_home: Home
) -> None:
    code = "import time, os; print(time.tzname[0], time.localtime(0).tm_hour, os.environ['LANG'])"
    here = client.start({"TZ": "UTC", "LANG": "C.UTF-8"})
    there = client.start({"TZ": "Asia/Tokyo", "LANG": "C"})
    assert here.run(code) == "UTC 0 C.UTF-8"
    assert there.run(code) == "JST 9 C"
    assert here.parent != there.parent
    assert len(shared_home.parents()) >= 2
