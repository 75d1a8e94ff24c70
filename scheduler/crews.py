"""Who carries out runs: the words of --workers, and the crew that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics_lib.errors import InputError

if TYPE_CHECKING:
    from scheduler.crew import Crew

DASK = "dask://"
"""How the address of a Dask scheduler begins."""


def refuse_unknown_workers(workers: str) -> None:
    """Raise `InputError` for words of `--workers` that name no crew; whether one answers is not asked."""
    if workers.startswith(DASK) or not workers:
        return
    if not workers.isdecimal() or int(workers) < 1:
        raise InputError(
            f"--workers {workers} is neither a number of processes, from 1 on, nor {DASK}HOST:PORT."
        )


def crew_of(workers: str, runs: int) -> Crew:
    """The crew that `--workers` names, for so many runs.

    A number of processes on this machine, the address of a Dask scheduler (dask://host:port), or, if
    nothing is said, as many processes as there are cores and memory for. Raises `InputError`.
    """
    refuse_unknown_workers(workers)
    if workers.startswith(DASK):
        try:
            from scheduler.dask_crew import DaskCrew  # an extra, and slow to read
        except ImportError as error:
            raise InputError(
                "Dask is not installed: run pip install 'booking-analytics[dask]', "
                "or name a number of --workers."
            ) from error
        return DaskCrew(workers)
    from scheduler.local_crew import LocalCrew, usual_size

    if not workers:
        return LocalCrew(min(usual_size(), runs))
    return LocalCrew(min(int(workers), runs))
