"""What `analytics report` was asked for: notebooks by name, or the matrices of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics_lib.errors import InputError
from scheduler.formats import checked_formats
from scheduler.limits import USUAL_LIMITS
from scheduler.matrix_files import read_matrices
from scheduler.periods import frame_of
from scheduler.places import USUAL_LOCALE
from scheduler.plan import DEFAULT_NOTEBOOK, EACH, Asked


@dataclass(frozen=True)
class ReportOptions:
    """The words of the command line; empty ones were not said."""

    notebooks: Sequence[str] = ()
    matrices: Sequence[str] = ()
    time_frames: Sequence[str] = ()
    period: str = ""
    as_of: str = ""
    business_models: Sequence[str] = ()
    partners: Sequence[str] = ()
    zone: str = ""
    currency: str = ""
    locale: str = ""
    formats: Sequence[str] = ()
    cell_limit: str = ""
    run_limit: str = ""
    memory_limit: str = ""
    retries: str = ""

    def asked(self) -> tuple[Asked, ...]:
        """What is asked for in these words. Raises `InputError`, also for words that a matrix has said."""
        chosen = checked_formats(self.formats)
        if not self.matrices:
            return (self._by_name(chosen),)
        self._refuse_beside_matrices()
        found = [
            asked
            for name in dict.fromkeys(self.matrices)
            for matrix in read_matrices(name)
            for asked in matrix.asked(period=self.period, as_of=self.as_of)
        ]
        if not found:
            raise InputError(
                f"The period '{self.period}' has the time frame {frame_of(self.period)}, of which "
                f"{' and '.join(self.matrices)} has no reports: name another."
            )
        limits = self._limits()
        return tuple(
            replace(
                asked,
                formats=chosen if self.formats else asked.formats,
                limits=asked.limits.changed(**limits),
            )
            for asked in found
        )

    def _by_name(self, formats: tuple[str, ...]) -> Asked:
        # Several partners are one report about them together, and each of them one of its own.
        together = self.partners if EACH in self.partners else [",".join(self.partners)]
        return Asked(
            notebooks=tuple(self.notebooks) or (DEFAULT_NOTEBOOK,),
            time_frames=tuple(self.time_frames) or ("month",),
            period=self.period or "last",
            as_of=self.as_of,
            business_models=tuple(self.business_models),
            partners=tuple(together) if self.partners else (),
            zone=self.zone,
            currency=self.currency,
            locale=self.locale or USUAL_LOCALE,
            formats=formats,
            limits=USUAL_LIMITS.changed(**self._limits()),
        )

    def _limits(self) -> dict[str, str]:
        return {
            "cell": self.cell_limit,
            "run": self.run_limit,
            "memory": self.memory_limit,
            "retries": self.retries,
        }

    def _refuse_beside_matrices(self) -> None:
        said_by_matrices = {
            "notebooks": self.notebooks,
            "--time-frame": self.time_frames,
            "--business-model": self.business_models,
            "--partner": self.partners,
            "--zone": self.zone,
            "--currency": self.currency,
            "--locale": self.locale,
        }
        for name, words in said_by_matrices.items():
            if words:
                raise InputError(
                    f"The matrix {self.matrices[0]} says itself what {name} would: leave {name} out, "
                    "or --matrix."
                )
