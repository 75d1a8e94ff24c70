"""What a run may take: seconds, memory and further attempts, and how these are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from analytics_lib.errors import InputError

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_BYTES = {"MB": 10**6, "GB": 10**9, "MiB": 2**20, "GiB": 2**30}
_MOST_RETRIES = 10

_TIME = re.compile(r"(\d{1,7}) ?([smh]?)", re.ASCII)
_MEMORY = re.compile(r"(\d{1,7}(?:\.\d{1,3})?) ?([MG]i?B)", re.ASCII)
_COUNT = re.compile(r"\d{1,2}", re.ASCII)


@dataclass(frozen=True)
class Limits:
    """Seconds that one cell and the whole run may take, bytes of memory, and further attempts.

    The latter are for a run whose worker was lost; one that fails is not tried again. None
    bytes of memory mean no limit.
    """

    cell_seconds: int = 600
    run_seconds: int = 3600
    memory: int | None = None
    retries: int = 1

    def changed(self, *, cell: str = "", run: str = "", memory: str = "", retries: str = "") -> Limits:
        """These limits with those that are named in place of theirs. Raises `InputError`."""
        return replace(
            self,
            cell_seconds=seconds(cell) if cell else self.cell_seconds,
            run_seconds=seconds(run) if run else self.run_seconds,
            memory=memory_bytes(memory) if memory else self.memory,
            retries=retry_count(retries) if retries else self.retries,
        )

    def widest(self, other: Limits) -> Limits:
        """What either of two lets through."""
        has_limit = self.memory is not None and other.memory is not None
        return Limits(
            cell_seconds=max(self.cell_seconds, other.cell_seconds),
            run_seconds=max(self.run_seconds, other.run_seconds),
            memory=max(self.memory or 0, other.memory or 0) if has_limit else None,
            retries=max(self.retries, other.retries),
        )


USUAL_LIMITS = Limits()


def seconds(words: str) -> int:
    """The seconds of 90, 90s, 10m or 1h. Raises `InputError`."""
    match = _TIME.fullmatch(words)
    if match is None or not int(match[1]):
        raise InputError(f"'{words}' is no limit of time: write seconds, or such as 90s, 10m or 1h.")
    return int(match[1]) * _SECONDS[match[2]]


def memory_bytes(words: str) -> int:
    """The bytes of 500MB, 512MiB or 1.5GiB. Raises `InputError`."""
    match = _MEMORY.fullmatch(words)
    if match is None or not float(match[1]):
        raise InputError(f"'{words}' is no limit of memory: write such as 512MiB or 2GiB.")
    return int(float(match[1]) * _BYTES[match[2]])


def retry_count(words: str) -> int:
    """How often a run whose worker was lost is tried again, up to 10 times. Raises `InputError`."""
    if _COUNT.fullmatch(words) is None or int(words) > _MOST_RETRIES:
        raise InputError(f"'{words}' is no number of retries: write one from 0 to {_MOST_RETRIES}.")
    return int(words)
