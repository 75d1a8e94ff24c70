"""The command `analytics`: the commands about data and numbers, and those that run notebooks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

STOPPED = 130
"""The exit code of a command that was interrupted: 128 and the number of the signal."""


@contextmanager
def _ending_in_one_line() -> Iterator[None]:
    """Ctrl-C says that it stopped, and nothing else.

    Others make errors of their own out of an interrupt: DuckDB a RuntimeError, Typer an exit. Each still
    has the KeyboardInterrupt behind it.
    """
    try:
        yield
    except BaseException as error:
        behind: BaseException | None = error
        while behind is not None and not isinstance(behind, KeyboardInterrupt):
            behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
        if behind is None:
            raise
        sys.stderr.write("Stopped.\n")
        raise SystemExit(STOPPED) from None


# jsonschema would check international addresses with it, which no notebook holds; reading it takes a second.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

with _ending_in_one_line():  # reading the libraries takes seconds, in which people change their minds
    from analytics_lib.cli import app
    from analytics_lib.errors import AnalyticsError, InputError
    from scheduler.lab_command import lab
    from scheduler.report_command import report

app.command(epilog="Example: analytics report bookings --period 2026-10 --business-model each --format html")(
    report
)
app.command(epilog="Example: analytics lab --no-browser")(lab)


def main() -> None:
    """Run the command; an error that a person can mend is one sentence on standard error."""
    with _ending_in_one_line():
        try:
            app()
        except AnalyticsError as error:
            sys.stderr.write(f"Error: {error}\n")
            raise SystemExit(2 if isinstance(error, InputError) else 1) from None
