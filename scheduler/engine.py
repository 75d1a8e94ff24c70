"""papermill's own way of running cells, which tells the truth about how it ended.

papermill marks a cell as completed even if its kernel died, so nothing is read from the notebook: a
`Trace` notes which cell runs, and whatever is raised is handed on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jupyter_core.utils import run_sync
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.iorw import write_ipynb

from scheduler.kernel_manager import PromptKernelManager
from scheduler.redaction import Redactor
from scheduler.usage import KernelUsage, limit_memory

ENGINE = "analytics"

SAVED_EVERY = 5.0
"""Seconds: of a worker that is killed, what its cells had shown is kept, but for so much of the last."""

_START_LIMIT = 120
"""Seconds until a kernel must answer."""


def _say_nothing(cell: int, cells: int) -> None:
    """Nobody watches."""


@dataclass
class Trace:
    """How far a notebook has come. `cell` of `cells` runs, or was the last to run; the first is 1.

    `notebook` is the one that runs, as far as it was run; None before it begins.
    """

    said: Callable[[int, int], None] = _say_nothing
    cell: int = 0
    cells: int = 0
    kernel: KernelUsage | None = None
    notebook: NotebookNode | None = None
    began: float = field(default_factory=time.monotonic)

    def at(self, cell: int, cells: int) -> None:
        """Note that a cell begins, and tell whoever watches."""
        self.cell, self.cells = cell, cells
        self.said(cell, cells)


def keep(notebook: NotebookNode, path: Path, redactor: Redactor) -> None:
    """Write a notebook, as far as it was run, without secrets."""
    redactor.notebook(notebook)
    write_ipynb(notebook, str(path))


class TruthfulEngine(Engine):
    """Hands on whatever was raised; writes the notebook to `kept` before its first cell.

    After that it is written only if cells take long. At its end it is in the `Trace`, whatever became of it.
    No secret is in either.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        km: Any,
        kept: Path,
        kernel_environment: dict[str, str],
        kernel_log: IO[str],
        execution_timeout: int,
        memory_limit: int | None,
        trace: Trace,
        redactor: Redactor,
        **_: Any,
    ) -> Any:
        client = _TracingClient(
            nb_man,
            km=km,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=_START_LIMIT,
            error_on_timeout=None,
        )
        client.trace, client.redactor, client.memory_limit = trace, redactor, memory_limit
        client.kept, trace.notebook = kept, nb_man.nb
        client.save()
        # What the kernel itself says while it ends is no failure of the run.
        words = {"stdout": kernel_log, "stderr": kernel_log}
        try:
            return client.execute(env=kernel_environment, cleanup_kc=False, **words)
        finally:
            try:
                run_sync(_end)(client, km)
            finally:
                # Last: what a client has heard it may still write down while it is stopped.
                redactor.notebook(nb_man.nb)


papermill_engines.register(ENGINE, TruthfulEngine)


async def _end(client: _TracingClient, manager: PromptKernelManager) -> None:
    """Stop the client and kill its kernel, in this order: no socket or task is closed under its user."""
    interrupted = asyncio.all_tasks() - {asyncio.current_task()}
    for task in interrupted:
        task.cancel()
    await asyncio.gather(*interrupted, return_exceptions=True)
    if client.kc is not None:
        client.kc.stop_channels()
    if manager.has_kernel:
        client.look()
        await manager.kill()


class _TracingClient(PapermillNotebookClient):
    """Notes what a cell's exception would not tell: which cell it was, and what the kernel has taken."""

    trace: Trace
    redactor: Redactor
    memory_limit: int | None = None
    kept: Path
    _saved = 0.0

    def papermill_execute_cells(self) -> None:
        """Run the cells, from a kernel that is known and limited."""
        pid = getattr(self.km.provisioner, "pid", None)
        if pid is not None:
            self.trace.kernel = KernelUsage(pid)
            if self.memory_limit is not None:
                limit_memory(pid, self.memory_limit)
        super().papermill_execute_cells()

    def execute_cell(self, cell: Any, index: int, *args: Any, **kwargs: Any) -> Any:
        """Run one cell."""
        self.trace.at(index + 1, len(self.nb.cells))
        try:
            return super().execute_cell(cell, index, *args, **kwargs)
        finally:
            self.look()
            if time.monotonic() - self._saved >= SAVED_EVERY:
                self.save()

    def look(self) -> None:
        """See what the kernel takes while it can still be seen."""
        if self.trace.kernel is not None:
            self.trace.kernel.look()

    def save(self) -> None:
        """Write the notebook as it is now."""
        keep(self.nb, self.kept, self.redactor)
        self._saved = time.monotonic()
