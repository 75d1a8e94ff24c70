"""Processes that own kernels, for tests that start, kill and fork them: each obeys one test.

This file is also the program that such a process runs.
"""

from __future__ import annotations

import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 90.0
"""Seconds for anything that may take long on a busy machine, such as the imports of a parent."""

SOON = 3.0
"""Seconds for what must happen within one; the rest is for a machine that is busy with other tests."""

LIGHT_PRELOAD = """
from analytics_lib import figures
from scheduler.kernels import child
def preload():
    pass
"""


def light_folder(folder: Path) -> Path:
    """A folder for PYTHONPATH with our kernels, whose parent imports a library of one line instead of all.

    It starts many times sooner, and all in the folder may be changed. Everything else is as it is.
    """
    import scheduler.kernels

    ours = Path(next(iter(scheduler.kernels.__path__)))
    shutil.copytree(ours, folder / "scheduler" / "kernels", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "scheduler" / "__init__.py").touch()
    (folder / "scheduler" / "kernels" / "preload.py").write_text(LIGHT_PRELOAD)
    (folder / "analytics_lib").mkdir()
    (folder / "analytics_lib" / "__init__.py").touch()
    (folder / "analytics_lib" / "figures.py").write_text("from dependency import VERSION\nNIGHTS = 1\n")
    (folder / "dependency").mkdir()
    (folder / "dependency" / "__init__.py").write_text("from dependency.version import VERSION\n")
    (folder / "dependency" / "version.py").write_text("VERSION = 1\n")
    return folder


def waited(condition: Callable[[], object], seconds: float = SOON) -> bool:
    """Whether the condition has come true within these seconds."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    """Whether a process has ended; what nobody has waited for yet has ended too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    return status.partition("State:")[2].split()[0] in {"Z", "X"}


def parent_of(pid: int) -> int:
    """The process id of a process's parent."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("PPid:")[2].split()[0])


@dataclass(frozen=True)
class Kernel:
    """A kernel of a client, as the client's jupyter_client sees it."""

    client: Client
    number: int
    pid: int

    def run(self, code: str) -> str:
        """What the code prints. Raises `AssertionError` if it fails."""
        return str(self.client.do(f"run({self.number}, {code!r})"))

    def begin(self, code: str) -> None:
        """Have code run without waiting for it."""
        self.client.do(f"begin({self.number}, {code!r})")

    def poll(self) -> int | None:
        """The exit code that the client is told, or None."""
        code: int | None = self.client.do(f"poll({self.number})")
        return code

    def shut_down(self) -> None:
        """Shut it down in order, as notebooks do in the end."""
        self.client.do(f"shut_down({self.number})")

    @property
    def parent(self) -> int:
        return parent_of(self.pid)

    def is_gone(self) -> bool:
        return is_gone(self.pid)


class Client:
    """A process with jupyter_client in it."""

    def __init__(self, python: str, environment: Mapping[str, str], said: Path) -> None:
        self._said = said
        with said.open("w") as errors:
            self.process = subprocess.Popen(
                [python, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
                # What it starts shall not be killed with it by chance.
                start_new_session=True,
            )
        self.pid = self.process.pid

    def ask(self, code: str) -> None:
        """Have it run code, without waiting for the value."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """The value of the code it was asked to run. Raises `AssertionError` if that failed."""
        assert self.process.stdout is not None
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        assert readable, f"no answer in {PATIENCE:.0f} seconds; it said: {self.said()}"
        line = self.process.stdout.readline()
        assert line, f"the client is dead; it said: {self.said()}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def do(self, code: str) -> Any:
        """The value of an expression there, or None if the code is a statement."""
        self.ask(code)
        return self.answer()

    def start(self, environment: Mapping[str, str] | None = None, **options: Any) -> Kernel:
        """A kernel; `environment` is added to the client's own, `options` are those of `start_kernel`."""
        self.ask_to_start(environment, **options)
        return self.started()

    def ask_to_start(self, environment: Mapping[str, str] | None = None, **options: Any) -> None:
        """Have it start a kernel, without waiting for it."""
        self.ask(f"start({dict(environment or {})!r}, {options!r})")

    def started(self) -> Kernel:
        """The kernel it was asked to start."""
        number, pid = self.answer()
        return Kernel(self, number, pid)

    def said(self) -> list[str]:
        """The lines that it and its kernels have written to standard error."""
        return self._said.read_text().splitlines()

    def kill(self) -> None:
        """Kill it without warning."""
        self.process.kill()
        self.process.wait()

    def leave(self) -> None:
        """Have it end in peace."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(PATIENCE) == 0, self.said()

    def close(self) -> None:
        """End it, if it still lives, and our end of the pipes."""
        self.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class Home:
    """A runtime folder of its own, so that no other test has part in its parents and all can be told."""

    def __init__(self, root: Path, **environment: str) -> None:
        self.runtime = root / "run"
        self.jupyter = root / "jupyter"
        self.base = self.runtime / f"analytics-{os.getuid()}"
        self._root = root
        for folder in (self.runtime, self.jupyter, root / "ipython"):
            folder.mkdir(mode=0o700)
        self._environment = {
            **os.environ,
            "XDG_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_RUNTIME_DIR": str(self.jupyter),
            "IPYTHONDIR": str(root / "ipython"),
            **environment,
        }
        self._clients: list[Client] = []

    def client(
        self, environment: Mapping[str, str] | None = None, *, without: str = "", python: str = sys.executable
    ) -> Client:
        """Another process that may own kernels; `without` is a variable that it does not have."""
        chosen = {**self._environment, **(environment or {})}
        chosen.pop(without, None)
        client = Client(python, chosen, self._root / f"said-{len(self._clients)}")
        self._clients.append(client)
        return client

    def processes(self) -> dict[int, str]:
        """The names of our processes that live, by process id; a fork has its parent's command line."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.fsencode(self.runtime) in (folder / "cmdline").read_bytes():
                    found[int(folder.name)] = (folder / "comm").read_text().strip()
        return found

    def parents(self) -> set[int]:
        return self._called("kernel-parent")

    def spares(self) -> set[int]:
        return self._called("kernel-spare")

    def kernels(self) -> set[int]:
        return self._called("kernel")

    def _called(self, name: str) -> set[int]:
        return {pid for pid, called in self.processes().items() if called == name}

    def left(self) -> list[str]:
        """Every process and every file that is there."""
        files = [str(path) for folder in (self.runtime, self.jupyter) for path in folder.rglob("*")]
        return [*map(str, self.processes().items()), *files]

    def close(self) -> None:
        """End what a test has left."""
        for client in self._clients:
            client.close()
        # A parent first, for it would go on to fork.
        for pid in (*self.parents(), *self._all()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _all(self) -> list[int]:
        """All that name our folder, as forks of clients and what a cell has started do too."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
                if os.fsencode(self.runtime) in told:
                    found.append(int(folder.name))
        return found


@contextmanager
def home(**environment: str) -> Iterator[Home]:
    """A home with these variables for all its clients; its folder is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="kernels-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        made = Home(Path(folder), **environment)
        try:
            yield made
        finally:
            made.close()


class _Obedient:
    """What a client can be asked to do, besides running any code."""

    def __init__(self) -> None:
        self.managers: list[Any] = []
        self.clients: list[Any] = []

    def start(self, environment: dict[str, str], options: dict[str, Any]) -> tuple[int, int]:
        from jupyter_client.manager import KernelManager

        manager: Any = KernelManager(kernel_name=options.pop("kernel_name", "analytics"))
        manager.start_kernel(env={**os.environ, **environment}, **options)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        self.managers.append(manager)
        self.clients.append(client)
        return len(self.managers) - 1, manager.provisioner.pid

    def begin(self, number: int, code: str) -> str:
        message: str = self.clients[number].execute(code)
        return message

    def run(self, number: int, code: str) -> str:
        asked = self.begin(number, code)
        printed = ""
        while True:
            message = self.clients[number].get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                printed += content["text"]
            elif message["msg_type"] == "error":
                raise RuntimeError("\n".join(content["traceback"]))
            elif content.get("execution_state") == "idle":
                return printed.strip()

    def poll(self, number: int) -> int | None:
        from jupyter_core.utils import run_sync

        code: int | None = run_sync(self.managers[number].provisioner.poll)()
        return code

    def shut_down(self, number: int) -> None:
        self.clients[number].stop_channels()
        self.managers[number].shutdown_kernel()

    def fork(self) -> int:
        """Fork this process, as multiprocessing does; the fork does nothing."""
        pid = os.fork()
        if pid == 0:
            time.sleep(PATIENCE)
            os._exit(0)
        return pid


def _obey() -> None:
    logging.basicConfig(format="%(message)s")
    with os.fdopen(os.dup(1), "w") as answers:
        # Kernels have the client's output, which must not come between the answers.
        os.dup2(2, 1)
        obedient = _Obedient()
        known = {
            name: getattr(obedient, name)
            for name in ("managers", "start", "begin", "run", "poll", "shut_down", "fork")
        }
        for line in sys.stdin:
            code = json.loads(line)
            try:
                try:
                    answer = {"value": eval(code, known)}
                except SyntaxError:
                    exec(code, known)
                    answer = {"value": None}
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test is told
                answer = {"error": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    _obey()
