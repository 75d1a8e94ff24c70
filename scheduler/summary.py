"""What a command has done, in the end, for people: a table and a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from analytics_lib.runs import State
from scheduler.finished import Finished


def summary_table(finished: Sequence[Finished]) -> Table:
    """One row a notebook, and one for all of them where there are several."""
    table = Table(box=None)
    table.add_column("notebook", overflow="fold")
    for title in ("made", "failed", "seconds", "peak MiB"):
        table.add_column(title, justify="right")
    names = dict.fromkeys(each.run.name for each in finished)
    for name in names:
        table.add_row(escape(name), *_row([each for each in finished if each.run.name == name]))
    if len(names) > 1:
        table.add_section()
        table.add_row("all", *_row(finished))
    return table


def _row(finished: Sequence[Finished]) -> tuple[str, ...]:
    good = sum(not each.failure for each in finished)
    seconds = sum(each.outcome.wall_seconds for each in finished)
    peak = max((each.outcome.peak_memory for each in finished), default=0)
    return (
        str(good),
        str(len(finished) - good),
        f"{seconds:.1f}" if finished else "",
        f"{peak / 2**20:,.0f}" if peak else "",
    )


def summary_line(finished: Sequence[Finished], seconds: float) -> str:
    """How many reports were made, failed and were cancelled, and how many a minute that is."""
    states = Counter(_word(each) for each in finished)
    counts = ", ".join(f"{states[word]} {word}" for word in _WORDS if states[word] or word == "made")
    rate = f", {len(finished) / seconds * 60:.0f} a minute" if seconds else ""
    return f"{counts} in {seconds:.1f} s{rate}."


_WORDS = ("made", "failed", "cancelled")


def _word(finished: Finished) -> str:
    if not finished.failure:
        return "made"
    return "cancelled" if finished.outcome.state is State.CANCELLED else "failed"
