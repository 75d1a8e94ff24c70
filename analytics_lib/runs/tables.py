"""The tables of the ledger: a history that the database refuses to change, and the leases beside it."""

from __future__ import annotations

from analytics_lib.runs.chain import Event

EVENT_COLUMNS = ", ".join(Event._fields)

_REFUSAL = "the history of runs is only ever appended to"

_TABLES = """
CREATE TABLE run_events (
    sequence {number} PRIMARY KEY,
    at TEXT NOT NULL,
    run_id TEXT {bytewise} NOT NULL,
    target TEXT {bytewise} NOT NULL,
    attempt {number} NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX run_events_of_target ON run_events (target, sequence);
CREATE INDEX run_events_of_attempt ON run_events (run_id, target, attempt, sequence);
CREATE TABLE run_leases (
    target TEXT {bytewise} PRIMARY KEY,
    run_id TEXT {bytewise} NOT NULL,
    attempt {number} NOT NULL,
    owner TEXT NOT NULL,
    beat {number} NOT NULL,
    cell {number} NOT NULL,
    cells {number} NOT NULL,
    cancel_asked {number} NOT NULL
)"""

SQLITE = (
    *_TABLES.format(number="INTEGER", bytewise="COLLATE BINARY").split(";"),
    f"""
CREATE TRIGGER run_events_keep BEFORE UPDATE ON run_events
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    f"""
CREATE TRIGGER run_events_stay BEFORE DELETE ON run_events
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
    # INSERT OR REPLACE deletes without a trigger for it.
    f"""
CREATE TRIGGER run_events_follow BEFORE INSERT ON run_events
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM run_events)
BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END""",
)

POSTGRESQL = (
    *_TABLES.format(number="BIGINT", bytewise='COLLATE "C"').split(";"),
    f"""
CREATE FUNCTION run_events_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$""",
    """
CREATE TRIGGER run_events_keep BEFORE UPDATE OR DELETE ON run_events
FOR EACH ROW EXECUTE FUNCTION run_events_refuse()""",
    """
CREATE TRIGGER run_events_stay BEFORE TRUNCATE ON run_events
FOR EACH STATEMENT EXECUTE FUNCTION run_events_refuse()""",
)
