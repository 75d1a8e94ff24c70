"""What every way of asking offers: SELECTs to send, and cells to be read from their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import union_all
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import CompoundSelect

from analytics_lib.cell import Cell, Group, Place
from analytics_lib.metric import Leaf

Query = Select[Any] | CompoundSelect[Any]

Row = Mapping[str, Any]

Rows = Sequence[Row]
"""An answer row by row, what is missing None."""


class Statement(Protocol):
    """SELECTs that answer some leaves for all arms together."""

    @property
    def leaves(self) -> Sequence[Leaf]: ...
    @property
    def queries(self) -> Sequence[Query]: ...

    def cells(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Leaf, Cell]]:
        """The cells of the leaves where anything was found, from the answers in the order of `queries`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OneSelect:
    """What ways of asking share that put all arms into one SELECT, each row of which stands in one place."""

    query: Query
    by: tuple[str, ...]
    has_buckets: bool

    @property
    def queries(self) -> Sequence[Query]:
        return (self.query,)

    def placed(self, answers: Sequence[Rows]) -> Iterator[tuple[Place, Row]]:
        """Each row of the answer with its place."""
        (rows,) = answers
        for row in rows:
            yield place_of(row, self.by, has_buckets=self.has_buckets), row


def of_all_arms(parts: Sequence[Select[Any]]) -> Query:
    """The SELECTs of all arms as one."""
    return parts[0] if len(parts) == 1 else union_all(*parts)


def place_of(row: Row, by: Sequence[str], *, has_buckets: bool) -> Place:
    """Where a row of an answer stands."""
    return int(row["arm"]), bucket_of(row) if has_buckets else None, group_of(row, by)


def bucket_of(row: Row) -> datetime:
    """The bucket's key."""
    key: datetime = row["bucket"]
    return key


def group_of(row: Row, by: Sequence[str]) -> Group:
    """The values of the dimensions."""
    return tuple(str(row[f"by_{name}"]) for name in by)
