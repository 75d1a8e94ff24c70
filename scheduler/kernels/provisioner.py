"""What Jupyter asks for a kernel of ours: a fork of the parent, or else an ordinary one."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.localinterfaces import localhost
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from scheduler.kernels.folders import KernelFolder, Remains
from scheduler.kernels.identity import LIMITS
from scheduler.kernels.messages import Order
from scheduler.kernels.owner import order_kernel
from scheduler.kernels.process import ForkedProcess, kill_group
from scheduler.kernels.refusal import NoFork, check_platform, say_once

OF_THE_SERVER = frozenset(
    {"CONFIGPROXY_AUTH_TOKEN", "JPY_API_TOKEN", "JUPYTER_TOKEN", "KG_AUTH_TOKEN", "KG_AUTH_HEADER_KEY"}
)
"""Variables by which others sign in to the server that starts a kernel: no notebook has a use for them."""

_POLL_INTERVAL = 0.01


class ForkedKernelProvisioner(LocalProvisioner):
    """Starts forked kernels on Unix sockets; everything else is as with jupyter_client's own provisioner."""

    process: Any = None
    _folder: KernelFolder | None = None
    _address = ""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel Unix sockets, where nothing else is configured, before its files are written."""
        if self.parent is not None and sys.platform != "win32":
            try:
                self._use_unix_sockets(self.parent)
            except (NoFork, OSError) as refusal:
                say_once(str(refusal))
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel as a fork, or else as `cmd` says; `kwargs` are those of `subprocess.Popen`."""
        given = self._scrub_kwargs(kwargs)
        try:
            process = await _in_background(lambda: self._fork(cmd, **given))
        except NoFork as refusal:
            say_once(str(refusal))
            return await super().launch_kernel(cmd, **kwargs)
        except BaseException:
            self._remove_folder()
            raise
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = given.get("cwd") or Path.cwd()
        return self.connection_info

    async def wait(self) -> int | None:
        """The exit code of the kernel, once it has ended."""
        if not isinstance(self.process, ForkedProcess):
            return await super().wait()
        while (code := self.process.poll()) is None:
            await asyncio.sleep(_POLL_INTERVAL)
        self._let_go()
        return code

    async def cleanup(self, restart: bool = False) -> None:
        """Remove what the kernel needed, unless it is started again; and end what it has started."""
        if isinstance(self.process, ForkedProcess):
            self._let_go()
        elif self.pgid is not None:
            kill_group(self.pgid)
        self.pid = self.pgid = None
        if not restart:
            self._remove_folder()
        await super().cleanup(restart=restart)

    def _finalize_env(self, env: dict[str, str]) -> None:
        super()._finalize_env(env)
        for name in OF_THE_SERVER:
            env.pop(name, None)

    def _remove_folder(self) -> None:
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _let_go(self) -> None:
        self.process.release()
        # Its parent has ended its group, whose number may be another's by now.
        self.process = self.pid = self.pgid = None

    def _use_unix_sockets(self, manager: Any) -> None:
        """Replace the default, which is TCP, by a short path in a folder that only this user can enter."""
        is_default = manager.transport == "tcp" and manager.ip == localhost()
        # jupyter_client's own path for Unix sockets may be relative, which clients elsewhere do not find.
        is_unfit = manager.transport == "ipc" and not Path(manager.ip).is_absolute()
        # A manager may start another kernel after it has ended, and removed, its first.
        is_gone = self._folder is None and manager.ip == self._address
        if is_default or is_unfit or is_gone:
            self._folder = KernelFolder()
            manager.transport = "ipc"
            manager.ip = self._address = str(self._folder.path / "k")
            manager.cache_ports = False
            if not manager.connection_file or (is_gone and not Path(manager.connection_file).parent.exists()):
                manager.connection_file = str(self._folder.path / "connection.json")

    def _fork(self, cmd: list[str], **given: Any) -> ForkedProcess:
        """A forked kernel. Raises `NoFork`, or what `Popen` would raise."""
        arguments = self._arguments(cmd)
        unknown = given.keys() - {"cwd", "env", "independent", "stdin", "stdout", "stderr"}
        if unknown or given.get("independent"):
            odd = ", ".join(sorted(unknown)) or "independent"
            raise NoFork(f"a forked kernel cannot be started with {odd}")
        folder = os.path.abspath(given.get("cwd") or os.curdir)  # noqa: PTH100 - as the kernel will see it
        os.scandir(folder).close()
        environment = dict(given["env"])
        environment["JPY_PARENT_PID"] = str(os.getpid())
        with _streams(given) as streams:
            remains = Remains(str(self._folder.path) if self._folder else None, arguments[1])
            return order_kernel(_order(arguments, environment, folder), streams, remains)

    def _arguments(self, cmd: list[str]) -> list[str]:
        check_platform()
        if cmd[:3] != [sys.executable, "-m", "ipykernel_launcher"]:
            raise NoFork(f"the kernel's command is not ipykernel's but '{' '.join(cmd)}'")
        if getattr(self.parent, "parent", None) is None:
            # As nbclient does for kernels named python3: what programs run is nobody's history.
            return [*cmd[3:], "--HistoryManager.hist_file=:memory:"]
        return cmd[3:]


def _order(arguments: list[str], environment: dict[str, str], folder: str) -> Order:
    """An order for a kernel that takes over from this process what a child of it would."""
    return Order(
        arguments=arguments,
        environment=environment,
        working_folder=folder,
        umask=_umask(),
        priority=os.getpriority(os.PRIO_PROCESS, 0),
        limits={name: resource.getrlimit(limit) for name, limit in LIMITS.items()},
        cpus=sorted(os.sched_getaffinity(0)),
        owner=os.getpid(),
    )


async def _in_background(work: Callable[[], ForkedProcess]) -> ForkedProcess:
    """What `work` returns, from a thread that does not keep a process from ending meanwhile."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[ForkedProcess] = loop.create_future()

    def settle(result: ForkedProcess | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        elif result is not None:
            future.set_result(result)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it is awaited
            error = raised
        with suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(settle, result, error)

    Thread(target=run, name="kernel-order", daemon=True).start()
    return await future


def _umask() -> int:
    """This process's mask; asking for it by setting it would let other threads create files meanwhile."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("Umask:")[2].split()[0], 8)


@contextmanager
def _streams(given: Mapping[str, Any]) -> Iterator[list[int]]:
    """The files for a kernel's standard input, output and error, as `subprocess.Popen` understands them."""
    with Path(os.devnull).open("r+b", buffering=0) as nothing:
        streams: list[int] = []
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            wanted = given.get(name)
            if wanted == subprocess.PIPE:
                raise NoFork("a forked kernel cannot be started with pipes")
            if wanted == subprocess.DEVNULL or (wanted is None and (number == 0 or not _is_open(number))):
                wanted = nothing
            elif wanted == subprocess.STDOUT:
                wanted = streams[1]
            elif wanted is None:
                wanted = number
            streams.append(wanted if isinstance(wanted, int) else wanted.fileno())
        yield streams


def _is_open(handle: int) -> bool:
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True
