"""Who breaks a rule: counted table by table, with the keys of the first rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import func, select

from analytics_lib import schema
from analytics_lib.rules.money import MONEY_RULES
from analytics_lib.rules.row_rule import RowRule
from analytics_lib.rules.standing import STANDING_RULES
from analytics_lib.rules.stays import STAY_RULES
from analytics_lib.rules.visits import VISIT_RULES
from analytics_lib.warehouse import Reader

RULES: tuple[RowRule, ...] = (*STAY_RULES, *MONEY_RULES, *VISIT_RULES, *STANDING_RULES)

EXAMPLES = 3
"""How many keys of rows at fault are shown."""


@dataclass(frozen=True)
class RuleBreak:
    """How many rows break a rule, and the keys of the first of them."""

    rule: str
    says: str
    table: str
    rows: int
    examples: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rule": self.rule,
            "says": self.says,
            "table": self.table,
            "rows": self.rows,
            "examples": list(self.examples),
        }


def rule_breaks(
    reader: Reader, provided: Collection[tuple[str, str]], rules: Iterable[RowRule] = RULES
) -> tuple[RuleBreak, ...]:
    """The rules that rows break, in their order; rules whose columns are not `provided` are passed over.

    A table is read once, however many rules it has.
    """
    there = set(provided)
    usable = [rule for rule in rules if rule.columns <= there]
    counts: dict[tuple[str, str], int] = {}
    for table_name in dict.fromkeys(rule.table for rule in usable):
        mine = [rule for rule in usable if rule.table == table_name]
        counted = [func.count().filter(rule.broken).label(rule.name) for rule in mine]
        row = reader.fetch(select(*counted).select_from(schema.metadata.tables[table_name])).iloc[0]
        counts |= {(table_name, rule.name): int(row[rule.name]) for rule in mine}
    return tuple(
        RuleBreak(rule.name, rule.says, rule.table, count, _examples(reader, there, rule))
        for rule in usable
        if (count := counts[rule.table, rule.name])
    )


def shown(keys: pd.DataFrame) -> tuple[str, ...]:
    """Keys as a reader sees them, those of several columns with commas."""
    return tuple(", ".join(map(str, row)) for row in keys.itertuples(index=False))


def _examples(reader: Reader, there: set[tuple[str, str]], rule: RowRule) -> tuple[str, ...]:
    table = schema.metadata.tables[rule.table]
    keys = [table.c[name] for name in schema.key_columns(table) if (rule.table, name) in there]
    if not keys:
        return ()
    return shown(reader.fetch(select(*keys).where(rule.broken).order_by(*keys).limit(EXAMPLES)))
