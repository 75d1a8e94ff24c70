"""Does any of thousands of kernels fail to start, and is anything of them left behind?

    python benchmarks/kernel_soak.py
    python benchmarks/kernel_soak.py --one-after-another 60 --at-once 20 --runs 60 --rounds 1

Three parts, each of which ends with nobody using kernels any more:

- kernels one after another, in one client;
- kernels at once, in one client, twice: all have answered before the first ends;
- rounds of runs of a tiny notebook with papermill, by several clients at a time, while `kill -9` hits
  kernels, spare kernels, clients and parents (also while they import) at random moments.

A failure is: a kernel or a run that fails although neither its kernel nor its client was killed, a kernel
that starts the ordinary way, a hang, a kernel or a process that its cell has started that outlives a killed
client by more than three seconds, a process (a zombie too), socket or file that is there when all have
ended, open files or memory of the parent or of a client that grow. Prints a table and exits with 1 if
there is any failure. Goal: none. The rival is nobody: a stock kernel is not asked to survive this.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.soaking.ground import Ground, comm, ground, is_alive, settled

GROWTH = {"RSS": 8.0, "USS": 8.0, "files": 0.0}
"""How much more the parent and the client may hold after all kernels (MiB; a number for files)."""

ENDS_WITHIN = 3.0
"""Seconds for the kernel of a killed client to end: one is promised, the rest is for busy machines."""

KILLS = (*["kernel"] * 8, *["kernel-spare"] * 4, *["client"] * 4, "parent")
"""What is killed, and how often it is the one."""

KILL_EVERY = 1.0
"""Seconds between kills, on average."""

_RUN_LIMIT = 180
_END_LIMIT = 60
_ROOT = Path(__file__).parents[1]
_FALLBACK = "Kernels start the ordinary way"


@dataclass
class Findings:
    """What one part has found."""

    name: str
    numbers: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


class Client:
    """A client process, as this process sees it."""

    def __init__(self, place: Ground) -> None:
        self.log = place.folder / f"client-{time.monotonic_ns()}.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.soaking.client"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # As a command of its own would have it: systems share the processor by sessions.
                start_new_session=True,
                cwd=place.folder,
                env={**place.environment, "PYTHONPATH": str(_ROOT)},
                text=True,
            )
        self.pid = self._process.pid
        self.is_killed = False
        self._answer()

    def ask(self, **wish: Any) -> Iterator[dict[str, Any]]:
        """Each answer. Raises `EOFError` if the client ends before it is done."""
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
        answer: dict[str, Any] = {}
        while "done" not in answer:
            yield (answer := self._answer())

    def kill(self) -> None:
        """Kill it, as nothing else does."""
        self.is_killed = True
        self._process.kill()

    def leave(self) -> list[str]:
        """Have it end in peace; the answer is what went wrong, its fallbacks included."""
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            code = self._process.wait(_END_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = f"killed, because it did not end; {self._process.wait()}"
        self._process.stdout.close()
        told = self.log.read_text(errors="replace")
        failures = [line for line in told.splitlines() if _FALLBACK in line]
        if code and not self.is_killed:
            failures.append(f"client {self.pid} ended with {code}: {told[-3000:]}")
        return failures

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise EOFError
        answer: dict[str, Any] = json.loads(line)
        return answer


def all_by_one(place: Ground, what: str, count: int) -> Findings:
    """The parts in which one client starts all kernels."""
    found = Findings(f"{count} {what.replace('_', ' ')}")
    client = Client(place)
    try:
        *_, last = client.ask(do=what, count=count, limit=_RUN_LIMIT + 5 * count)
        done = last["done"]
        found.failures += done["failures"]
        found.numbers |= {"answers": done["answers"]}
        found.numbers |= {"seconds to the first answer": done["median"], "slowest": done["slowest"]}
        found.numbers |= {f"{name} before": value for name, value in done["before"].items()}
        found.numbers |= {f"{name} after": value for name, value in done["after"].items()}
        found.failures += growth(done["before"], done["after"])
    except EOFError:
        found.failures.append(f"{what}: the client has ended")
    found.failures += client.leave() + left_behind(place)
    return found


def growth(before: dict[str, float], after: dict[str, float]) -> list[str]:
    """What has grown by more than it may."""
    if after["zombies"] or len(after) < len(before):
        return [f"in the end there is no parent at rest, without dead children: {after}"]
    grown = {name: after[name] - before[name] for name in before if name != "zombies"}
    return [
        f"{name} has grown by {more:.1f} from {before[name]:.1f}"
        for name, more in grown.items()
        if more > GROWTH[name.split()[-1]]
    ]


def left_behind(place: Ground) -> list[str]:
    return [f"left behind: {each}" for each in place.left_behind()]


class Lane(threading.Thread):
    """Runs one notebook after another with one client, and with another one when that is killed."""

    def __init__(self, place: Ground, numbers: Iterator[int], killed: set[int]) -> None:
        super().__init__()
        self.client: Client | None = None
        self.kernel = 0
        """The process id of the kernel that was started last."""
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self._place = place
        self._numbers = numbers
        self._killed = killed

    def run(self) -> None:
        """Run all that is left to run."""
        self.client = Client(self._place)
        for number in self._numbers:
            self.counts["runs"] += 1
            kernels: list[int] = []
            failures: list[str] = []
            try:
                for answer in self.client.ask(do="run", number=number, limit=_RUN_LIMIT):
                    if "kernel" in answer:
                        self.kernel = answer["kernel"]
                        kernels.append(self.kernel)
                    failures = answer.get("done", {}).get("failures", [])
            except EOFError:
                self._replace_client()
                continue
            if not failures:
                self.counts["good"] += 1
            elif self._killed.intersection(kernels):
                self.counts["lost with their kernel"] += 1
            else:
                self.counts["failed"] += 1
                self.failures += failures
        self.failures += self.client.leave()

    def _replace_client(self) -> None:
        assert self.client is not None
        self.counts["lost with their client" if self.client.is_killed else "failed"] += 1
        # One that nobody has killed says here why it has ended.
        self.failures += self.client.leave()
        self.client = Client(self._place)


class Killer(threading.Thread):
    """Kills at random moments, until it is told to stop."""

    def __init__(self, place: Ground, lanes: list[Lane], killed: set[int], seed: int) -> None:
        super().__init__()
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []
        self.slowest = 0.0
        """The longest that anything of a killed client has lived on, in seconds."""
        self._place = place
        self._lanes = lanes
        self._killed = killed
        self._lot = random.Random(seed)
        self._next_at = 0
        self._may_kill_imports = True

    def run(self) -> None:
        """Kill until told to stop."""
        while not self.stop.wait(self._lot.expovariate(1 / KILL_EVERY)):
            what = self._lot.choice(KILLS)
            if what == "client":
                self._kill_client(self._lot.choice(self._lanes))
            elif what == "parent":
                self._kill_parent(self._place.parents_at_work())
            else:
                self._kill_one_of(self._place.named(what), f"{what} kills")

    def _kill_one_of(self, processes: list[psutil.Process], counted: str) -> None:
        if processes:
            process = self._lot.choice(processes)
            self._killed.add(process.pid)
            with suppress(psutil.Error):
                process.kill()
                self.counts[counted] += 1

    def _kill_parent(self, parents: list[psutil.Process]) -> None:
        is_ready = any("kernel-spare" in map(comm, _children(each.pid)) for each in parents)
        good = sum(lane.counts["good"] for lane in self._lanes)
        # Whoever asks for a kernel tries so many parents and no more, however slow the machine is: after one
        # at work and one that imports, the next may start a few kernels.
        if is_ready and good >= self._next_at:
            self._next_at = good + len(self._lanes)
            self._may_kill_imports = True
            self._kill_one_of(parents, "parent kills")
        elif not is_ready and self._may_kill_imports:
            self._may_kill_imports = False
            self._kill_one_of(parents, "parent kills while it imports")

    def _kill_client(self, lane: Lane) -> None:
        if (client := lane.client) is None or client.is_killed:
            return
        doomed = {lane.kernel} if is_alive(lane.kernel) else set()
        doomed |= {each.pid for each in self._place.processes() if _group(each.pid) in doomed}
        client.kill()
        self.counts["client kills"] += 1
        start = time.monotonic()
        left = settled(lambda: {pid for pid in doomed if is_alive(pid)}, lambda alive: not alive, 10)
        self.slowest = max(self.slowest, time.monotonic() - start)
        if time.monotonic() - start > ENDS_WITHIN:
            names = ", ".join(f"{comm(pid)} {pid}" for pid in left)
            self.failures.append(f"a killed client was outlived for {self.slowest:.1f} s; {names} still live")


def _children(pid: int) -> list[int]:
    try:
        return [each.pid for each in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def runs_at_a_time(place: Ground, runs: int, wide: int, *, kill: bool, seed: int) -> Findings:
    """One round of runs."""
    found = Findings(f"{runs} runs at {wide} wide, seed {seed}")
    killed: set[int] = set()
    numbers = iter(range(runs))
    lanes = [Lane(place, numbers, killed) for _ in range(wide)]
    killer = Killer(place, lanes, killed, seed)
    start = time.monotonic()
    for lane in lanes:
        lane.start()
    if kill:
        killer.start()
    for lane in lanes:
        lane.join()
    if kill:
        killer.stop.set()
        killer.join()
    counts = sum((each.counts for each in (*lanes, killer)), Counter[str]())
    found.numbers |= counts
    found.numbers |= {"seconds": time.monotonic() - start, "slowest end after a client": killer.slowest}
    for each in (*lanes, killer):
        found.failures += each.failures
    found.failures += left_behind(place)
    return found


def show(found: Findings) -> None:
    """Print what a part has found."""
    print(f"{found.name}: {'FAILED' if found.failures else 'good'}")
    for name, number in found.numbers.items():
        print(f"    {name:32} {number:10{'' if isinstance(number, int) else '.2f'}}")
    for failure, times in Counter(found.failures).items():
        print(f"    FAILURE, {times} times: {failure}")
    sys.stdout.flush()


def main() -> None:
    """Soak, print the table, and exit with 1 after any failure."""
    options = argparse.ArgumentParser(description="thousands of kernels, and what is left of them")
    options.add_argument("--one-after-another", type=int, default=1000)
    options.add_argument("--at-once", type=int, default=50)
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--wide", type=int, default=8)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--kill", action=argparse.BooleanOptionalAction, default=True)
    options.add_argument("--seed", type=int, default=1, help="of the first round; kills come by lot")
    given = options.parse_args()
    failures = 0
    with ground() as place:
        for found in parts(place, given):
            show(found)
            failures += len(found.failures)
    sys.exit(1 if failures else 0)


def parts(place: Ground, given: argparse.Namespace) -> Iterator[Findings]:
    """All parts that are asked for, one after the other."""
    for what in ("one_after_another", "at_once"):
        if count := getattr(given, what):
            yield all_by_one(place, what, count)
    for seed in range(given.seed, given.seed + given.rounds):
        yield runs_at_a_time(place, given.runs, given.wide, kill=given.kill, seed=seed)


if __name__ == "__main__":
    main()
