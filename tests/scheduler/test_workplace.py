"""The folders in which runs are made: one for each command, and none is left of a command that is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from analytics_lib.errors import RunError
from scheduler.workplace import NAME, Workplace

HOLD = """
import sys, time
from pathlib import Path
from scheduler.workplace import Workplace
place = Workplace(Path(sys.argv[1]))
(place.folder(1) / "half a page").write_text("<html>")
print("ready", flush=True)
time.sleep(60)
"""


def test_nothing_is_left_of_it(tmp_path: Path) -> None:
    with Workplace(tmp_path / "reports") as place:
        folder = place.folder(1)
        assert folder.is_dir() and tmp_path / "reports" in folder.parents
    assert list((tmp_path / "reports").iterdir()) == []


def test_two_commands_do_not_disturb_each_other(tmp_path: Path) -> None:
    with Workplace(tmp_path) as one:
        mine = one.folder(1)
        with Workplace(tmp_path) as other:
            assert other.folder(1) != mine
        assert mine.is_dir()


def test_what_a_killed_command_has_left_is_swept_away(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "ready\n"
    with Workplace(tmp_path):
        assert len(list((tmp_path / NAME).iterdir())) == 2
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()
    assert list(tmp_path.rglob("half a page"))
    with Workplace(tmp_path):
        assert len(list((tmp_path / NAME).iterdir())) == 1
    assert not (tmp_path / NAME).exists()


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file in the way")
    with pytest.raises(RunError, match="could not be written to"):
        Workplace(tmp_path / "reports")


MANY = """
import sys
from pathlib import Path
from scheduler.workplace import Workplace
for _ in range(100):
    with Workplace(Path(sys.argv[1])) as place:
        place.folder(1)
"""


def test_commands_that_begin_and_end_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    many = [
        subprocess.Popen([sys.executable, "-c", MANY, str(tmp_path)], stderr=pipe, text=True)
        for _ in range(3)
    ]
    assert [process.communicate()[1] for process in many] == ["", "", ""]
    assert list(tmp_path.iterdir()) == []
