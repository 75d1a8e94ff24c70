"""The passport of a number: what it means, how it is worked out, and from which rows of which data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analytics_lib.measure import Answer, Asked
from analytics_lib.metric import AnyMetric


@dataclass(frozen=True)
class Passport:
    """One metric explained for one question.

    `parts` are the definitions it is worked out from; `statements` are the SELECTs that were sent to
    the engine at hand, each with its parameters and the rows it counted; `data_version` names the data.
    """

    name: str
    title: str
    says: str
    formula: str
    unit: str
    parts: dict[str, str]
    statements: tuple[Asked, ...]
    scope: dict[str, object]
    data_version: str

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.name})", f"  {self.says}", f"  = {self.formula}"]
        lines += [f"  {name} = {formula}" for name, formula in self.parts.items()]
        for asked in self.statements:
            lines += ["  SQL:", *(f"    {line}" for line in asked.sql.splitlines())]
            lines += [
                f"  parameters: {dict(asked.parameters)}",
                f"  rows counted: {'withheld' if asked.rows is None else asked.rows}",
            ]
        return "\n".join([*lines, f"  data version: {self.data_version}"])


def passports(metrics: Sequence[AnyMetric], answer: Answer) -> tuple[Passport, ...]:
    """The passport of each metric of an answer."""
    return tuple(_passport(metric, answer) for metric in metrics)


def _passport(metric: AnyMetric, answer: Answer) -> Passport:
    leaves = {leaf.name: leaf for leaf in metric.leaves()}
    statements = tuple(asked for asked in answer.asked if leaves.keys() & set(asked.metrics))
    parts = {name: leaf.formula for name, leaf in leaves.items() if name != metric.name}
    return Passport(
        metric.name,
        metric.title,
        metric.says,
        metric.formula,
        metric.unit,
        parts,
        statements,
        answer.scope.to_dict(),
        answer.data_version,
    )
