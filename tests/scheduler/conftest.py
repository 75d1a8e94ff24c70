"""What the tests of runs share: small notebooks, and a watch over the kernels and files that a run leaves."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser

from tests.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser, started once for the tests of a file."""
    with chromium() as started:
        yield started


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
        return len(self._sleepers())

    def left_behind(self) -> list[str]:
        """Kernels that still run and temporary files that still lie there, once they had time to go."""
        until = time.monotonic() + 5
        while (found := self._found()) and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def _found(self) -> list[str]:
        files = [str(path) for folder in (self.runtime, self.temporary) for path in folder.iterdir()]
        return [*self._kernels(), *self._sleepers(), *files]

    def _kernels(self) -> list[str]:
        numbers = self.count.read_text().split() if self.count.exists() else []
        return [f"kernel {number}" for number in numbers if psutil.pid_exists(int(number))]

    def _sleepers(self) -> list[str]:
        """Processes that a cell has started: the folder of temporary files is on their command line."""
        found = []
        for process in psutil.process_iter():
            try:
                if any(str(self.temporary) in part for part in process.cmdline()):
                    found.append(f"process {process.pid}")
            except psutil.Error:
                continue
        return found


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watch:
    """Every kernel of the test leaves its number, and all its passing files lie in folders of the test."""
    seen = Watch(tmp_path / "kernels", tmp_path / "runtime", tmp_path / "t")
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    for folder in (seen.runtime, seen.temporary, startup):
        folder.mkdir(parents=True)
    counting = (
        f"with open({str(seen.count)!r}, 'a') as file: file.write(f'{{__import__(\"os\").getpid()}}\\n')"
    )
    (startup / "count.py").write_text(counting)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(seen.runtime))
    monkeypatch.setenv("TMPDIR", str(seen.temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return seen
