"""The warehouse: a database with the canonical tables, read and never written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, Self

import pandas as pd
import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import CompoundSelect

from analytics_lib import schema
from analytics_lib.errors import NoData
from analytics_lib.warehouse.address import Address
from analytics_lib.warehouse.frames import declared_types, fitted, to_frame

Question = Select[Any] | CompoundSelect[Any]

Rows = Sequence[Mapping[str, Any]]
"""An answer row by row: column -> value."""

_LIVE = "marker:"
_LOOK_AGAIN_AFTER = 1.0
_THERE = (
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema IN (SELECT unnest(current_schemas(true)))"
)


class Session(Protocol):
    """One consistent view of a database."""

    def answer(self, text: str, parameters: Mapping[str, Any]) -> pa.Table: ...


class Database(Protocol):
    """What an engine must offer to be a warehouse."""

    @property
    def engine(self) -> str: ...
    @property
    def address(self) -> Address: ...
    @property
    def dialect(self) -> Dialect: ...
    @property
    def is_fixed(self) -> bool:
        """Whether every session sees the same state."""

    def session(self) -> AbstractContextManager[Any]: ...
    def share(self) -> AbstractContextManager[tuple[str, str | None]]: ...
    def change_marker(self, session: Any) -> str: ...
    def close(self) -> None: ...


@dataclass(frozen=True, eq=False)
class Contents:
    """What a database says about itself at one moment."""

    columns: frozenset[tuple[str, str]]
    about: Mapping[str, str]
    coverage: pd.DataFrame
    version: str

    @property
    def tables(self) -> frozenset[str]:
        """The canonical tables that are there."""
        return frozenset(table for table, _ in self.columns)

    @property
    def provided(self) -> frozenset[tuple[str, str]]:
        """The columns of data that the source provides: those in `coverage`, or all where nobody wrote it."""
        if self.coverage.empty:
            return frozenset(part for part in self.columns if part[0] not in ("about", "coverage"))
        told = zip(self.coverage["table_name"], self.coverage["column_name"], strict=True)
        return self.columns & frozenset((str(table), str(column)) for table, column in told)

    @property
    def is_live(self) -> bool:
        """Whether the data may change at any moment: nobody wrote a fingerprint of the content."""
        return self.version.startswith(_LIVE)


class Reader:
    """One consistent view of the warehouse for several SELECTs; belongs to one thread."""

    def __init__(self, database: Database, session: Session, contents: Contents | None = None) -> None:
        self._database = database
        self._session = session
        self._contents = contents
        self._answered: dict[tuple[str, tuple[tuple[str, Any], ...]], Rows] = {}

    def fetch(self, question: Question) -> pd.DataFrame:
        """The answer to a SELECT as a frame.

        Integers are Int64 and exact, floats Float64, text string, booleans boolean, all with NA; instants
        (UTC) and local dates are datetime64[us] without zone. A column has the type that the SELECT
        declares, so frames are the same on every engine. Raises WarehouseError.
        """
        text, parameters = spell(question, self._database.dialect)
        return to_frame(self._session.answer(text, parameters), declared_types(question))

    def rows(self, question: Question) -> tuple[Rows, str, dict[str, Any]]:
        """The answer row by row, with the SQL text that was sent and its parameters by name.

        Integers are int and exact, instants (UTC) and local dates datetime without zone, what is missing
        None. What this view has answered before is not asked again. Raises WarehouseError.
        """
        text, parameters = spell(question, self._database.dialect)
        asked = text, tuple(parameters.items())
        if asked not in self._answered:
            answer = self._session.answer(text, parameters)
            self._answered[asked] = fitted(answer, declared_types(question)).to_pylist()
        return self._answered[asked], text, parameters

    def contents(self) -> Contents:
        """Columns, `about`, `coverage` and version as this view sees them."""
        if self._contents is None:
            self._contents = self._read_contents()
        return self._contents

    def _read_contents(self) -> Contents:
        there = self._session.answer(_THERE, {})
        named = set(zip(there.column(0).to_pylist(), there.column(1).to_pylist(), strict=True))
        ours = schema.metadata.tables.values()
        columns = frozenset((t.name, c.name) for t in ours for c in t.columns if (t.name, c.name) in named)
        tables = {table for table, _ in columns}
        about: dict[str, str] = {}
        if "about" in tables:
            rows = self.fetch(select(schema.about.c.key, schema.about.c.value)).dropna()
            about = {str(key): str(value) for key, value in rows.itertuples(index=False)}
        if "coverage" in tables:
            covered = self.fetch(select(schema.coverage).order_by("table_name", "column_name"))
        else:
            covered = pd.DataFrame(columns=list(schema.coverage.columns.keys()))
        marker = about.get("version") or _LIVE + self._database.change_marker(self._session)
        return Contents(columns, MappingProxyType(about), covered, marker)


class Warehouse:
    """A database with the canonical tables; made by `open_warehouse`, safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._contents: Contents | None = None
        self._looked_at = 0.0
        try:
            if not self._now().tables:
                raise NoData(
                    f"The database {self.url} holds none of our tables: "
                    "load some with 'analytics load' or 'analytics sample'."
                )
        except BaseException:
            self.close()
            raise

    @property
    def dialect_name(self) -> str:
        """'duckdb' or 'postgresql'."""
        return self._database.engine

    @property
    def url(self) -> str:
        """The address, password hidden."""
        return self._database.address.shown

    @property
    def about(self) -> Mapping[str, str]:
        """The `about` table: reporting currency, zone, data_through, ..."""
        return self._now().about

    @property
    def coverage(self) -> pd.DataFrame:
        """Per column that the source provides: table_name, column_name, complete_from, complete_through."""
        return self._now().coverage.copy()

    @property
    def tables(self) -> frozenset[str]:
        """The names of the canonical tables that are there."""
        return self._now().tables

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """The canonical columns that are there, as (table, column)."""
        return self._now().columns

    @property
    def is_live(self) -> bool:
        """Whether the data may change at any moment: nobody wrote a fingerprint of the content."""
        return self._now().is_live

    def version(self) -> str:
        """The fingerprint of the content; 'marker:...' for a platform's own live tables."""
        return self._now().version

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """One consistent view for several SELECTs."""
        with self._database.session() as session:
            yield Reader(self._database, session, self._contents if self._database.is_fixed else None)

    def fetch(self, question: Question) -> pd.DataFrame:
        """The answer to one SELECT (see `Reader.fetch`)."""
        with self.reading() as reader:
            return reader.fetch(question)

    def compile(self, question: Question) -> tuple[str, dict[str, Any]]:
        """The SQL text that this engine is sent, and its parameters by name."""
        return spell(question, self._database.dialect)

    def share(self) -> AbstractContextManager[tuple[str, str | None]]:
        """URL (with password) and snapshot that let other processes open exactly this version.

        They are good for as long as the context, and this warehouse, stay open.
        """
        return self._database.share()

    def close(self) -> None:
        """Let go of files and connections; may be called twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _now(self) -> Contents:
        """What the database says about itself, looked at no more than once a second."""
        with self._lock:
            now = time.monotonic()
            stale = now - self._looked_at >= _LOOK_AGAIN_AFTER and not self._database.is_fixed
            if self._contents is None or stale:
                with self.reading() as reader:
                    self._contents = reader.contents()
                self._looked_at = now
            return self._contents


def spell(question: Question, dialect: Dialect) -> tuple[str, dict[str, Any]]:
    """A SELECT as text for an engine, with its parameters by name."""
    compiled = question.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    values = compiled.params
    if compiled.positiontup is None:
        return str(compiled), dict(values)
    names = dict.fromkeys(compiled.positiontup)
    return str(compiled), {str(place): values[name] for place, name in enumerate(names, start=1)}
