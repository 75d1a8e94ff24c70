"""Being told to end: in order, once, and without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from scheduler.signals import noting

BROKEN_OFF = """
import asyncio, os, signal
from scheduler.signals import clean_termination

async def ask():
    asyncio.ensure_future(asyncio.sleep(60))
    os.kill(os.getpid(), signal.SIGTERM)

with clean_termination():
    asyncio.new_event_loop().run_until_complete(ask())
"""


def test_an_end_before_something_has_begun_says_nothing() -> None:
    ended = subprocess.run([sys.executable, "-c", BROKEN_OFF], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (143, "", "")


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_a_signal_is_noted_and_obeyed_later(number: int, raised: type[BaseException]) -> None:
    before = signal.getsignal(number)
    with noting() as told:
        assert told.number is None
        os.kill(os.getpid(), number)
        assert told.number == number
        with pytest.raises(raised):
            told.obey()
    assert signal.getsignal(number) is before
