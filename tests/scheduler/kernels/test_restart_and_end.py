"""Restart, polite and impolite ends, and death are as with an ordinary kernel."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from tests.scheduler.kernels.talking import PATIENCE, Talk, running


def test_a_restart_keeps_the_connection_and_forgets_the_rest() -> None:
    with running() as kernel:
        path = Path(kernel.manager.connection_file)
        connection, old = path.read_text(), kernel.pid
        kernel.run("kept = 1\nimport pandas\npandas.own = 1")
        other = BlockingKernelClient(connection_file=str(path))
        other.load_connection_file()
        other.start_channels()
        try:
            other.wait_for_ready(timeout=PATIENCE)
            kernel.manager.restart_kernel()
            kernel.client.wait_for_ready(timeout=PATIENCE)
            assert kernel.pid != old and not psutil.pid_exists(old)
            assert (Path(kernel.manager.connection_file), path.read_text()) == (path, connection)
            assert kernel.value("'kept' in globals(), hasattr(__import__('pandas'), 'own')") == (False, False)
            other.wait_for_ready(timeout=PATIENCE)
            assert Talk(kernel.manager, other).value("1 + 1") == 2
            kernel.manager.restart_kernel(now=True)
            kernel.client.wait_for_ready(timeout=PATIENCE)
            assert kernel.value("1 + 1") == 2
        finally:
            other.stop_channels()


FAREWELL = "import atexit, pathlib\natexit.register(pathlib.Path('farewell').write_text, 'bye');"


@pytest.mark.parametrize("name", ["analytics", "python3"])
def test_a_polite_end_lets_the_kernel_say_goodbye(name: str, tmp_path: Path) -> None:
    with running(name, cwd=str(tmp_path)) as kernel:
        kernel.run(FAREWELL)
        assert kernel.request("shutdown_request", {"restart": False}, "control")["status"] == "ok"
        assert kernel.exit_code() == 0
        assert (tmp_path / "farewell").read_text() == "bye"


def test_the_managers_polite_end_does_so_too(tmp_path: Path) -> None:
    with running(cwd=str(tmp_path)) as kernel:
        kernel.run(FAREWELL)
        pid = kernel.pid
        kernel.manager.shutdown_kernel()
        assert (tmp_path / "farewell").read_text() == "bye"
        assert not psutil.pid_exists(pid) and not kernel.manager.is_alive()


def test_an_end_at_once_does_not_ask(tmp_path: Path) -> None:
    with running(cwd=str(tmp_path)) as kernel:
        kernel.run(FAREWELL)
        pid = kernel.pid
        kernel.ask("while True: pass")
        kernel.manager.shutdown_kernel(now=True)
        assert not psutil.pid_exists(pid) and not kernel.manager.is_alive()
        assert not (tmp_path / "farewell").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT])
def test_death_by_a_signal_is_told(number: signal.Signals) -> None:
    with running() as kernel:
        os.kill(kernel.pid, number)
        assert kernel.exit_code() == -number
        assert not kernel.manager.is_alive()


@pytest.mark.parametrize(
    ("code", "expected"), [("import os\nos._exit(3)", 3), ("exit()", 0), ("import os\nos.abort()", -6)]
)
def test_an_exit_code_is_told(code: str, expected: int) -> None:
    with running() as kernel:
        kernel.run("import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))")
        kernel.ask(code)
        assert kernel.exit_code() == expected


def test_a_notebooks_dead_kernel_is_noticed_soon() -> None:
    cell = nbformat.v4.new_code_cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    since = time.monotonic()
    with pytest.raises(DeadKernelError):
        NotebookClient(notebook, kernel_name="analytics", timeout=PATIENCE).execute()
    # A parent that has to start first takes most of that; the limit of the cell is far beyond.
    assert time.monotonic() - since < PATIENCE / 2
