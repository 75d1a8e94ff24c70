"""What every way of asking offers: SELECTs to send, and cells to be read from their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pandas as pd
from sqlalchemy import union_all
from sqlalchemy.sql import Select
from sqlalchemy.sql.selectable import CompoundSelect

from analytics_lib.cell import Cell, Group, Place
from analytics_lib.metric import Leaf

Query = Select[Any] | CompoundSelect[Any]


class Statement(Protocol):
    """SELECTs that answer some leaves for all arms together."""

    @property
    def leaves(self) -> Sequence[Leaf]: ...
    @property
    def queries(self) -> Sequence[Query]: ...

    def cells(self, answers: Sequence[pd.DataFrame]) -> Iterator[tuple[Place, Leaf, Cell]]:
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

    def placed(self, answers: Sequence[pd.DataFrame]) -> Iterator[tuple[Place, Mapping[Any, Any]]]:
        """Each row of the answer with its place."""
        (frame,) = answers
        for row in frame.to_dict("records"):
            yield place_of(row, self.by, has_buckets=self.has_buckets), row


def of_all_arms(parts: Sequence[Select[Any]]) -> Query:
    """The SELECTs of all arms as one."""
    return parts[0] if len(parts) == 1 else union_all(*parts)


def place_of(row: Mapping[Any, Any], by: Sequence[str], *, has_buckets: bool) -> Place:
    """Where a row of an answer stands."""
    return int(row["arm"]), bucket_of(row) if has_buckets else None, group_of(row, by)


def bucket_of(row: Mapping[Any, Any]) -> datetime:
    """The bucket's key."""
    key: datetime = row["bucket"].to_pydatetime()
    return key


def group_of(row: Mapping[Any, Any], by: Sequence[str]) -> Group:
    """The values of the dimensions."""
    return tuple(str(row[f"by_{name}"]) for name in by)
