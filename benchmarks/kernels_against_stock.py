"""How much sooner does our kernel answer than a stock ipykernel, and how much less memory does it hold?

    python benchmarks/kernels_against_stock.py --rounds 9

Both run notebooks/bookings.ipynb cell by cell with nbclient, in turn, from one process that has imported
nbclient already, on the same sample platform; both must end with the same outputs. The clock starts where
the kernel is asked for and stops after

- the first cell: the parameters, which import nothing, so that this is the kernel's own start;
- the first cell that imports `analytics_lib` and connects: what somebody who opens the notebook waits for;
- the last cell;
- the end of the kernel's process.

Memory is what the kernel alone holds (USS), read after the last cell while it lives. Ratios are those of
the medians. Goals: 10 times sooner to the end of the first cell, and 4 times less memory. What our kernels
share is not free: the first kernel of all waits for the parent's imports, and the parent and its spares
hold memory of their own. Both are measured once and printed below the ratios.
"""

from __future__ import annotations

import argparse
import copy
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "bookings.ipynb"
RIVALS = {"ours": "analytics", "stock": "python3"}
MIB = 1 << 20

FIRST, IMPORTS, LAST, ENDED = "first cell", "first cell that imports", "last cell", "end of the kernel"
MEMORY = "own memory (USS)"
GOALS = {FIRST: 10, IMPORTS: 10, MEMORY: 4}


def run(notebook: Any, kernel: str, folder: Path) -> tuple[dict[str, float], list[Any]]:
    """Seconds until each moment, the MiB that the kernel holds alone, and all outputs."""
    client = NotebookClient(
        copy.deepcopy(notebook),
        kernel_name=kernel,
        timeout=300,
        resources={"metadata": {"path": str(folder)}},
    )
    moments: dict[str, float] = {}
    start = time.perf_counter()
    with client.setup_kernel():
        for index, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, index)
            since = time.perf_counter() - start
            if cell.cell_type == "code":
                moments.setdefault(FIRST, since)
            if "analytics_lib" in cell.source:
                moments.setdefault(IMPORTS, since)
        moments[LAST] = since
        process = psutil.Process(client.km.provisioner.pid)
        memory = process.memory_full_info().uss / MIB
        last = time.perf_counter()
    moments[ENDED] = moments[LAST] + time.perf_counter() - last
    assert not psutil.pid_exists(process.pid) or process.status() == psutil.STATUS_ZOMBIE
    return {**moments, MEMORY: memory}, list(outputs(client.nb))


def outputs(notebook: Any) -> Iterator[Any]:
    """What each cell shows; names that are drawn by lot (of a chart's element, of a table) left out."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            shown = {key: value for key, value in output.items() if key != "execution_count"}
            yield re.sub(r"[0-9a-f]{32}", "", repr(shown))


def whole_memory() -> dict[str, str]:
    """What the parent and its spares hold, while no kernel lives."""
    memory: dict[str, str] = {}
    for process in psutil.process_iter(["name", "cmdline"]):
        if os.environ["XDG_RUNTIME_DIR"] in " ".join(process.info["cmdline"] or ()):
            told = process.memory_full_info()
            name = process.info["name"]
            number = sum(each.startswith(name) for each in memory) + 1
            shared = f"with its part of what is shared (PSS) {told.pss / MIB:.0f} MiB"
            memory[f"{name} {number}"] = f"own {told.uss / MIB:.0f} MiB, {shared}"
    return memory


def main() -> None:
    """Make the sample, measure, and print the ratios."""
    options = argparse.ArgumentParser(description="the kernel `analytics` against a stock ipykernel")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--bookings", type=int, default=20_000)
    given = options.parse_args()
    from analytics_lib.sources.first_use import write_sample
    from analytics_lib.sources.sample import SamplePlan

    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as folder:
        url = f"duckdb:///{folder}/sample.duckdb"
        write_sample(SamplePlan(bookings=given.bookings, only=("bookings",)), url)
        # A folder of our own, so that no parent is there yet.
        os.environ.update(ANALYTICS_DATABASE_URL=url, XDG_RUNTIME_DIR=folder, ANALYTICS_KERNELS_LINGER="0")
        compare(nbformat.read(NOTEBOOK, as_version=4), Path(folder), given.rounds)


def compare(notebook: Any, folder: Path, rounds: int) -> None:
    """Run both in turn, and print what was found."""
    # The stock kernel rehearses first: what the disk has to read is then in memory for both.
    _, theirs = run(notebook, RIVALS["stock"], folder)
    first_ever, ours = run(notebook, RIVALS["ours"], folder)
    assert ours == theirs, "the outputs differ"
    found: dict[str, list[dict[str, float]]] = {name: [] for name in RIVALS}
    for _ in range(rounds):
        for name, kernel in RIVALS.items():
            moments, shown = run(notebook, kernel, folder)
            assert shown == theirs, "the outputs differ"
            found[name].append(moments)
    print(f"{rounds} rounds, medians; {len(theirs)} outputs, equal in every run")
    for what in (FIRST, IMPORTS, LAST, ENDED, MEMORY):
        ours_at, stock_at = (statistics.median(each[what] for each in found[name]) for name in RIVALS)
        unit = "MiB" if what == MEMORY else "s"
        goal = f" (goal: {GOALS[what]})" if what in GOALS else ""
        times = f"{stock_at / ours_at:.1f} times{goal}"
        print(f"{what:24} ours {ours_at:7.2f} {unit}, stock {stock_at:7.2f} {unit}: {times}")
    print(f"the first kernel of all, parent included: {first_ever[FIRST]:.2f} s to the first cell")
    for name, memory in whole_memory().items():
        print(f"{name}: {memory}")


if __name__ == "__main__":
    main()
