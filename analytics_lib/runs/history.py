"""The history of runs: events that are appended to the chain and read back by attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from analytics_lib.runs.chain import NO_ROWS, Event, Head, News, chained
from analytics_lib.runs.leases import AttemptKey
from analytics_lib.runs.records import State
from analytics_lib.runs.store import Row, Session
from analytics_lib.runs.tables import EVENT_COLUMNS

Attempts = dict[AttemptKey, list[Event]]
"""The events of attempts, each in the order in which they were appended."""

_MOST_VALUES = 500
"""Targets that one statement asks for."""

_EVENT = ", ".join(f"e.{name}" for name in Event._fields)
_SAME = "e.run_id = q.run_id AND e.target = q.target AND e.attempt = q.attempt"


def head_of(session: Session) -> Head:
    """The last row that there is."""
    found = session.rows("SELECT sequence, hash FROM run_events ORDER BY sequence DESC LIMIT 1")
    return Head(*found[0]) if found else NO_ROWS


def hash_of(session: Session, sequence: int) -> str | None:
    """The hash of a row by its number, GENESIS of number 0; None if there is no such row."""
    if sequence == 0:
        return NO_ROWS.hash
    found = session.rows("SELECT hash FROM run_events WHERE sequence = ?", (sequence,))
    return str(found[0][0]) if found else None


def append(session: Session, news: Sequence[News]) -> list[Event]:
    """Add rows to the end of the chain; the transaction must be the only one that writes."""
    head, rows = head_of(session), list[Event]()
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
    for each in news:
        rows.append(chained(each, at, head))
        head = rows[-1].head
    if rows:
        marks = ", ".join("?" * len(Event._fields))
        session.write(f"INSERT INTO run_events ({EVENT_COLUMNS}) VALUES ({marks})", rows)
    return rows


def walk(session: Session) -> Iterator[Event]:
    """All rows by number, a few at a time in memory."""
    yield from map(_event, session.stream(f"SELECT {EVENT_COLUMNS} FROM run_events ORDER BY sequence"))


def last_attempt(session: Session, run_id: str, target: str) -> int:
    """The number of the last attempt at a run for a target; 0 if there was none."""
    found = session.rows(
        "SELECT max(attempt) FROM run_events WHERE run_id = ? AND target = ?", (run_id, target)
    )
    return found[0][0] or 0


def attempt(session: Session, key: AttemptKey) -> list[Event]:
    """The events of one attempt."""
    where = "run_id = ? AND target = ? AND attempt = ?"
    found = session.rows(f"SELECT {EVENT_COLUMNS} FROM run_events WHERE {where} ORDER BY sequence", key)
    return [_event(row) for row in found]


def latest(session: Session, targets: Sequence[str]) -> Attempts:
    """The last attempt for each of these targets."""
    return _of_targets(session, targets, state=None, attempts="q.attempt = e.attempt")


def successes(session: Session, targets: Sequence[str]) -> Attempts:
    """The run that succeeded last for each of these targets: all attempts at it that succeeded, in order."""
    return _of_targets(
        session,
        targets,
        state=State.SUCCEEDED,
        attempts="EXISTS (SELECT 1 FROM run_events s WHERE s.run_id = e.run_id AND s.target = e.target "
        f"AND s.attempt = e.attempt AND s.state = '{State.SUCCEEDED}')",
    )


def newest(session: Session, limit: int, state: State | None, run: str) -> Attempts:
    """The attempts that were asked for last, newest first.

    Only those in a state, if one is given, and of runs whose id begins with `run`.
    """
    conditions = ["n.state = ?"]
    values: list[object] = [str(State.QUEUED)]
    if run:
        conditions.append("n.run_id >= ? AND substr(n.run_id, 1, ?) = ?")
        values += [run, len(run), run]
    if state is not None:
        last = (
            "SELECT l.state FROM run_events l WHERE l.run_id = n.run_id AND l.target = n.target "
            "AND l.attempt = n.attempt ORDER BY l.sequence DESC LIMIT 1"
        )
        conditions.append(f"({last}) = ?")
        values.append(str(state))
    found = session.rows(
        "WITH q AS (SELECT n.run_id, n.target, n.attempt, n.sequence FROM run_events n "
        f"WHERE {' AND '.join(conditions)} ORDER BY n.sequence DESC LIMIT ?) "
        f"SELECT {_EVENT} FROM q JOIN run_events e ON {_SAME} ORDER BY q.sequence DESC, e.sequence",
        (*values, limit),
    )
    return _by_attempt(found)


def run_ids(session: Session, beginning: str, limit: int) -> list[str]:
    """The ids of runs that begin so, in order."""
    found = session.rows(
        "SELECT DISTINCT run_id FROM run_events WHERE run_id >= ? AND substr(run_id, 1, ?) = ? "
        "ORDER BY run_id LIMIT ?",
        (beginning, len(beginning), beginning, limit),
    )
    return [row[0] for row in found]


def _of_targets(session: Session, targets: Sequence[str], state: State | None, attempts: str) -> Attempts:
    """Of the run whose event in a state, or in any, is the last for a target: attempts under a condition."""
    among = "" if state is None else f"AND l.state = '{state}'"
    found: list[Row] = []
    for start in range(0, len(targets), _MOST_VALUES):
        chunk = targets[start : start + _MOST_VALUES]
        given = ", ".join(["(CAST(? AS TEXT))"] * len(chunk))
        found += session.rows(
            f"WITH wanted (target) AS (VALUES {given}), last (sequence) AS ("
            "SELECT (SELECT l.sequence FROM run_events l WHERE l.target = wanted.target "
            f"{among} ORDER BY l.sequence DESC LIMIT 1) FROM wanted) "
            f"SELECT {_EVENT} FROM last JOIN run_events q ON q.sequence = last.sequence JOIN run_events e "
            f"ON e.run_id = q.run_id AND e.target = q.target AND {attempts} ORDER BY e.sequence",
            chunk,
        )
    return _by_attempt(found)


def _by_attempt(rows: Sequence[Row]) -> Attempts:
    found: Attempts = {}
    for event in map(_event, rows):
        found.setdefault(AttemptKey(event.run_id, event.target, event.attempt), []).append(event)
    return found


def _event(row: Row) -> Event:
    return Event(*row)
