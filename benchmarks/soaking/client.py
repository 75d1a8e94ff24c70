"""A client of kernels in a process of its own, which a soak may kill: does what it reads, line by line.

Each line of its input is a JSON object: `do` names one of the functions at the end of this file, `limit`
is the seconds after which it ends itself and shows where it hangs, the rest are arguments. It answers with
lines of JSON: `{"kernel": pid}` for each kernel that has started, and `{"done": ...}` in the end.
"""

from __future__ import annotations

import asyncio
import faulthandler
import json
import logging
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat.v4 as nb
import papermill
import psutil
from jupyter_client.manager import AsyncKernelManager

from benchmarks.soaking.ground import comm, is_alive, settled, state

WARM_UP = 20
"""Kernels after which nothing is made for the first time any more."""

_CODE = """\
import subprocess
from pathlib import Path
# A grandchild that has lost its parent: ipykernel itself, which ends its children, does not know of it.
started = subprocess.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"], stdout=-1, text=True)
print(number * 2, Path("/proc/self/comm").read_text().strip(), started.stdout)
"""
_LIMIT = 60
_ENDS_WITHIN = 3.0

_told = sys.stdout


def tell(**words: Any) -> None:
    """Say something to whoever soaks."""
    print(json.dumps(words), file=_told, flush=True)


class TellingManager(AsyncKernelManager):
    """Tells which process a kernel is, as soon as it has started."""

    async def _async_post_start_kernel(self, **kw: Any) -> None:
        tell(kernel=self.provisioner.pid)
        await super()._async_post_start_kernel(**kw)


def run(number: int) -> dict[str, Any]:
    """A run of a tiny notebook with papermill."""
    cells = [nb.new_code_cell("number = 0", metadata={"tags": ["parameters"]}), nb.new_code_cell(_CODE)]
    notebook = Path(f"soak-{os.getpid()}.ipynb")
    notebook.write_text(json.dumps(nb.new_notebook(cells=cells, metadata={"kernelspec": _SPEC})))
    try:
        executed = papermill.execute_notebook(
            notebook,
            None,
            {"number": number},
            kernel_name="analytics",
            progress_bar=False,
            kernel_manager_class=TellingManager,
        )
        return answer(executed.cells[-1].outputs[0]["text"], number)
    except Exception as error:  # noqa: BLE001 - a soak counts whatever fails
        return {"failures": [f"run {number}: {type(error).__name__}: {error}"]}
    finally:
        notebook.unlink()


_SPEC = {"name": "analytics", "display_name": "Analytics", "language": "python"}


def answer(text: str, number: int) -> dict[str, Any]:
    """What is wrong with a cell's output, its kernel's name included."""
    doubled, name, child = text.split()
    failures = []
    if doubled != str(number * 2):
        failures.append(f"kernel {number}: the answer was {doubled}")
    if name != "kernel":
        failures.append(f"kernel {number}: an ordinary one, called {name}")
    return {"failures": failures, "child": int(child)}


async def one(number: int, all_are_there: asyncio.Barrier | None = None) -> dict[str, Any]:
    """Start a kernel, have it run a cell, and shut it down."""
    manager = AsyncKernelManager(kernel_name="analytics")
    start = time.monotonic()
    pid = 0
    result: dict[str, Any] = {"failures": []}
    try:
        await manager.start_kernel()
        pid = manager.provisioner.pid
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=_LIMIT)
            said: list[str] = []
            await client.execute_interactive(
                f"number = {number}\n{_CODE}",
                timeout=_LIMIT,
                output_hook=lambda message: said.append(message["content"].get("text", "")),
            )
            result = answer("".join(said), number)
            result["seconds"] = time.monotonic() - start
            if all_are_there is not None:
                await asyncio.wait_for(all_are_there.wait(), _LIMIT)
                if not is_alive(pid):
                    result["failures"].append(f"kernel {number}: it has died")
        finally:
            client.stop_channels()
    except Exception as error:  # noqa: BLE001 - a soak counts whatever fails
        result["failures"].append(f"kernel {number}: {type(error).__name__}: {error}")
    finally:
        if manager.has_kernel:
            await manager.shutdown_kernel()
    for each in (pid, result.get("child", 0)):
        if each and settled(lambda each=each: is_alive(each), lambda lives: not lives, _ENDS_WITHIN):
            result["failures"].append(
                f"kernel {number}: process {each} ({comm(each)}) outlives its shut-down"
            )
    return result


def one_after_another(count: int) -> dict[str, Any]:
    """Kernels that start when the one before has ended."""
    results = []
    with asyncio.Runner() as loop:
        for number in range(count):
            results.append(loop.run(one(number)))
            if number == min(WARM_UP, count - 2):
                before = census()
    return {**summary(results), "before": before, "after": census()}


def at_once(count: int) -> dict[str, Any]:
    """Kernels that all live at the same time, twice."""

    async def together() -> list[dict[str, Any]]:
        barrier = asyncio.Barrier(count)
        return await asyncio.gather(*(one(number, barrier) for number in range(count)))

    with asyncio.Runner() as loop:
        # The first time shows how much memory so many take; the second, whether it was given back.
        rehearsal = loop.run(together())
        before = census()
        results = loop.run(together())
    failures = summary(rehearsal)["failures"] + summary(results)["failures"]
    return {**summary(results), "failures": failures, "before": before, "after": census()}


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """All failures, and the seconds from the request to the first answer."""
    seconds = [result["seconds"] for result in results if "seconds" in result]
    return {
        "failures": [failure for result in results for failure in result["failures"]],
        "answers": len(seconds),
        "median": statistics.median(seconds or [0.0]),
        "slowest": max(seconds, default=0.0),
    }


def census() -> dict[str, float]:
    """Memory and open files of the parent and of this client, when all kernels are gone."""
    settled(_idle_parent, bool, 10)
    numbers: dict[str, float] = {"zombies": 0}
    for name, process in {"client": psutil.Process(), "parent": _idle_parent()}.items():
        if process:
            memory = process.memory_full_info()
            numbers[f"{name} RSS"], numbers[f"{name} USS"] = memory.rss / 2**20, memory.uss / 2**20
            numbers[f"{name} files"] = process.num_fds()
            numbers["zombies"] += sum(state(child.pid) == "Z" for child in process.children())
    return numbers


def _idle_parent() -> psutil.Process | None:
    """Our parent, once it has two spares and nothing else."""
    for process in psutil.process_iter(["cmdline", "name"]):
        command = " ".join(process.info["cmdline"] or ())
        if process.info["name"] == "kernel-parent" and os.environ["XDG_RUNTIME_DIR"] in command:
            names = [comm(child.pid) for child in process.children()]
            if names == ["kernel-spare"] * 2:
                return process
    return None


_WISHES: dict[str, Callable[..., dict[str, Any]]] = {
    "run": run,
    "one_after_another": one_after_another,
    "at_once": at_once,
}


def main() -> None:
    """Do what is read until there is no more."""
    global _told  # noqa: PLW0603 - libraries print too, and must not be taken for us
    _told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    logging.basicConfig(level=logging.WARNING)
    tell(ready=True)
    for line in sys.stdin:
        wish = json.loads(line)
        faulthandler.dump_traceback_later(wish.pop("limit"), exit=True)
        done = _WISHES[wish.pop("do")](**wish)
        faulthandler.cancel_dump_traceback_later()
        tell(done=done)


if __name__ == "__main__":
    main()
