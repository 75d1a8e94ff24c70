"""Who carries out runs: the words of --workers, and the crew that they mean."""

from __future__ import annotations

from analytics_lib.errors import InputError
from scheduler.crew import Crew

DASK = "dask://"
"""How the address of a Dask scheduler begins."""


def crew_of(workers: str, runs: int) -> Crew:
    """The crew that `--workers` names, for so many runs.

    A number of processes on this machine, the address of a Dask scheduler (dask://host:port), or, if
    nothing is said, as many processes as there are cores and memory for. Raises `InputError`.
    """
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
    if not workers.isdecimal() or int(workers) < 1:
        raise InputError(
            f"--workers {workers} is neither a number of processes, from 1 on, nor {DASK}HOST:PORT."
        )
    return LocalCrew(min(int(workers), runs))
