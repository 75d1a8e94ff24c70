"""The life of a parent of kernels, from real processes: who shares it, when it ends, what it leaves.

Owners, parents, spares and kernels are killed here, again and again. The libraries that a parent imports do
not matter for that: it imports next to nothing here, so that it starts soon, and is ours in all else.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import scheduler.kernels
from tests.scheduler.kernels.clients import (
    PATIENCE,
    SOON,
    Client,
    Home,
    Kernel,
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

LONGER_THAN_ANY_TEST = "600"

BUSY = {
    "adding": "sum(range(10**12))",
    "a power": "n = 10**8; 3**n",
    "a regular expression": "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
}
"""What keeps Python from switching to another thread."""


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A value for PYTHONPATH with which a parent starts soon."""
    return light_folder(tmp_path_factory.mktemp("light"))


@pytest.fixture(scope="module")
def shared_home(light: Path) -> Iterator[Home]:
    """For tests that leave the parent alone."""
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER=LONGER_THAN_ANY_TEST) as made:
        yield made


@pytest.fixture(scope="module")
def keeper(shared_home: Home) -> Client:
    """An owner that keeps the shared parent alive and has no kernel any more."""
    client = shared_home.client()
    client.start().shut_down()
    return client


@pytest.fixture
def own_home(light: Path) -> Iterator[Home]:
    """For one test alone; its parents stay longer than the test when they are left in peace."""
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER=LONGER_THAN_ANY_TEST) as made:
        yield made


@pytest.fixture
def client(shared_home: Home, keeper: Client) -> Iterator[Client]:
    """An owner of its own beside the keeper."""
    made = shared_home.client()
    yield made
    made.close()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert waited(lambda: is_gone(pid))


def with_child(kernel: Kernel) -> int:
    """The process id of an endless process that a cell has started."""
    code = "import subprocess; child = subprocess.Popen(['sleep', '600']); print(child.pid)"
    return int(kernel.run(code))


def keep_busy(kernel: Kernel, code: str, folder: Path) -> None:
    """Have the kernel do one thing that never ends."""
    begun = folder / f"{kernel.pid}.begun"
    kernel.begin(f"open({str(begun)!r}, 'w').close(); {code}")
    assert waited(begun.exists, PATIENCE)


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


def said_of_fallback(client: Client) -> list[str]:
    return [line for line in client.said() if line.startswith("Kernels start the ordinary way")]


def assert_ordinary(kernel: Kernel) -> None:
    assert "ipykernel_launcher" in Path(f"/proc/{kernel.pid}/cmdline").read_text()
    assert kernel.parent == kernel.client.pid
    assert kernel.run("print(1 + 1)") == "2"


def test_switched_off_ordinary_kernels_start_and_it_is_said_once(own_home: Home) -> None:
    client = own_home.client({"ANALYTICS_KERNELS": "ordinary"})
    kernels = [client.start(), client.start()]
    for kernel in kernels:
        assert_ordinary(kernel)
    (said,) = said_of_fallback(client)
    assert "ANALYTICS_KERNELS is set to 'ordinary'" in said
    for kernel in kernels:
        kernel.shut_down()
    client.leave()
    assert own_home.left() == []


@pytest.mark.parametrize("mode", [0o755, 0o710])
def test_a_folder_that_others_can_look_into_is_not_used(own_home: Home, mode: int) -> None:
    own_home.base.mkdir()
    own_home.base.chmod(mode)
    client = own_home.client()
    kernel = client.start()
    assert_ordinary(kernel)
    (said,) = said_of_fallback(client)
    assert f"the folder {own_home.base} is not this user's alone" in said
    assert list(own_home.base.iterdir()) == [] and not own_home.parents()
    # Put right, it is used without a restart.
    own_home.base.chmod(0o700)
    assert client.start().parent in own_home.parents()


def test_a_link_in_the_place_of_the_folder_is_not_followed(own_home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    own_home.base.symlink_to(elsewhere)
    client = own_home.client()
    assert_ordinary(client.start())
    (said,) = said_of_fallback(client)
    assert "is not this user's alone" in said
    assert list(elsewhere.iterdir()) == []


def test_a_parent_that_cannot_start_is_named_and_ordinary_kernels_start(own_home: Home, light: Path) -> None:
    broken = light.with_name("broken")
    shutil.copytree(light, broken)
    (broken / "dependency" / "__init__.py").write_text("raise ImportError('the library is torn')\n")
    client = own_home.client({"PYTHONPATH": str(broken)})
    kernels = [client.start()]
    began = time.monotonic()
    kernels.append(client.start())
    assert time.monotonic() - began < PATIENCE
    for kernel in kernels:
        assert_ordinary(kernel)
    (said,) = said_of_fallback(client)
    assert "ImportError: the library is torn" in said
    client.kill()
    assert waited(lambda: not own_home.processes())


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"umask": 0o27}, "umask"),
        ({"close_fds": False}, "close_fds"),
        ({"stdin": subprocess.PIPE}, "pipes"),
        ({"independent": True}, "independent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_a_fork_cannot_honour_start_an_ordinary_kernel(
    client: Client, options: dict[str, object], named: str
) -> None:
    forked = client.start()
    kernel = client.start(**options)
    assert "ipykernel_launcher" in Path(f"/proc/{kernel.pid}/cmdline").read_text()
    (said,) = said_of_fallback(client)
    assert named in said
    again = client.start()
    assert again.parent == forked.parent
    if options.get("independent"):
        kernel.shut_down()


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
    assert waited(lambda: {line for line in files() if "/" in line} == before)
    assert set(Path(tempfile.gettempdir()).glob("kernel-*.json")) <= temporary
