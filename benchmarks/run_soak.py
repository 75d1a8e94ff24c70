"""Is what the ledger tells true of each of thousands of runs, whatever is killed, and is nothing left behind?

    python benchmarks/run_soak.py
    python benchmarks/run_soak.py --runs 60 --seed 7

Batches of `analytics report` with three workers make small notebooks, of which some fail and some never
end, into one folder. Meanwhile `kill -9` hits kernels, spare kernels, their parent, workers and the process
that forks workers; workers are stopped for a while and go on; runs are cancelled by `analytics runs
--cancel`; and commands are killed, told to end by SIGTERM and SIGINT, and run beside each other.

After each batch an account that shares no code with the ledger says what is false in it: see
`soaking/account.py`. A fault is also: a command that hangs, that ends otherwise than it was told or with a
traceback, or that says of a run what the ledger does not; a planned run without an attempt; a worker or a
kernel that outlives its command; a process, socket or file that is there after a last batch in which nothing
was killed; and, in a soak of hundreds of runs, anything of all this that was never done. Prints what happened
and exits with 1 after any fault. Goal: none. It ends with the batch in which so many runs have begun, about
200 of them a minute on two cores.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from analytics_lib.runs import open_ledger
from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.sample import SamplePlan
from benchmarks.soaking.account import Account
from benchmarks.soaking.ground import Ground, comm, ground, is_alive, is_parent, settled
from benchmarks.soaking.killer import COMMAND, WAYS, Interventions, Killer, tell
from benchmarks.soaking.witnessed_notebooks import ENDLESS, FAILING, GOOD, WITNESS_VARIABLE, write_project

FATES = (*["none"] * 8, *[signal.SIGKILL] * 3, *[signal.SIGTERM] * 2, *[signal.SIGINT] * 2)
"""What becomes of a command, and how often it is the one."""

NEIGHBOURS = (*["none"] * 6, *["same"] * 3, *["endless"] * 1)
"""What other command runs beside it, and how often it is the one."""

LATEST = 20.0
"""Seconds after which a command has met its fate."""

MANY = 500
"""A soak of so many runs must have done everything to them that there is to do."""

ENDS_WITHIN = 15.0
"""Seconds in which workers and kernels have ended after their command."""

_HANGS = 900
_MODELS = ("all", "b2c", "b2b", "b2b2c")
_MONTHS = 10
_MONTHS_AT_ONCE = 6
_ENDS = {
    "none": {0, 1},
    signal.SIGKILL: {-9, 0, 1},
    signal.SIGTERM: {143, -15, 0, 1},
    signal.SIGINT: {130, 0, 1},
}
_HIDDEN = {".artefacts", ".index.lock"}


@dataclass
class Soak:
    """One folder of reports, and what has been done to those who make them."""

    place: Ground
    lot: random.Random
    interventions: Interventions = field(default_factory=Interventions)
    faults: dict[str, None] = field(default_factory=dict)
    asked: int = 0
    commands: int = 0
    ends: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.reports = self.place.folder / "reports"
        self.account = Account(self.reports, self.place.folder / "witness", self.interventions)

    @property
    def begun(self) -> int:
        """Attempts that a worker has begun."""
        return sum(attempt.has_begun for attempt in self.account.attempts())


class Command:
    """One `analytics report`, with a user of its own by whom the ledger tells it from others."""

    def __init__(
        self, soak: Soak, notebooks: tuple[str, ...], months: tuple[str, ...], cell_limit: str
    ) -> None:
        soak.commands += 1
        self.name = f"soak-{soak.commands}"
        self.targets = ["/".join(parts) for parts in product(months, notebooks, _MODELS)]
        soak.asked += len(self.targets)
        self.began = time.time()
        self._said = soak.place.folder / f"{self.name}.json"
        self._errors = soak.place.folder / f"{self.name}.err"
        words = ("report", *notebooks, "--period", f"{months[0]}..{months[-1]}", "--business-model", "each")
        words += ("--format", "ipynb", "--workers", "3", "--cell-limit", cell_limit, "--force", "--json")
        words += ("--output", str(soak.reports), "--database", f"duckdb:///{soak.place.folder}/sample.duckdb")
        with self._said.open("wb") as said, self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [*COMMAND, *words],
                stdout=said,
                stderr=errors,
                start_new_session=True,
                cwd=soak.place.folder,
                env={
                    **soak.place.environment,
                    "PYTHONPATH": str(Path(__file__).parents[1]),
                    "ANALYTICS_HOME": str(soak.place.folder / "home"),
                    WITNESS_VARIABLE: str(soak.place.folder / "witness"),
                    **dict.fromkeys(("LOGNAME", "USER"), self.name),
                },
            )

    def end(self) -> str:
        """Wait for it; what is wrong with how it ended, empty if nothing is."""
        try:
            self.process.wait(_HANGS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return f"{self.name} hangs"
        return ""

    def faults(self, soak: Soak, fate: str | signal.Signals) -> Iterator[str]:
        """What is wrong with its end, and with what it has said of its runs."""
        code, errors = self.process.returncode, self._errors.read_text(errors="replace")
        soak.ends[f"{code} after {getattr(fate, 'name', 'nothing')}"] += 1
        if code not in _ENDS[fate] or "Traceback" in errors:
            yield f"{self.name}, {fate}, ended with {code}: {errors[-1500:]}"
        if code not in (0, 1):
            return
        if not (text := self._said.read_text()):
            yield f"{self.name} ended with {code} and said nothing: {errors[-1500:]}"
            return
        said = {run["place"]: run for run in json.loads(text)["runs"]}
        became: dict[str, set[str]] = {target: set() for target in self.targets}
        for attempt in soak.account.attempts():
            place = Path(attempt.target).relative_to(soak.reports).as_posix()
            if place in became and attempt.ended_at >= self.began:
                became[place].add(attempt.state)
        for target, states in became.items():
            state = said[target]["state"] if target in said else "not planned"
            if state not in states:
                yield f"{self.name} says of {target} that it is {state}, the ledger: {sorted(states)}"


def batch(soak: Soak) -> None:
    """A command or two, with random deaths, and what the account says of it."""
    lot = soak.lot
    first = lot.randrange(1, _MONTHS - _MONTHS_AT_ONCE + 2)
    months = tuple(f"2026-{month:02}" for month in range(first, first + _MONTHS_AT_ONCE))
    fates: list[tuple[Command, str | signal.Signals]] = []
    command = Command(soak, (*GOOD, FAILING), months, "30s")
    fates.append((command, lot.choice(FATES)))
    neighbour = lot.choice(NEIGHBOURS)
    if neighbour != "none":
        time.sleep(lot.uniform(0, 4))
        again = (GOOD, months, "30s") if neighbour == "same" else ((ENDLESS,), months[:1], "4s")
        fates.append((Command(soak, *again), "none"))
    running = {each.name: each.process.pid for each, _ in fates}
    killer = Killer(soak.place, soak.reports, running, soak.interventions, lot)
    killer.start()
    if isinstance(fate := fates[0][1], signal.Signals):
        time.sleep(lot.uniform(0.5, LATEST))
        tell(command.process, command.name, fate, soak.interventions)
    found = [each.end() for each, _ in fates]
    killer.stop.set()
    killer.join()
    found += check(soak, fates)
    soak.faults |= dict.fromkeys(filter(None, found))


def check(soak: Soak, fates: list[tuple[Command, str | signal.Signals]]) -> Iterator[str]:
    """All that is wrong once these commands have ended."""
    left = settled(lambda: busy(soak.place), lambda alive: not alive, ENDS_WITHIN)
    yield from (f"it outlives its command: {each}" for each in left)
    ledger = open_ledger(soak.reports)
    ledger.settle()
    yield from ledger.check()
    ledger.close()
    yield from soak.account.faults()
    for command, fate in fates:
        yield from command.faults(soak, fate)


def busy(place: Ground) -> list[str]:
    """What lives and is at work; spare kernels and their parent wait for more."""
    found = [each.pid for each in place.processes() if is_alive(each.pid) and not is_parent(each.pid)]
    return [f"process {pid} {name}" for pid in found if (name := comm(pid)) not in ("kernel-spare", "")]


def quiet_end(soak: Soak) -> None:
    """A batch in which nothing is killed, and what is left behind after it."""
    months = ("2026-10",)
    last = Command(soak, (*GOOD, FAILING), months, "30s")
    found = [last.end(), *check(soak, [(last, "none")])]
    found += [f"left behind: {each}" for each in soak.place.left_behind()]
    for path in soak.reports.rglob(".*"):
        if path.relative_to(soak.reports).parts[0] not in _HIDDEN:
            found.append(f"left behind: {path}")
    if soak.begun >= MANY:
        found += [f"never done: {way}" for way in sorted(set(WAYS)) if not soak.interventions.counts[way]]
    if soak.begun >= MANY:
        done = soak.interventions.counts
        found += [f"it was never done: {way}" for way in dict.fromkeys(WAYS) if not done[way]]
    soak.faults |= dict.fromkeys(filter(None, found))


def show(soak: Soak, seconds: float) -> None:
    """Print what was done and what was found."""
    attempts = soak.account.attempts()
    begun = soak.begun
    print(f"{soak.asked} runs asked for by {soak.commands} commands, {len(attempts)} attempts, {begun} begun")
    print(f"{seconds:.0f} s, {begun / seconds:.2f} runs a second")
    for title, counts in {
        "state": Counter(attempt.state for attempt in attempts),
        "done": soak.interventions.counts,
        "exit code": soak.ends,
    }.items():
        print(*(f"    {title} {name}: {count}" for name, count in sorted(counts.items())), sep="\n")
    print(f"    published just before a command was killed: {soak.account.unsaid}")
    for fault in soak.faults:
        print(f"    FAULT: {fault}")
    print(f"{len(soak.faults)} faults")
    sys.stdout.flush()


def soaked(place: Ground, runs: int, seed: int, minutes: float = math.inf) -> Soak:
    """Batches until so many runs have begun, or so many minutes are over, and a quiet one."""
    until = time.monotonic() + 60 * minutes
    write_project(place.folder / "home")
    write_sample(SamplePlan(bookings=2000, only=("bookings",)), f"duckdb:///{place.folder}/sample.duckdb")
    soak = Soak(place, random.Random(seed))
    while soak.begun < runs and time.monotonic() < until:
        batch(soak)
        print(f"{soak.begun} begun, {len(soak.faults)} faults", *soak.faults, sep="\n", flush=True)
    quiet_end(soak)
    return soak


def main() -> None:
    """Soak, print what was found, and exit with 1 after any fault."""
    options = argparse.ArgumentParser(description="thousands of runs, and what the ledger tells of them")
    options.add_argument("--runs", type=int, default=2000, help="that begin, at least")
    options.add_argument("--seed", type=int, default=1, help="of the lot by which all is chosen")
    options.add_argument("--minutes", type=float, default=math.inf, help="after which no batch is begun")
    given = options.parse_args()
    print(f"seed {given.seed}")
    began = time.monotonic()
    with ground() as place:
        soak = soaked(place, given.runs, given.seed, given.minutes)
        show(soak, time.monotonic() - began)
    sys.exit(1 if soak.faults else 0)


if __name__ == "__main__":
    main()
