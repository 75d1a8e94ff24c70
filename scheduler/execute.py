"""One run of one notebook: execute it, look at what came out, render it. Or say how it ended instead.

What a run makes is put into a folder of its own; nothing is published here.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from analytics_lib.catalogue import fingerprint
from analytics_lib.errors import AnalyticsError, RunError
from analytics_lib.runs import State
from analytics_lib.scope import as_text
from analytics_lib.sentences import subtitle
from analytics_lib.service import SNAPSHOT_VARIABLE, URL_VARIABLE
from analytics_lib.warehouse import THREADS_VARIABLE
from scheduler.engine import ENGINE, Trace, keep
from scheduler.environment_secrets import redactor
from scheduler.failure_sentence import failure_line, failure_sentence
from scheduler.gate import refuse_empty_charts
from scheduler.kernel_manager import PromptKernelManager, kernel_manager
from scheduler.outcome import EXECUTED, Outcome, Page, where
from scheduler.pinned import Data
from scheduler.plan import Run
from scheduler.redaction import Redactor
from scheduler.render import render

KERNEL = "analytics"
"""The kernel that every run is executed on, whatever its notebook names: see `scheduler/kernels`."""


class _Ended(Exception):
    """A run ended other than well, for a reason that people can read."""

    def __init__(self, state: State, reason: str, exception: str = "") -> None:
        super().__init__(reason)
        self.state = state
        self.exception = exception


def execute(run: Run, data: Data, folder: Path, trace: Trace | None = None) -> Outcome:
    """Run a notebook and put its report into `folder`: a file for each format, beside the notebook.

    A notebook that fails, takes too long, loses its kernel or shows an empty chart makes no page; as far
    as it was run it lies in the folder even then. Whoever stops this process (SIGTERM) cancels the run.
    """
    trace = trace or Trace()
    ours = time.process_time()
    hides = redactor([data.url])
    try:
        # The kernel is killed after its last cell, and gives up its memory while the report is rendered.
        with kernel_manager(KERNEL) as manager, _kept_if_it_fails(trace, folder, hides):
            notebook = _stamped(_run_notebook(run, data, folder, manager, trace, hides), run)
            refuse_empty_charts(notebook)
            outcome = Outcome(State.SUCCEEDED, pages=_rendered(notebook, run, folder))
    except _Ended as ending:
        outcome = Outcome(ending.state, str(ending), ending.exception)
    except AnalyticsError as error:
        outcome = Outcome(State.FAILED, str(error), type(error).__name__)
    except OSError as error:
        reason = f"a file could not be written: {error.strerror or error}"
        outcome = Outcome(State.FAILED, reason, type(error).__name__)
    except SystemExit:
        outcome = Outcome(State.CANCELLED, f"it was stopped {where(trace.cell)}.")
    except Exception as error:  # noqa: BLE001 - a defect of ours or of a library fails the run, never its worker
        outcome = Outcome(State.FAILED, f"{type(error).__name__}: {error}", type(error).__name__)
    kernel = trace.kernel
    return replace(
        outcome,
        failure=failure_sentence(outcome.failure, hides),
        exception=failure_line(outcome.exception, hides),
        cell=trace.cell,
        cells=trace.cells,
        wall_seconds=time.monotonic() - trace.began,
        processor_seconds=time.process_time() - ours + (kernel.processor_seconds if kernel else 0.0),
        peak_memory=kernel.peak_memory if kernel else 0,
    )


def _run_notebook(
    run: Run, data: Data, folder: Path, manager: PromptKernelManager, trace: Trace, hides: Redactor
) -> nbformat.NotebookNode:
    """The executed notebook; its kernel is killed, and not yet gone. Raises `_Ended`."""
    # What a kernel says may hold secrets: the file has no name, and is gone with this process.
    with tempfile.TemporaryFile("w+", errors="replace", dir=folder) as kernel_log:
        try:
            executed: nbformat.NotebookNode = papermill.execute_notebook(
                _as_planned(run),
                None,
                parameters=dict(run.parameters),
                engine_name=ENGINE,
                kernel_name=KERNEL,
                cwd=run.notebook.parent,
                progress_bar=False,
                execution_timeout=run.limits.cell_seconds,
                memory_limit=run.limits.memory,
                km=manager,
                kept=folder / EXECUTED,
                kernel_environment=_environment(data),
                kernel_log=kernel_log,
                trace=trace,
                redactor=hides,
            )
            return executed
        except PapermillExecutionError as error:
            raise _failed_cell(error, run) from error
        except CellTimeoutError as error:
            limit = run.limits.cell_seconds
            reason = f"cell {trace.cell} took longer than {limit} seconds and was stopped."
            raise _Ended(State.TIMED_OUT, reason, "CellTimeoutError") from error
        except DeadKernelError as error:
            reason = f"the kernel died in cell {trace.cell} (killed, or out of memory)."
            raise _Ended(State.FAILED, reason, "DeadKernelError") from error
        except RuntimeError as error:
            kernel_log.seek(0)
            last = kernel_log.read().strip().splitlines()[-1:]
            reason = f"the kernel did not answer: {' '.join(last) or error}"
            raise _Ended(State.FAILED, reason, type(error).__name__) from error


@contextmanager
def _kept_if_it_fails(trace: Trace, folder: Path, hides: Redactor) -> Iterator[None]:
    """Within it, whatever is raised leaves the notebook in the folder, if that has room for it."""
    try:
        yield
    except BaseException:
        if trace.notebook is not None:
            with suppress(Exception):  # what was raised is what is told
                keep(trace.notebook, folder / EXECUTED, hides)
        raise


def _as_planned(run: Run) -> nbformat.NotebookNode:
    """The notebook as it was when the run was planned. Raises `RunError` if it has changed since."""
    try:
        content = run.notebook.read_bytes()
    except OSError as error:
        raise RunError(f"the notebook {run.notebook} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != run.notebook_hash:
        raise RunError("its notebook was changed after the run was planned: run it again.")
    notebook: nbformat.NotebookNode = nbformat.reads(content.decode(), as_version=4)
    return notebook


def _failed_cell(error: PapermillExecutionError, run: Run) -> _Ended:
    place = f"cell {error.cell_index + 1}"
    if error.ename.endswith("MemoryError") or error.ename == "OutOfMemoryException":
        limit = run.limits.memory
        allowed = f" (it may take {limit / 2**20:,.0f} MiB)" if limit is not None else ""
        reason = f"{place} ran out of memory{allowed}: {error.evalue or error.ename}"
    else:
        reason = f"{place} failed with {error.ename}{': ' if error.evalue else ''}{error.evalue}"
    return _Ended(State.FAILED, reason, error.ename)


def _environment(data: Data) -> dict[str, str]:
    """The environment of a kernel: this process's, with the data that the run reads."""
    environment = dict(os.environ)
    environment[URL_VARIABLE] = data.url
    # Reports are made side by side: what one of them would wait less is taken from the others, with interest.
    environment.setdefault(THREADS_VARIABLE, "1")
    environment.pop(SNAPSHOT_VARIABLE, None)
    if data.snapshot is not None:
        environment[SNAPSHOT_VARIABLE] = data.snapshot
    return environment


def _stamped(notebook: nbformat.NotebookNode, run: Run) -> nbformat.NotebookNode:
    """The executed notebook without what differs from run to run, and with where its numbers come from."""
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    for place, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell["id"] = f"cell-{place}"
    parameters: dict[str, Any] = dict(run.parameters)
    locale = str(parameters.get("locale", "en"))
    notebook.metadata["analytics"] = {
        "run_id": run.run_id,
        "data_as_of": as_text(run.scope.as_of),
        "data_version": run.data_version[:16],
        "definition_version": fingerprint(),
        "language": "en",
        "locale": locale,
        "period": run.scope.period.name,
        "subtitle": subtitle(run.scope, locale),
        "scope": run.scope.to_dict(),
    }
    return notebook


def _rendered(notebook: nbformat.NotebookNode, run: Run, folder: Path) -> tuple[Page, ...]:
    """The report in each of its formats, all of them before the first is written."""
    contents = {kind: render(notebook, kind, run.name) for kind in run.formats}
    return tuple(_written(folder / f"report.{kind}", kind, content) for kind, content in contents.items())


def _written(path: Path, kind: str, content: bytes) -> Page:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Page(kind, hashlib.sha256(content).hexdigest(), len(content))
