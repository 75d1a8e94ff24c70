"""The life of a parent of kernels: it lingers, is killed and replaced, makes way for another.

Owners, parents, spares and kernels are killed here, again and again, from real processes.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import venv
from functools import partial
from pathlib import Path

import pytest

import scheduler.kernels
from tests.scheduler.kernels.busy_kernels import kill, with_child
from tests.scheduler.kernels.clients import (
    SOON,
    Client,
    Home,
    home,
    is_gone,
    light_folder,
    parent_of,
    waited,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]


def test_a_parent_lingers_for_the_next_command_and_then_ends(light: Path) -> None:
    linger = 2.0
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER=str(linger)) as made:
        first, second = made.client(), made.client()
        first.start().shut_down()
        (parent,) = made.parents()
        first.leave()
        kernel = second.start()
        assert kernel.parent == parent
        # The second owner keeps it, long after the first has left, and with or without a kernel.
        kernel.shut_down()
        assert not waited(lambda: is_gone(parent), linger + 1)
        left_at = time.monotonic()
        second.leave()
        assert waited(lambda: is_gone(parent), linger + SOON)
        assert time.monotonic() - left_at > linger
        assert waited(lambda: made.left() == []), made.left()


def test_a_killed_parent_is_replaced_and_its_running_kernels_go_on(own_home: Home) -> None:
    client, other = own_home.client(), own_home.client()
    kernel = client.start()
    kernel.run("answer = 42")
    old = kernel.parent
    spares = own_home.spares()
    kill(old)
    assert waited(lambda: all(map(is_gone, spares)))
    fresh, others = client.start(), other.start()
    assert fresh.parent == others.parent != old
    assert own_home.parents() == {fresh.parent}
    assert kernel.run("print(answer)") == "42"
    # Its death, which no parent can tell any more, is seen all the same.
    assert kernel.poll() is None
    kill(kernel.pid)
    assert waited(lambda: kernel.poll() == -signal.SIGKILL)
    assert fresh.poll() is None
    for each in (kernel, fresh, others):
        each.shut_down()
    assert waited(lambda: not list(own_home.base.glob("k-*")) and not own_home.kernels())


def test_what_a_cell_started_does_not_hide_the_kernels_death(own_home: Home) -> None:
    client = own_home.client()
    kernel = client.start()
    started = own_home.base / "started"
    kernel.run(f"import os; os.system('setsid sleep 600 > /dev/null 2>&1 & echo $! > {started}')")
    child = int(started.read_text())
    try:
        kill(kernel.parent)
        kill(kernel.pid)
        assert waited(lambda: kernel.poll() is not None)
    finally:
        os.kill(child, signal.SIGKILL)


def test_killed_spares_are_replaced_and_hinder_nobody(client: Client, shared_home: Home) -> None:
    before = client.start()

    def waiting() -> set[int]:
        return {pid for pid in shared_home.spares() if parent_of(pid) == before.parent}

    assert waited(lambda: len(waiting()) == 2)
    spares = waiting()
    for pid in spares:
        os.kill(pid, signal.SIGKILL)
    kernel = client.start()
    assert kernel.parent == before.parent and kernel.pid not in spares
    assert waited(lambda: len(waiting()) == 2 and not waiting() & spares)
    assert kernel.run("print(1)") == before.run("print(1)") == "1"


def test_a_spare_that_is_killed_with_its_order_unread_costs_its_owner_nothing(own_home: Home) -> None:
    client = own_home.client()
    before = client.start()
    assert waited(lambda: len(own_home.spares()) == 2)
    doomed = own_home.spares()
    for pid in doomed:
        os.kill(pid, signal.SIGSTOP)
    client.ask_to_start()
    # One of them has been given the lifeline when there is another spare.
    assert waited(lambda: own_home.spares() > doomed)
    time.sleep(0.5)
    for pid in doomed:
        kill(pid)
    kernel = client.started()
    assert kernel.pid not in doomed and kernel.parent == before.parent
    folder = Path(client.do(f"managers[{kernel.number}].connection_file")).parent
    time.sleep(0.5)
    assert folder.exists()
    assert kernel.run("print(1)") == "1"


@pytest.mark.parametrize(
    ("death", "code"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("import os; os._exit(3)", 3),
    ],
    ids=["killed", "crashed", "ended"],
)
def test_the_owner_is_told_how_a_kernel_died(
    client: Client, shared_home: Home, death: str, code: int
) -> None:
    kernel, sibling = client.start(), client.start()
    child = with_child(kernel)
    assert kernel.poll() is None
    kernel.begin(death)
    assert waited(lambda: kernel.poll() == code), kernel.poll()
    assert kernel.is_gone() and waited(lambda: is_gone(child))
    assert sibling.poll() is None and sibling.run("print(1)") == "1"


def test_a_parent_that_is_told_to_end_does_and_its_kernels_go_on(own_home: Home) -> None:
    client = own_home.client()
    kernel = client.start()
    kernel.run("answer = 42")
    parent = kernel.parent
    # These are meant for others in its terminal.
    for number in (signal.SIGINT, signal.SIGHUP):
        os.kill(parent, number)
    assert not waited(lambda: is_gone(parent), 0.3)
    spares = own_home.spares()
    os.kill(parent, signal.SIGTERM)
    assert waited(lambda: all(map(is_gone, {parent, *spares})))
    assert list(own_home.base.glob("*.parent")) == list(own_home.base.glob("*.log")) == []
    assert kernel.run("print(answer)") == "42"
    assert client.start().parent != parent
    kernel.shut_down()
    assert waited(kernel.is_gone)


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    """A Python environment of its own, in which packages may be changed and installed."""
    venv.EnvBuilder(symlinks=True).create(tmp_path / "venv")
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    light_folder(packages)
    project = Path(next(iter(scheduler.kernels.__path__))).parents[1]
    others = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "others.pth").write_text("\n".join([*others, str(project)]) + "\n")
    return tmp_path / "venv"


def test_a_parent_makes_way_when_a_module_changes_or_a_package_comes(
    installation: Path, tmp_path: Path
) -> None:
    (packages,) = installation.glob("lib/python*/site-packages")
    shown = "import analytics_lib.figures as f; print(f.NIGHTS, f.VERSION)"

    def change_the_library() -> None:
        with (packages / "analytics_lib" / "figures.py").open("a") as module:
            module.write("NIGHTS = 2\n")

    def change_a_dependency() -> None:
        # As installers do, which replace a file by another of the same size.
        (tmp_path / "new").write_text("VERSION = 2\n")
        (tmp_path / "new").replace(packages / "dependency" / "version.py")

    def install_a_package() -> None:
        (packages / "novelty").mkdir()
        (packages / "novelty" / "__init__.py").touch()

    with home(JUPYTER_PATH=f"{sys.prefix}/share/jupyter", PYTHONPATH="", PYTHONDONTWRITEBYTECODE="1") as made:
        client = made.client(python=str(installation / "bin" / "python"))
        kernel = client.start()
        assert kernel.run(shown) == "1 1"
        sibling = client.start()
        assert sibling.parent == kernel.parent
        sibling.shut_down()
        for change, expected in (
            (change_the_library, "2 1"),
            (change_a_dependency, "2 2"),
            (install_a_package, "2 2"),
        ):
            old = kernel.parent
            change()
            fresh = client.start()
            assert fresh.parent != old and fresh.run(shown) == expected, change.__name__
            # The kernel of before goes on as it is, and its parent stays for it and has no spares.
            assert kernel.poll() is None and kernel.run("print(1)") == "1"
            assert not is_gone(old)
            assert not any(parent_of(pid) == old for pid in made.spares())
            kernel.shut_down()
            assert waited(partial(is_gone, old)), change.__name__
            assert made.parents() == {fresh.parent}
            kernel = fresh
        assert kernel.run("import novelty; print(novelty.__name__)") == "novelty"
        client.kill()
        assert waited(lambda: made.left() == []), made.left()
