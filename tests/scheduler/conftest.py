"""What the tests of runs share: small notebooks, and a watch over the kernels and files that a run leaves."""

from __future__ import annotations

import json
import shlex
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest


@dataclass(frozen=True)
class Watch:
    """Where kernels of a test are counted, and the folders in which anything left behind would lie."""

    count: Path
    runtime: Path
    temporary: Path

    def kernels_started(self) -> int:
        return len(self.count.read_text().split()) if self.count.exists() else 0

    def sleeping(self) -> int:
        """How many processes that a cell started, with the folder on their command line, are running."""
        return sum(any("time.sleep(777)" in part for part in found.cmdline()) for found in self._kernels())

    def left_behind(self) -> list[str]:
        """Kernels that still run and temporary files that still lie there, once they had time to go."""
        until = time.monotonic() + 5
        while (found := self._found()) and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def _found(self) -> list[str]:
        files = [str(path) for folder in (self.runtime, self.temporary) for path in folder.iterdir()]
        return [f"kernel {process.pid}" for process in self._kernels()] + files

    def _kernels(self) -> list[psutil.Process]:
        """Processes that were started on a connection file in a folder of this test."""
        found, folders = [], (str(self.runtime), str(self.temporary))
        for process in psutil.process_iter():
            try:
                if any(folder in part for part in process.cmdline() for folder in folders):
                    found.append(process)
            except psutil.Error:
                continue
        return found


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watch:
    """Every kernel of the test leaves a line, and all its passing files lie in folders of the test."""
    seen = Watch(tmp_path / "kernels", tmp_path / "runtime", tmp_path / "t")
    seen.runtime.mkdir()
    seen.temporary.mkdir()
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    counting = f"echo $$ >> {shlex.quote(str(seen.count))}; exec {shlex.quote(sys.executable)} "
    command = ["/bin/sh", "-c", counting + '-m ipykernel_launcher -f "$1"', "sh", "{connection_file}"]
    words = {"argv": command, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(words))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(seen.runtime))
    monkeypatch.setenv("TMPDIR", str(seen.temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return seen
