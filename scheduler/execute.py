"""One run of one notebook: execute it, look at what came out, render it, publish it. Or say what failed."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import nbformat
import papermill
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from analytics_lib.catalogue import fingerprint
from analytics_lib.errors import AnalyticsError, RunError
from analytics_lib.scope import as_text
from analytics_lib.sentences import subtitle
from analytics_lib.service import SNAPSHOT_VARIABLE, URL_VARIABLE
from analytics_lib.warehouse import THREADS_VARIABLE
from scheduler.gate import refuse_empty_charts
from scheduler.plan import Run
from scheduler.publish import publish
from scheduler.render import render

CELL_LIMIT = 600
"""Seconds that one cell may take."""

KERNEL = "analytics"
"""The kernel that every run is executed on, whatever its notebook names: see `scheduler/kernels`."""


@dataclass(frozen=True)
class Data:
    """The version of the data that a run reads: what other processes open to see exactly the same."""

    url: str
    snapshot: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of a run: the files that were published, or the reason why none was."""

    run: Run
    files: tuple[Path, ...]
    failure: str | None = None


def execute(
    run: Run, data: Data, formats: Sequence[str], output: Path, *, cell_limit: int = CELL_LIMIT
) -> Outcome:
    """Run a notebook and publish its report in the named formats under `output`.

    A notebook that fails, takes too long, loses its kernel or shows an empty chart publishes nothing:
    the last good report stays, and the executed notebook is kept beside it as `.failed.ipynb`.
    """
    target = output / run.place
    with tempfile.TemporaryDirectory(prefix="analytics-run-") as folder:
        executed = Path(folder) / "executed.ipynb"
        try:
            _run_notebook(run, data, executed, cell_limit)
            notebook = _stamped(nbformat.read(executed, as_version=4), run)
            refuse_empty_charts(notebook)
            pages = {kind: render(notebook, kind, run.name) for kind in formats}
            return Outcome(run, publish(pages, target))
        except AnalyticsError as error:
            reason = str(error)
        except OSError as error:
            reason = f"a file could not be written: {_one_line(str(error))}"
        return Outcome(run, _keep(executed, target), f"{run.name} ({run.scope.period.name}): {reason}")


def _run_notebook(run: Run, data: Data, executed: Path, cell_limit: int) -> None:
    papermill_engines.register("analytics", TruthfulEngine)
    said = executed.with_name("kernel.log")
    with said.open("w") as kernel_log:
        try:
            papermill.execute_notebook(
                run.notebook,
                executed,
                parameters=dict(run.parameters),
                engine_name="analytics",
                kernel_name=KERNEL,
                cwd=run.notebook.parent,
                progress_bar=False,
                execution_timeout=cell_limit,
                km=AsyncKernelManager(kernel_name=KERNEL),
                kernel_environment=_environment(data),
                kernel_log=kernel_log,
            )
        except PapermillExecutionError as error:
            raise RunError(
                f"cell {error.cell_index + 1} failed with {error.ename}: {_one_line(error.evalue)}"
            ) from error
        except CellTimeoutError as error:
            raise RunError(
                f"{_cell(executed)} took longer than {cell_limit} seconds and was stopped."
            ) from error
        except DeadKernelError as error:
            raise RunError(f"the kernel died in {_cell(executed)} (killed, or out of memory).") from error
        except RuntimeError as error:
            last = said.read_text(errors="replace").strip().splitlines()[-1:]
            raise RunError(f"the kernel did not answer: {_one_line(' '.join(last) or str(error))}") from error


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


class TruthfulEngine(Engine):
    """papermill's own way of running cells, which hands on whatever was raised.

    papermill marks a cell as completed even if its kernel died, so nothing is read from the notebook. It
    would also write the file twice a cell: here that is done before the first cell and after the last.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        km: Any,
        kernel_environment: dict[str, str],
        kernel_log: IO[str],
        execution_timeout: int,
        **_: Any,
    ) -> Any:
        client = _MarkingClient(
            nb_man,
            km=km,
            kernel_name=kernel_name,
            timeout=execution_timeout,
            startup_timeout=120,
            error_on_timeout=None,
        )
        file, nb_man.output_path = nb_man.output_path, None
        # What the kernel itself says while it ends is no failure of the run.
        words = {"stdout": kernel_log, "stderr": kernel_log}
        try:
            return client.execute(env=kernel_environment, cleanup_kc=False, **words)
        finally:
            nb_man.output_path = file
            run_sync(_end)(client, km)


async def _end(client: PapermillNotebookClient, manager: AsyncKernelManager) -> None:
    """Stop the client and then its kernel, so that no socket or task is closed under its user."""
    interrupted = asyncio.all_tasks() - {asyncio.current_task()}
    for task in interrupted:
        task.cancel()
    await asyncio.gather(*interrupted, return_exceptions=True)
    if client.kc is not None:
        client.kc.stop_channels()
    if manager.has_kernel:
        await manager.shutdown_kernel(now=True)


class _MarkingClient(PapermillNotebookClient):
    """Marks the cell during which the run ended, because an exception does not tell it."""

    def execute_cell(self, cell: Any, index: int, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().execute_cell(cell, index, *args, **kwargs)
        except CellExecutionError:
            raise
        except Exception:
            self.nb.metadata["stopped_in_cell"] = index + 1
            raise


def _cell(executed: Path) -> str:
    if not executed.exists():
        return "a cell"
    return f"cell {nbformat.read(executed, as_version=4).metadata.get('stopped_in_cell', '?')}"


def _stamped(notebook: nbformat.NotebookNode, run: Run) -> nbformat.NotebookNode:
    """The executed notebook without what differs from run to run, and with where its numbers come from."""
    for name in ("papermill", "widgets"):
        notebook.metadata.pop(name, None)
    for place, cell in enumerate(notebook.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell["id"] = f"cell-{place}"
    notebook.metadata["analytics"] = {
        "run_id": run.run_id,
        "data_as_of": as_text(run.scope.as_of),
        "data_version": run.data_version[:16],
        "definition_version": fingerprint(),
        "language": "en",
        "locale": str(dict(run.parameters).get("locale", "en")),
        "period": run.scope.period.name,
        "subtitle": subtitle(run.scope, str(dict(run.parameters).get("locale", "en"))),
        "scope": run.scope.to_dict(),
    }
    return notebook


def _keep(executed: Path, target: Path) -> tuple[Path, ...]:
    if not executed.exists():
        return ()
    kept = target.parent / f"{target.name}.failed.ipynb"
    partial = kept.with_suffix(f".{os.getpid()}.partial")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(executed.read_bytes())
        partial.replace(kept)
    except OSError:
        return ()
    return (kept,)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if line.endswith(".") else f"{line}."
