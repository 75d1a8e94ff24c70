"""How much sooner is a matrix of 240 reports there again, of which nothing has changed?

    python benchmarks/unchanged_matrix.py
    python benchmarks/unchanged_matrix.py --notebooks 2 --time-frames 1

The same command twice: ten notebooks in six time frames, for each business model and for all, as HTML. The
first makes every report, the second finds them made, by the ledger. The second must publish what the first
did, to the byte. The first takes several minutes on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from pathlib import Path

from matrix_against_papermill import BIN, NOTEBOOKS, TIME_FRAMES, prepare, timed


def pages(folder: Path) -> dict[str, str]:
    """Every report of a folder, and the hash of its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("[!.]*/*/*.html")
    }


def main() -> None:
    """Make the sample, run the matrix twice, and print the ratio."""
    options = argparse.ArgumentParser(description="a matrix of reports of which nothing has changed")
    options.add_argument("--notebooks", type=int, default=len(NOTEBOOKS), help="the first so many")
    options.add_argument("--time-frames", type=int, default=len(TIME_FRAMES), help="the first so many")
    options.add_argument("--workers", type=int, default=2)
    given = options.parse_args()
    names, frames = NOTEBOOKS[: given.notebooks], TIME_FRAMES[: given.time_frames]
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/tmp") as place:
        folder = Path(place) / "reports"
        prepare(Path(place), None)
        command: list[object] = [BIN / "analytics", "report", *names]
        command += [word for frame in frames for word in ("--time-frame", frame)]
        command += ["--business-model", "each", "--format", "html"]
        command += ["--workers", given.workers, "--output", folder]
        first = timed(command)
        made = pages(folder)
        second = timed(command)
        assert pages(folder) == made, "the reports have changed"
    print(f"{len(made)} reports: made in {first.wall:.1f} s, found unchanged in {second.wall:.1f} s")
    print(f"{first.wall / second.wall:.1f} times sooner")


if __name__ == "__main__":
    main()
