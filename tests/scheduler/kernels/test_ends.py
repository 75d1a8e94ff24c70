"""Kernels and parents end with their owners, killed or not, and leave nothing behind.

The libraries that a parent imports do not matter for that: it imports next to nothing here, so that it
starts soon, and is ours in all else.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

import pytest

from tests.scheduler.kernels.busy_kernels import BUSY, keep_busy, kill, with_child
from tests.scheduler.kernels.clients import (
    PATIENCE,
    Client,
    Home,
    home,
    is_gone,
    parent_of,
    waited,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]


def test_a_parent_ends_at_once_when_its_only_owner_is_killed_and_nothing_is_left(own_home: Home) -> None:
    client = own_home.client()
    kernels = [client.start(), client.start()]
    everything = own_home.processes().keys()
    assert {kernel.pid for kernel in kernels} < everything and len(everything) >= 3
    client.kill()
    assert waited(lambda: all(map(is_gone, everything)))
    assert waited(lambda: own_home.left() == []), own_home.left()


def test_a_parent_that_is_killed_when_nobody_needs_it_leaves_nothing(light: Path) -> None:
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER="60") as made:
        client = made.client()
        client.start().shut_down()
        (parent,) = made.parents()
        client.leave()
        assert waited(made.spares) and not is_gone(parent)
        kill(parent)
        assert waited(lambda: made.left() == []), made.left()


def test_an_owner_that_is_killed_while_the_parent_imports_leaves_nothing(light: Path) -> None:
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER="1") as made:
        client = made.client()
        client.ask_to_start()
        assert waited(made.parents, PATIENCE)
        client.kill()
        # Should it have been killed before it could call, it is waited for a while.
        assert waited(lambda: made.left() == [], 30), made.left()


def test_an_owner_that_leaves_its_kernels_behind_in_peace_leaves_nothing_but_the_parent(
    own_home: Home,
) -> None:
    client = own_home.client()
    kernel = client.start()
    child = with_child(kernel)
    (parent,) = own_home.parents()
    client.leave()
    assert waited(lambda: kernel.is_gone() and is_gone(child))
    assert waited(lambda: not list(own_home.base.glob("k-*")))
    assert not is_gone(parent)


@pytest.mark.parametrize("code", ["", *BUSY.values()], ids=["idle", *BUSY])
def test_a_kernel_and_what_it_started_end_within_a_second_of_their_owner(
    client: Client, shared_home: Home, tmp_path: Path, code: str
) -> None:
    kernel = client.start()
    child = with_child(kernel)
    if code:
        keep_busy(kernel, code, tmp_path)
    assert not kernel.is_gone() and not is_gone(child)
    client.kill()
    assert waited(lambda: kernel.is_gone() and is_gone(child))
    assert waited(lambda: not list(shared_home.base.glob("k-*")))


def test_the_same_when_the_parent_was_killed_before(own_home: Home) -> None:
    client = own_home.client()
    kernel = client.start()
    child = with_child(kernel)
    kill(kernel.parent)
    assert not waited(kernel.is_gone, 0.5)
    folder = next(own_home.base.glob("k-*"))
    client.kill()
    assert waited(lambda: kernel.is_gone() and is_gone(child))
    # Nobody was left who could remove its folder; the next parent does.
    own_home.client().start()
    assert waited(lambda: not folder.exists())


def test_what_a_cell_started_ends_when_parent_and_owner_are_killed_while_the_kernel_ends(
    own_home: Home,
) -> None:
    client = own_home.client()
    kernel = client.start()
    # A grandchild, which ipykernel does not know of and so does not end.
    shell = ["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"]
    begun = f"subprocess.run({shell!r}, stdout=subprocess.PIPE, text=True)"
    grandchild = int(kernel.run(f"import subprocess; print({begun}.stdout)"))
    kill(kernel.parent)
    kernel.begin("exit()")
    # It cannot end the group in the kernel's stead.
    os.kill(client.pid, signal.SIGSTOP)
    assert waited(kernel.is_gone)
    client.kill()
    assert waited(lambda: is_gone(grandchild))


def test_the_same_when_the_parent_was_killed_before_and_a_cell_keeps_python_busy(
    own_home: Home, tmp_path: Path
) -> None:
    client = own_home.client()
    kernel = client.start()
    keep_busy(kernel, BUSY["adding"], tmp_path)
    kill(kernel.parent)
    client.kill()
    assert waited(kernel.is_gone)


@pytest.mark.parametrize(
    "fork",
    [
        "fork()",
        "context.Process(target=time.sleep, args=(600,)).start()",
        "subprocess.Popen(['sleep', '600'], close_fds=False, start_new_session=True)",
    ],
    ids=["fork", "multiprocessing", "subprocess"],
)
def test_a_fork_of_the_owner_keeps_no_kernel_alive(client: Client, fork: str) -> None:
    kernel = client.start()
    client.do("import multiprocessing, subprocess, time; context = multiprocessing.get_context('fork')")
    client.do(f"started = {fork}")
    pid = client.do("started if isinstance(started, int) else None")
    pids = [int(each) for each in Path(f"/proc/{client.pid}/task/{client.pid}/children").read_text().split()]
    assert pids and pid in {None, *pids}
    client.kill()
    assert waited(kernel.is_gone)
    # It was not the end of the fork that ended the kernel.
    assert not any(map(is_gone, pids))
    for each in pids:
        kill(each)


def test_a_fork_of_the_owner_has_kernels_of_its_own(client: Client, tmp_path: Path) -> None:
    kernel = client.start()
    client.do("import os, pathlib, time")
    started = tmp_path / "started"
    client.do(
        "def work():\n"
        "    _, pid = start({}, {})\n"
        f"    pathlib.Path({str(started)!r}).write_text(str(pid))\n"
        "    time.sleep(600)\n"
        "worker = os.fork()\n"
        "if worker == 0:\n"
        "    work()\n"
    )
    assert waited(lambda: started.exists() and started.read_text(), 15)
    of_the_worker = int(started.read_text())
    assert parent_of(of_the_worker) == kernel.parent
    kill(client.do("worker"))
    assert waited(lambda: is_gone(of_the_worker))
    assert kernel.run("print('on')") == "on"


def test_nothing_is_left_of_clients_that_were_killed_or_left(client: Client, shared_home: Home) -> None:
    files = shared_home.left
    before = {line for line in files() if "/" in line}
    kernels = [client.start() for _ in range(3)]
    kernels[0].shut_down()
    kill(kernels[1].pid)
    assert waited(lambda: kernels[1].poll() is not None)
    temporary = set(Path(tempfile.gettempdir()).glob("kernel-*.json"))
    client.kill()
    assert waited(lambda: all(kernel.is_gone() for kernel in kernels))
    # What a test before this one used may go meanwhile.
    assert waited(lambda: {line for line in files() if "/" in line} <= before)
    assert set(Path(tempfile.gettempdir()).glob("kernel-*.json")) <= temporary
