"""How many times the reports of papermill and nbconvert does `analytics report` make in the same time?

    python benchmarks/matrix_against_papermill.py
    python benchmarks/matrix_against_papermill.py --notebooks 2 --time-frames 2 --profile

Both make the same reports as HTML: ten notebooks in six time frames, over the same sample platform, from the
command line as a user types it, start-up included, with as many at a time as there are workers. Theirs is
`papermill -k python3` and then `jupyter nbconvert --to html`, run by `xargs -P`. Every report must be there
and none may have failed. Theirs carry no chart that is seen without a network, so they have less to do.

The machine's busy seconds count every process, because our kernels are children of one that outlives the
command; so nothing else should be running. With `--profile`, ours runs twice more: as bare notebooks, which
tells what rendering takes, and for one report alone, which tells what the first one waits for. Theirs takes
about ten minutes on two cores. Goal: 15 times as many.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

HOME = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
NOTEBOOKS = (
    *("executive", "bookings", "payments", "ai_usage", "user_engagement"),
    *("b2c", "b2b", "b2b2c", "finance", "reliability"),
)
TIME_FRAMES = ("month", "hour", "day", "week", "quarter", "year")
THEIRS = (
    '"$0/papermill" -k python3 --no-progress-bar "notebooks/$2.ipynb" "$1/$2-$3.ipynb" -p time_frame "$3" '
    '-p period last && "$0/jupyter" nbconvert --to html "$1/$2-$3.ipynb"'
)
"""What a shell runs for one report, with the folders of commands and of reports, notebook and time frame."""
GOAL = 15


@dataclass(frozen=True)
class Matrix:
    """The reports that both sides make, and how many at a time."""

    notebooks: tuple[str, ...]
    time_frames: tuple[str, ...]
    workers: int

    @property
    def size(self) -> int:
        return len(self.notebooks) * len(self.time_frames)


@dataclass(frozen=True)
class Spent:
    """Seconds on the clock, and seconds in which the machine's cores were busy."""

    wall: float
    busy: float


def ours(matrix: Matrix, folder: Path, kind: str = "html") -> Spent:
    """The whole matrix by one command."""
    frames = [word for frame in matrix.time_frames for word in ("--time-frame", frame)]
    command = [BIN / "analytics", "report", *matrix.notebooks, *frames, "--format", kind]
    spent = timed([*command, "--workers", matrix.workers, "--output", folder])
    check([path for path in folder.glob(f"[!.]*/*/*.{kind}") if ".failed." not in path.name], matrix.size)
    return spent


def theirs(matrix: Matrix, folder: Path) -> Spent:
    """Two commands a report, as many reports at a time as there are workers."""
    folder.mkdir()
    reports = "\n".join(f"{name} {frame}" for name in matrix.notebooks for frame in matrix.time_frames)
    spent = timed(["xargs", "-P", matrix.workers, "-L", 1, "sh", "-c", THEIRS, BIN, folder], reports.encode())
    check(list(folder.glob("*.html")), matrix.size)
    return spent


def timed(command: list[object], given: bytes | None = None) -> Spent:
    began, before = time.perf_counter(), busy()
    done = subprocess.run(
        [str(part) for part in command], input=given, capture_output=True, cwd=HOME, check=False
    )
    spent = Spent(time.perf_counter() - began, busy() - before)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout.decode()}{done.stderr.decode()}")
    return spent


def busy() -> float:
    """Seconds since the start of the machine in which its cores had something to do."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


def check(reports: list[Path], count: int) -> None:
    """Every report must be there, and none be empty."""
    assert len(reports) == count, f"{len(reports)} reports of {count}"
    assert all(path.stat().st_size > 10_000 for path in reports), "a report is empty"


def show(name: str, spent: Spent, count: int, workers: int) -> None:
    each = f"{spent.wall * workers / count:.2f} worker-seconds a report"
    print(f"{name}: {spent.wall:.1f} s, cores busy for {spent.busy:.1f} s; {each}")


def profile(matrix: Matrix, folder: Path, whole: Spent) -> None:
    """Where our time goes, told from outside: start, rendering, and what kernels and their cells take."""
    alone = ours(Matrix(matrix.notebooks[:1], matrix.time_frames[:1], matrix.workers), folder / "alone")
    bare = ours(matrix, folder / "bare", "ipynb")
    rendering = max(0.0, whole.wall - bare.wall)
    print(f"of ours, one report alone, start included: {alone.wall:.1f} s")
    print(f"of ours, rendering: {rendering:.1f} s, {rendering / whole.wall:.0%}")
    print(f"of ours, start, kernels and cells: {bare.wall:.1f} s, {bare.wall / whole.wall:.0%}")


def main() -> None:
    """Make the sample, let both make the reports, and print how much sooner ours were there."""
    options = argparse.ArgumentParser(description="a matrix of reports, against papermill and nbconvert")
    options.add_argument("--notebooks", type=int, default=len(NOTEBOOKS), help="the first so many")
    options.add_argument("--time-frames", type=int, default=len(TIME_FRAMES), help="the first so many")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--bookings", type=int, default=None, help="of the sample; default: as it comes")
    options.add_argument("--profile", action="store_true", help="say where our time goes")
    given = options.parse_args()
    matrix = Matrix(NOTEBOOKS[: given.notebooks], TIME_FRAMES[: given.time_frames], given.workers)
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as place:
        folder = Path(place)
        prepare(folder, given.bookings)
        mine = ours(matrix, folder / "ours")
        show("analytics report", mine, matrix.size, given.workers)
        if given.profile:
            profile(matrix, folder, mine)
        other = theirs(matrix, folder / "theirs")
        show("papermill and nbconvert", other, matrix.size, given.workers)
    print(
        f"{matrix.size} reports: {other.wall / mine.wall:.1f} times as many in the same time (goal: {GOAL})"
    )


def prepare(folder: Path, bookings: int | None) -> None:
    """A sample that both read, and folders of our own, so that nothing is running or known yet."""
    from analytics_lib.sources.first_use import write_sample
    from analytics_lib.sources.sample import SamplePlan

    url = f"duckdb:///{folder}/sample.duckdb"
    write_sample(SamplePlan() if bookings is None else SamplePlan(bookings=bookings), url)
    os.environ.update(
        ANALYTICS_DATABASE_URL=url,
        ANALYTICS_LEDGER_URL=f"sqlite:///{folder}/ledger.sqlite",
        XDG_RUNTIME_DIR=str(folder),
    )


if __name__ == "__main__":
    main()
