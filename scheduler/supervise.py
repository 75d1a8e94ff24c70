"""Many runs, from the queue to the ledger: each is tried, watched, recorded and, if it is good, published.

One loop, in one thread, is the only one that decides. It knows nothing of how workers work.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from analytics_lib.errors import AnalyticsError, LeaseLost, RunError, WarehouseError
from analytics_lib.runs import Claim, Ledger, Output, Owner, Request, Standing, State
from scheduler.crew import At, Begun, Crew, Died, Ended, News, Task
from scheduler.finished import Finished, Progress, is_answered_by, made_elsewhere
from scheduler.memory import USUAL_NEED
from scheduler.outcome import EXECUTED, Outcome, where
from scheduler.pinned import Data
from scheduler.plan import Run
from scheduler.publish import discard_halves, keep_partial, publish, retire
from scheduler.requests import request_of
from scheduler.signals import noting
from scheduler.workplace import Workplace

BEAT = 2.0
"""Seconds between two signs of life in the ledger, and between two looks at whom to cancel."""

_LEDGER_PATIENCE = 30.0
"""Seconds for which the ledger may be away while nothing ends; after 45 others take us for dead."""

_PATIENCE = 0.25
_LAST_STOP = 10.0
"""Seconds in which everything that runs has ended, once the command is told to end."""


@dataclass(frozen=True)
class _Asked:
    """A run as it stands in the ledger; it has been tried so many times, this one included."""

    run: Run
    request: Request
    claim: Claim
    tries: int = 1


@dataclass(eq=False)
class _Active:
    """An attempt that a worker has been given."""

    asked: _Asked
    task: Task
    began: float | None = None
    cell: int = 0
    cells: int = 0
    stopped_as: State | None = None
    reason: str = ""


class Supervisor:
    """Carries out runs with a crew, and writes down in a ledger what becomes of each."""

    def __init__(self, crew: Crew, ledger: Ledger, data: Data, output: Path) -> None:
        self._crew = crew
        self._ledger = ledger
        self._data = data
        self._output = output
        self._owner = Owner.here()
        self._numbers = itertools.count(1)
        self._ready: deque[_Asked] = deque()
        self._elsewhere: list[_Asked] = []
        self._active: dict[int, _Active] = {}
        self._need = USUAL_NEED
        self._beat_at = 0.0
        self._look_at = 0.0
        self._heard_at = time.monotonic()

    def carry_out(
        self, runs: Sequence[Run], asked_by: str, watch: Callable[[Progress], None] | None = None
    ) -> Iterator[Finished]:
        """What became of each run, as soon as it is known.

        A worker that is killed loses its run only, which is then tried once more if its limits allow it.
        What another command is making just now is not made twice. Ctrl-C and SIGTERM cancel what is left
        of them and are obeyed then. Raises `WarehouseError` where the ledger cannot be written.
        """
        with Workplace(self._output) as place, noting() as told:
            try:
                requests = (request_of(run, self._data, self._output, asked_by) for run in runs)
                self._queue([(run, request, 1) for run, request in zip(runs, requests, strict=True)])
                while self._ready or self._elsewhere or self._active:
                    if told.number is not None:
                        yield from self._cancel_all()
                        told.obey()
                    yield from self._look_elsewhere()
                    self._give_out(place)
                    for news in self._crew.news(_PATIENCE):
                        yield from self._learn(news)
                    yield from self._keep_time()
                    if watch is not None:
                        running = ((each.asked.run, each.cell, each.cells) for each in self._active.values())
                        watch(Progress(tuple(running), len(self._elsewhere)))
            finally:
                self._crew.close()
                self._give_up()

    def _queue(self, asked: Sequence[tuple[Run, Request, int]]) -> None:
        """Write down what is asked for, all at once, and see which of it is ours to make."""
        claims = self._ledger.queue([request for _, request, _ in asked], self._owner)
        for (run, request, tries), claim in zip(asked, claims, strict=True):
            queued = _Asked(run, request, claim, tries)
            if claim.standing is Standing.OWNED:
                self._ready.append(queued)
            else:
                self._elsewhere.append(queued)

    def _give_out(self, place: Workplace) -> None:
        while self._ready and self._crew.has_room(self._need):
            number = next(self._numbers)
            folder = place.folder(number)
            asked = self._ready.popleft()
            task = Task(number, asked.run, self._data, folder)
            self._active[number] = _Active(asked, task)
            self._crew.give(task)

    def _learn(self, news: News) -> Iterator[Finished]:
        active = self._active.get(news.number)
        if active is None:
            return
        match news:
            case Begun(worker=worker):
                active.began = time.monotonic()
                try:
                    self._ledger.start(active.asked.claim, worker)
                except LeaseLost as error:
                    self._stop(active, State.LOST, str(error))
            case At(cell=cell, cells=cells):
                active.cell, active.cells = cell, cells
            case Ended(outcome=outcome):
                yield self._end(active, outcome)
            case Died(reason=reason):
                yield from self._bury(active, reason)

    def _end(self, active: _Active, outcome: Outcome) -> Finished:
        """Publish what came out, or keep what there is, and write down which."""
        self._need = max(self._need, outcome.peak_memory)
        if outcome.state is State.CANCELLED and active.stopped_as is not None:
            outcome = replace(outcome, state=active.stopped_as, failure=active.reason)
        outputs: tuple[Output, ...] = ()
        if outcome.state is State.SUCCEEDED:
            try:
                # What another command has published meanwhile stays, and nothing is published in secret.
                self._ledger.confirm(active.asked.claim)
                outputs = self._published(active, outcome)
            except LeaseLost as error:
                outcome = replace(outcome, state=State.LOST, failure=str(error))
            except RunError as error:
                outcome = replace(outcome, state=State.FAILED, failure=str(error), exception="OSError")
        return self._finished(active, outcome, outputs)

    def _published(self, active: _Active, outcome: Outcome) -> tuple[Output, ...]:
        """The pages in their place, where then no file of another version of the report is left."""
        request = active.asked.request
        before = self._ledger.successes([request.target]).get(request.target, ())
        outputs = publish(outcome.pages, active.task.folder, self._output, active.asked.run.place)
        if before and before[0].request.run_id != request.run_id:
            made = {output.path for output in outputs}
            older = [output for record in before for output in record.outputs if output.path not in made]
            retire(older, self._output)
        return outputs

    def _bury(self, active: _Active, reason: str) -> Iterator[Finished]:
        """A worker is dead: was it asked to end, or is its run to be tried again?"""
        state = active.stopped_as or State.LOST
        outcome = Outcome(
            state,
            active.reason or reason,
            cell=active.cell,
            cells=active.cells,
            wall_seconds=time.monotonic() - active.began if active.began else 0.0,
        )
        finished = self._finished(active, outcome, ())
        asked = active.asked
        if state is State.LOST and asked.tries <= asked.run.limits.retries:
            self._queue([(asked.run, asked.request, asked.tries + 1)])
        else:
            yield finished

    def _finished(self, active: _Active, outcome: Outcome, outputs: tuple[Output, ...]) -> Finished:
        kept, executed = None, active.task.folder / EXECUTED
        del self._active[active.task.number]
        if outcome.state is not State.SUCCEEDED:
            discard_halves(active.task.folder, executed)  # the ledger may need their space
        try:
            self._ledger.finish(
                active.asked.claim,
                outcome.state,
                failure=outcome.failure,
                exception=outcome.exception,
                cell=outcome.cell,
                cells=outcome.cells,
                wall_seconds=outcome.wall_seconds,
                processor_seconds=outcome.processor_seconds,
                peak_memory=outcome.peak_memory,
                outputs=outputs,
            )
        except LeaseLost as error:
            # This command was stopped for so long that another one has taken it for dead.
            outcome = replace(outcome, state=State.LOST, failure=str(error))
        else:
            if outcome.state is not State.SUCCEEDED:
                kept = keep_partial(executed, self._output, active.asked.run.place)
        finally:
            shutil.rmtree(active.task.folder, ignore_errors=True)
        return Finished(active.asked.run, outcome, outputs, kept, active.asked.tries)

    def _keep_time(self) -> Iterator[Finished]:
        """Give a sign of life, and stop what has taken too long or is not wanted any more."""
        now = time.monotonic()
        for active in self._active.values():
            limit = active.asked.run.limits.run_seconds
            if active.began is not None and now - active.began > limit:
                words = f"it took longer than {limit} seconds in all and was stopped {where(active.cell)}."
                self._stop(active, State.TIMED_OUT, words)
        if now - self._beat_at < BEAT:
            return
        self._beat_at = now
        progress = {active.asked.claim: (active.cell, active.cells) for active in self._active.values()}
        try:
            unwanted = self._ledger.beat(self._owner, progress)
        except WarehouseError:
            # A ledger that is started anew is no reason to give up what runs; others wait as long.
            if now - self._heard_at > _LEDGER_PATIENCE:
                raise
            return
        self._heard_at = now
        for active in self._active.values():
            if active.asked.claim in unwanted:
                self._stop(active, State.CANCELLED, f"it was cancelled {where(active.cell)}.")
        for asked in [asked for asked in self._ready if asked.claim in unwanted]:
            self._ready.remove(asked)
            yield self._cancelled_unbegun(asked)

    def _stop(self, active: _Active, state: State, reason: str) -> None:
        if active.stopped_as is None:
            active.stopped_as, active.reason = state, reason
            self._crew.stop(active.task.number)

    def _look_elsewhere(self) -> Iterator[Finished]:
        """See whether what other commands are making is made, or what kept its place is gone."""
        if not self._elsewhere or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + BEAT
        waiting, self._elsewhere = self._elsewhere, []
        latest = self._ledger.latest([asked.request.target for asked in waiting])
        left = []
        for asked in waiting:
            record = latest.get(asked.request.target)
            if asked.claim.standing is Standing.JOINED and record and is_answered_by(asked.run, record):
                yield made_elsewhere(asked.run, record)
            else:
                left.append((asked.run, asked.request, asked.tries))
        self._queue(left)

    def _cancel_all(self) -> Iterator[Finished]:
        """Stop everything, keep what there is of it, and wait until it has ended, but not for ever."""
        self._elsewhere.clear()
        while self._ready:
            yield self._cancelled_unbegun(self._ready.popleft())
        for active in self._active.values():
            self._stop(active, State.CANCELLED, f"it was cancelled {where(active.cell)}.")
        until = time.monotonic() + _LAST_STOP
        while self._active and time.monotonic() < until:
            for news in self._crew.news(_PATIENCE):
                yield from self._learn(news)
        self._crew.close()
        for active in list(self._active.values()):
            yield from self._bury(active, active.reason)

    def _give_up(self) -> None:
        """Say what becomes of what is left when something of our own has failed: nothing."""
        left = [*self._ready, *(active.asked for active in self._active.values())]
        if not left:
            return
        with suppress(AnalyticsError):
            reason = "it was given up, because its command failed."
            self._ledger.finish_all([asked.claim for asked in left], State.LOST, failure=reason)

    def _cancelled_unbegun(self, asked: _Asked) -> Finished:
        outcome = Outcome(State.CANCELLED, "it was cancelled before it began.")
        try:
            self._ledger.finish(asked.claim, outcome.state, failure=outcome.failure)
        except LeaseLost as error:
            outcome = Outcome(State.LOST, str(error))
        return Finished(asked.run, outcome, attempts=asked.tries)
