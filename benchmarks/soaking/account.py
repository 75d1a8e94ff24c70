"""An account of runs that shares no code with the ledger, and what of the ledger is false by it.

It knows what was killed, what the notebooks have testified and what lies in the folder of reports, and
reads the rows of the ledger as they stand in its file.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.soaking.killer import Interventions
from benchmarks.soaking.witnessed_notebooks import ENDLESS, FAILING, FAILURE, GOOD, executions, word_in

SLACK = 2.0
"""Seconds by which a kernel may have been killed before its run is written down as begun."""

_FINAL = {"succeeded", "failed", "timed out", "cancelled", "lost"}
_COLUMNS = "sequence, at, run_id, target, attempt, state, content, previous, hash"
_DEAD_KERNEL = re.compile(r"the kernel died in cell|the kernel did not answer")


class Row(NamedTuple):
    """A row of the ledger, in the order of its columns."""

    sequence: int
    at: str
    run_id: str
    target: str
    attempt: int
    state: str
    content: str
    previous: str
    hash: str


@dataclass
class Attempt:
    """One attempt at a run, put together from its rows."""

    run_id: str
    target: str
    number: int
    rows: list[Row] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"attempt {self.number} of {self.run_id} for {self.target}"

    @property
    def state(self) -> str:
        return self.rows[-1].state

    @property
    def told(self) -> dict[str, Any]:
        """All that its rows say; the last word counts."""
        return {name: said for row in self.rows for name, said in json.loads(row.content).items()}

    @property
    def notebook(self) -> str:
        return str(self.told["notebook"])

    @property
    def command(self) -> str:
        """The command that asked for it: each has a user of its own."""
        return str(self.told["asked_by"]).partition("@")[0]

    @property
    def worker(self) -> int:
        """The process that carried it out; 0 if none had begun."""
        return int(str(self.told.get("worker") or "0").split()[-1])

    @property
    def has_begun(self) -> bool:
        return any(row.state == "running" for row in self.rows)

    @property
    def ended_at(self) -> float:
        """When its last row was written, in seconds by the wall clock."""
        return datetime.fromisoformat(self.rows[-1].at).timestamp()

    def is_among(self, kills: list[tuple[float, int]]) -> bool:
        """Whether its worker was hit while it was under way."""
        first = datetime.fromisoformat(self.rows[0].at).timestamp() - SLACK
        return any(worker == self.worker and first <= at <= self.ended_at + SLACK for at, worker in kills)


class Account:
    """What is known of a folder of reports from outside."""

    def __init__(self, reports: Path, witness: Path, interventions: Interventions) -> None:
        self.unsaid = 0
        """Reports that a command published just before it was killed, so that no attempt has succeeded."""
        self._reports = reports
        self._witness = witness
        self._interventions = interventions

    def rows(self) -> list[Row]:
        """The history, in its order."""
        file = self._reports.with_name(f"{self._reports.name}.ledger.sqlite")
        if not file.exists():
            return []
        with closing(sqlite3.connect(file)) as ledger:
            return [
                Row(*row) for row in ledger.execute(f"SELECT {_COLUMNS} FROM run_events ORDER BY sequence")
            ]

    def attempts(self) -> list[Attempt]:
        """All attempts, in the order in which they were asked for."""
        found: dict[tuple[str, str, int], Attempt] = {}
        for row in self.rows():
            key = (row.run_id, row.target, row.attempt)
            found.setdefault(key, Attempt(*key)).rows.append(row)
        return list(found.values())

    def faults(self) -> Iterator[str]:
        """What is false, one sentence each, while no command is at work."""
        rows, attempts = self.rows(), self.attempts()
        yield from _broken_links(rows)
        yield from self._wrong_head(rows)
        yield from _wrong_order(rows)
        self._executions = executions(self._witness) if self._witness.exists() else {}
        claimed: Counter[str] = Counter()
        for attempt in attempts:
            if why := self._why_false(attempt, claimed):
                yield f"{attempt.name} is {attempt.state}, but {why}"
        yield from (
            f"{times} attempts were one execution: {word}" for word, times in claimed.items() if times > 1
        )
        yield from self._wrong_reports(attempts, claimed)

    def _wrong_head(self, rows: list[Row]) -> Iterator[str]:
        file = self._reports.with_name(f"{self._reports.name}.ledger.head")
        if rows and file.read_text() != f"{rows[-1].sequence} {rows[-1].hash}\n":
            yield f"the head file says {file.read_text().strip()} of row {rows[-1].sequence}"

    def _why_false(self, attempt: Attempt, claimed: Counter[str]) -> str:
        """Why an attempt cannot be in its state; empty if it can."""
        interventions, told = self._interventions, attempt.told
        match attempt.state:
            case "succeeded":
                return self._why_no_success(attempt, claimed)
            case "failed" if attempt.notebook == FAILING and FAILURE in told["failure"]:
                return ""
            case "failed" if _DEAD_KERNEL.search(told["failure"]):
                return (
                    "" if attempt.is_among(interventions.kernels) else f"nobody killed it: {told['failure']}"
                )
            case "timed out" if attempt.notebook == ENDLESS:
                return ""
            case "cancelled" if (
                attempt.run_id in interventions.unwanted or attempt.command in interventions.told
            ):
                return "" if "given up" not in told["failure"] else told["failure"]
            case "lost" if attempt.command in interventions.killed or attempt.is_among(interventions.workers):
                return ""
            case "lost" if "worker process" in told["failure"] and attempt.command in interventions.bereft:
                return ""
        return f"nothing has led to it: {told.get('failure', '')}"

    def _why_no_success(self, attempt: Attempt, claimed: Counter[str]) -> str:
        told = attempt.told
        if attempt.notebook not in GOOD:
            return "its notebook cannot succeed"
        if [output["kind"] for output in told["outputs"]] != told["formats"]:
            return f"its outputs are {told['outputs']}"
        for output in told["outputs"]:
            artefact = self._artefact(output["sha256"], output["kind"])
            if not artefact.exists() or _sha256(artefact) != output["sha256"]:
                return f"{artefact} is not what it made"
            word = word_in(artefact)
            claimed[word] += 1
            execution = self._executions.get(word)
            if execution is None or not execution.has_ended or execution.place != self._place(attempt.target):
                return f"the execution {word or 'without a word'} in it is another: {execution}"
        return ""

    def _wrong_reports(self, attempts: list[Attempt], claimed: Counter[str]) -> Iterator[str]:
        """Reports at their places that are neither of the last success nor of one that was killed then."""
        self.unsaid = 0
        last: dict[str, str] = {}
        killed_since: dict[str, bool] = {}
        for attempt in attempts:
            if attempt.state == "succeeded" and (outputs := attempt.told["outputs"]):
                last[attempt.target] = outputs[0]["sha256"]
                killed_since[attempt.target] = False
            elif (
                attempt.state == "lost"
                and attempt.command in self._interventions.killed
                and attempt.has_begun
            ):
                killed_since[attempt.target] = True
        for target in {attempt.target for attempt in attempts}:
            report = Path(f"{target}.ipynb")
            if not report.exists():
                if target in last:
                    yield f"{report} is not there any more"
            elif _sha256(report) != last.get(target):
                execution = self._executions.get(word := word_in(report))
                is_whole = execution is not None and execution.has_ended and not claimed[word]
                if not is_whole or not killed_since.get(target) or execution.place != self._place(target):
                    yield f"{report} is of no attempt that was published last"
                self.unsaid += 1

    def _artefact(self, sha256: str, kind: str) -> Path:
        return self._reports / ".artefacts" / sha256[:2] / f"{sha256}.{kind}"

    def _place(self, target: str) -> str:
        return Path(target).relative_to(self._reports).as_posix()


def _broken_links(rows: list[Row]) -> Iterator[str]:
    previous = "0" * 64
    for number, row in enumerate(rows, 1):
        said = json.dumps(list(row[:7]), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(f"{previous}\n{said}".encode()).hexdigest()
        if (row.sequence, row.previous, row.hash) != (number, previous, digest):
            yield f"row {number} does not follow the one before"
        previous = row.hash


def _wrong_order(rows: list[Row]) -> Iterator[str]:
    """Attempts with gaps between their numbers, two for one target at once, and rows after the end."""
    numbers: Counter[tuple[str, str]] = Counter()
    under_way: dict[str, Row] = {}
    for row in rows:
        about = f"row {row.sequence} ({row.run_id}, attempt {row.attempt}, {row.state})"
        before = under_way.get(row.target)
        if row.state == "queued":
            numbers[row.run_id, row.target] += 1
            if row.attempt != numbers[row.run_id, row.target]:
                yield f"{about} is attempt {numbers[row.run_id, row.target]}"
            if before is not None:
                yield f"{about} is beside another one that has not ended"
            under_way[row.target] = row
            continue
        if before is None or (before.run_id, before.attempt) != (row.run_id, row.attempt):
            yield f"{about} is of one that was not under way"
        elif row.state == "running" and before.state != "queued":
            yield f"{about} begins a second time"
        if row.state in _FINAL:
            under_way.pop(row.target, None)
        else:
            under_way[row.target] = row
    yield from (
        f"row {row.sequence} is the last word on {row.target}: {row.state}" for row in under_way.values()
    )


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
