"""How far many reports are, for a person who watches."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from scheduler.finished import Finished, Progress
from scheduler.plan import Run

_MINUTE = 60.0


class ReportProgress:
    """A bar for all reports with rate, failures and time left, and one for each that is being made.

    Where nobody watches it says no more than that another command is waited for, once and on standard
    error; what is said is always said.
    """

    def __init__(self, total: int, *, is_watched: bool, console: Console | None = None) -> None:
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _Standing(),
            console=console,
            disable=not is_watched,
            transient=True,
        )
        self._all = self._bars.add_task("reports", total=total, failed=0, elsewhere=0, is_all=True)
        self._running: dict[Run, TaskID] = {}
        self._failed = 0
        self._is_watched = is_watched
        self._has_told_of_waiting = False

    def say(self, text: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def watch(self, progress: Progress) -> None:
        """Show which cell of how many each run has reached, and how many another command is making."""
        self._bars.update(self._all, elsewhere=progress.elsewhere)
        if progress.elsewhere and not self._is_watched and not self._has_told_of_waiting:
            self._has_told_of_waiting = True
            _tell_of_waiting(progress.elsewhere)
        now = {run: (cell, cells) for run, cell, cells in progress.running}
        for run in [run for run in self._running if run not in now]:
            self._bars.remove_task(self._running.pop(run))
        for run, (cell, cells) in now.items():
            if run not in self._running:
                words = f"  {run.name} {run.scope.period.name} {run.place.name}"
                self._running[run] = self._bars.add_task(words, total=None, failed=0, is_all=False)
            self._bars.update(self._running[run], completed=cell, total=cells or None)

    def count(self, finished: Finished) -> None:
        """Count a run that has ended."""
        self._failed += bool(finished.failure)
        self._bars.update(self._all, advance=1, failed=self._failed)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()


class _Standing(ProgressColumn):
    """Reports a minute, failures, what others are making, and the time that the rest will take."""

    def render(self, task: Task) -> Text:
        if not task.fields["is_all"]:
            return Text("cells")
        words = []
        if task.completed and task.elapsed:
            words.append(f"{task.completed / task.elapsed * _MINUTE:.0f} a minute")
        if task.fields["failed"]:
            words.append(f"{task.fields['failed']} failed")
        if task.fields["elsewhere"]:
            words.append(f"{task.fields['elsewhere']} made by another command")
        if task.completed and task.elapsed and task.total:
            left = task.elapsed / task.completed * (task.total - task.completed)
            words.append(f"{_clock(left)} left")
        return Text(", ".join(words), style="red" if task.fields["failed"] else "")


def _tell_of_waiting(count: int) -> None:
    reports = "report" if count == 1 else "reports"
    line = f"Waiting for {count} {reports} that another command is making."
    Console(stderr=True).print(line, highlight=False, soft_wrap=True)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
