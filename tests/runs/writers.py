"""Processes of their own that work on a ledger at the same time."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from tests.runs.ledgers import Place

ROOT = Path(__file__).resolve().parents[2]

_BEGIN = """
import os, sys, time
from pathlib import Path
from analytics_lib.runs import Owner, Standing, State, open_ledger
from tests.runs.ledgers import request
name, me = sys.argv[3], Owner.here()

def say(*words):  # in one piece, as others write to the same pipe
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

say("ready")
sys.stdin.readline()
ledger = open_ledger(Path(sys.argv[1]), sys.argv[2] or None)
"""

# Forks have the libraries already, so that they really are at it at the same time.
_FORKS = """
start, begin = os.pipe()
children = []
for name in map(str, range({number})):
    children.append(os.fork())
    if children[-1] == 0:
        os.close(begin)
        os.read(start, 1)
        me = Owner.here()
        try:
{lines}
            ledger.close()
        except Exception as error:
            say("failed:", error)
        sys.stdin.readline()
        os._exit(0)
os.close(begin)
codes = [os.waitpid(child, 0)[1] for child in children]
assert not any(codes), codes
"""


class Writer:
    """A process that runs some lines once it is told to go; it knows `ledger`, `me`, its `name` and `say`."""

    def __init__(self, place: Place, name: str, lines: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BEGIN + lines, str(place.reports), place.url or "", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.heard() == "ready"

    def heard(self) -> str:
        """The next line that it says."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def end(self) -> list[str]:
        """Wait for it; the lines that it said and nobody has heard."""
        out, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0
        return out.split()

    def kill(self) -> None:
        """As the system kills what takes too much memory: it can say nothing more."""
        self.process.kill()
        self.process.communicate()


def at_once(place: Place, number: int, lines: str) -> list[str]:
    """One line of each of so many processes that begin at the same time and live until all have spoken."""
    forks = _FORKS.format(number=number, lines=textwrap.indent(lines, " " * 12))
    writer = Writer(place, "", forks)
    writer.go()
    said = [writer.heard() for _ in range(number)]
    assert writer.end() == [], "a process failed, or said more"
    return said
