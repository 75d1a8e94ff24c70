"""Where does the time of a report go, within its kernel?

    python benchmarks/report_profile.py executive bookings --time-frame month --time-frame hour --functions 30

Has no rival: it shows what is left to make faster. As the parent of kernels does, it imports everything once,
and runs each report in a fork of its own, over the database of ANALYTICS_DATABASE_URL (else the sample
platform). It prints the processor's seconds for each report and, for a single one, for each cell: until the
value of its last line is there, and until that is shown. With `--functions` it looks every two milliseconds
which functions are at work, and prints those in which most of the time is spent, what they call included.

What runs within one call of a compiled library is seen once, at its end, however long it takes.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import pickle
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import nbformat
from IPython.core.interactiveshell import InteractiveShell

from scheduler.kernels.heap import settle
from scheduler.kernels.preload import preload

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
TICK = 0.002

Cell = tuple[str, float, float]
"""The last line of a cell, and the processor's seconds to work it out and to show it."""


class Sampler:
    """Which functions are at work, at each tick of the processor's time."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.ticks = 0

    def start(self) -> None:
        """Look from now on."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, TICK, TICK)

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.ticks += 1
        stack = set()
        while frame is not None:
            code = frame.f_code
            stack.add(f"{'/'.join(Path(code.co_filename).parts[-3:])}:{code.co_qualname}")
            frame = frame.f_back
        self.seen.update(stack)


def run(notebook: str, time_frame: str) -> Iterator[Cell]:
    """Run the cells of a notebook in this process, as a kernel would."""
    shell = InteractiveShell.instance()
    names = shell.user_ns
    for cell in nbformat.read(NOTEBOOKS / f"{notebook}.ipynb", as_version=4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        start = time.process_time()
        exec(compile(tree, notebook, "exec"), names)
        shown = None
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), notebook, "eval"), names)
        made = time.process_time()
        shell.display_formatter.format(shown)
        yield cell.source.splitlines()[-1], made - start, time.process_time() - made
        if "parameters" in cell.metadata.get("tags", ()):
            names["time_frame"] = time_frame


def forked(notebook: str, time_frame: str, is_sampled: bool) -> tuple[list[Cell], Counter[str], int]:
    """The cells of a report, run in a fork of this process, and the functions seen at how many ticks."""
    inlet, outlet = os.pipe()
    if not (pid := os.fork()):
        gc.enable()
        sampler = Sampler()
        if is_sampled:
            sampler.start()
        cells = list(run(notebook, time_frame))
        signal.setitimer(signal.ITIMER_PROF, 0)
        with os.fdopen(outlet, "wb") as pipe:
            pickle.dump((cells, sampler.seen, sampler.ticks), pipe)
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    if not told:
        sys.exit(f"The notebook {notebook} failed: see above.")
    found: tuple[list[Cell], Counter[str], int] = pickle.loads(told)
    return found


def main() -> None:
    """Run the reports, and print where their time went."""
    options = argparse.ArgumentParser(description="where the time of a report goes")
    options.add_argument("notebooks", nargs="+")
    options.add_argument("--time-frame", action="append", default=[])
    options.add_argument("--functions", type=int, default=0)
    given = options.parse_args()
    gc.disable()
    preload()
    settle()
    reports = [(name, frame) for name in given.notebooks for frame in given.time_frame or ["month"]]
    seen: Counter[str] = Counter()
    ticks, whole = 0, 0.0
    for name, frame in reports:
        cells, its, count = forked(name, frame, bool(given.functions))
        seconds = sum(made + shown for _, made, shown in cells)
        seen, ticks, whole = seen + its, ticks + count, whole + seconds
        print(f"{name} {frame}: {seconds:.3f} s")
        if len(reports) == 1:
            print(*(f"  {made:6.3f} {shown:6.3f}  {line[:80]}" for line, made, shown in cells), sep="\n")
    print(f"mean of {len(reports)}: {whole / len(reports):.3f} s")
    for function, count in seen.most_common(given.functions):
        print(f"{count / ticks:6.1%} {whole / len(reports) * count / ticks * 1000:6.0f} ms  {function}")


if __name__ == "__main__":
    main()
