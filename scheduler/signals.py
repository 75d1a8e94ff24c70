"""How the processes of a command are told to end, and how they clear up when they are."""

from __future__ import annotations

import logging
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a command that was told to end."""


@contextmanager
def clean_termination() -> Iterator[None]:
    """Within it, SIGTERM to this process raises `SystemExit`, so that everything open is closed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Told:
    """What a command was told while it could not end at once: by Ctrl-C, or by SIGTERM."""

    def __init__(self) -> None:
        self.number: int | None = None

    def obey(self) -> NoReturn:
        """End as the signal says. Raises `KeyboardInterrupt` or `SystemExit`."""
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(TERMINATED)


@contextmanager
def noting() -> Iterator[Told]:
    """Within it, Ctrl-C and SIGTERM interrupt nothing: they are noted, to be obeyed at a good moment."""
    told = Told()
    if threading.current_thread() is not threading.main_thread():
        yield told
        return

    def note(number: int, _: Any) -> None:
        told.number = number

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Processes started within it do not see Ctrl-C, not even while they read their libraries."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_interrupts_to_the_command() -> None:
    """Ctrl-C reaches every process of a terminal; the command alone answers it, by stopping its workers.

    A handler, unlike a block or SIG_IGN, is not handed on to the kernel.
    """
    signal.signal(signal.SIGINT, _pass)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end(*_: Any) -> NoReturn:
    # A second signal would interrupt the clearing up after the first.
    signal.signal(signal.SIGTERM, _pass)
    # What was asked of a kernel is broken off too, begun or not: that is no news for the terminal.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited", category=RuntimeWarning)
    raise SystemExit(TERMINATED)


def _pass(*_: Any) -> None:
    """Go on as if there had been no signal."""
