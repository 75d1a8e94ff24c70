"""A worker: a process that carries out one run after another and tells how each goes.

It starts once and stays warm: what reading libraries and drawing a first chart cost is paid once, not for
each report.
"""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any

from scheduler.crew import ALIVE, At, Begun, Ended, News, Task
from scheduler.engine import Trace
from scheduler.execute import execute
from scheduler.outcome import Outcome
from scheduler.render import warm
from scheduler.signals import clean_termination, leave_interrupts_to_the_command

BEAT = 2.0
"""Seconds: a worker that says nothing else says at least this often that it lives."""

_LAST_MOMENTS = 8.0
"""Seconds for a worker to clear up when the command that it works for is gone."""


def work(connection: Connection, environment: Mapping[str, str]) -> None:
    """Carry out the tasks that come, until there are no more, one is stopped, or nobody listens.

    `environment` is that of the command, which this process, as a fork of another one, may not have.
    """
    leave_interrupts_to_the_command()
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None
    teller = _Teller(connection)
    while (task := _next(connection)) is not None:
        outcome = _carry_out(task, teller)
        teller.tell(Ended(task.number, outcome))
        if outcome.state == "cancelled":
            break
    teller.finish()


def _next(connection: Connection) -> Task | None:
    try:
        task: Task | None = connection.recv()
    except (EOFError, OSError):
        return None
    return task


def _carry_out(task: Task, teller: _Teller) -> Outcome:
    teller.tell(Begun(task.number, f"{socket.gethostname()} process {os.getpid()}"))
    # Before the kernel is ordered: the zone of this process changes for a moment.
    warm(task.run.formats)
    trace = Trace(lambda cell, cells: teller.tell(At(task.number, cell, cells)))
    with clean_termination():
        return execute(task.run, task.data, task.folder, trace)


class _Teller:
    """Tells the command, from one thread, so that no signal can cut a message in two."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._said: SimpleQueue[News | str] = SimpleQueue()
        self._is_heard = True
        self._thread = threading.Thread(target=self._speak, name="telling", daemon=True)
        self._thread.start()

    def tell(self, news: News) -> None:
        self._said.put(news)

    def finish(self) -> None:
        """Return once everything is told, or there is nobody to tell it to."""
        self._said.put("")
        while self._is_heard and self._thread.is_alive():
            self._thread.join(0.1)

    def _speak(self) -> None:
        while True:
            news: Any = ALIVE
            with suppress(Empty):
                news = self._said.get(timeout=BEAT)
            if news == "":
                return
            try:
                self._connection.send(news)
            except OSError:
                self._is_heard = False
                _end_for_want_of_a_listener()


def _end_for_want_of_a_listener() -> None:
    """The command is gone: end the kernel, and this process, in order if that is quick, else at once."""
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_LAST_MOMENTS)
    os._exit(1)
