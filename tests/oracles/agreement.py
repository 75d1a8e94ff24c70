"""Whether an answer of `measure` is what the oracle says, cell by cell."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from tests.oracles.calendar import counterparts
from tests.oracles.oracle import Number, Oracle

NEAR = 1e-9
LAST_DIGIT_OF_DIVIDED_MONEY = Decimal("0.00000001")


def assert_agrees(
    frame: pd.DataFrame, oracle: Oracle, before: Oracle | None = None, how: str = "previous"
) -> None:
    """The frame holds every metric of the oracle, each group and bucket once, with the oracle's numbers.

    `before` answers for the compared period, if the frame bears a comparison of kind `how`. Groups of
    the frame in which the oracle counts nothing are allowed, but their numbers must be those of nothing.
    """
    places = [_place(row, oracle) for row in frame.to_dict("records")]
    assert len(set(places)) == len(places), "a cell occurs twice"
    groups = list(dict.fromkeys(group for _, group, _ in places))
    needed = oracle.groups() | (before.groups() if before else set())
    assert needed <= set(groups), f"groups are missing: {sorted(needed - set(groups))}"
    wanted = [
        (metric, group, bucket) for metric in oracle.metrics for group in groups for bucket in oracle.spine
    ]
    assert sorted(map(str, places)) == sorted(map(str, wanted))
    earlier = counterparts(oracle.look, before.look, oracle.over, how) if before else {}
    for row, (metric, group, bucket) in zip(frame.to_dict("records"), places, strict=True):
        now = oracle.value(metric, group, bucket)
        said = f"{metric} {group} {bucket}: {row}"
        assert_number(row["value"], now, row["unit"], said)
        base = oracle.base(metric, group, bucket)
        assert base is None or row["n"] == base, said
        if before is None:
            continue
        other, is_alike = earlier.get(bucket, (None, False))
        was = before.value(metric, group, other) if bucket in earlier else None
        assert_number(row["previous"], was, row["unit"], said)
        # What looks back before the data began is marked and has no change; the oracle knows no coverage.
        if row["previous_quality"] == "provisional" and "incomplete" in str(row["reason"]):
            assert row["change"] is None, said
            continue
        absolute, relative = expected_change(now, was, row["unit"]) if is_alike else (None, None)
        assert_number(row["change"], absolute, row["unit"], said)
        assert_number(row["change_ratio"], relative, "", said)


def _place(row: dict[Any, Any], oracle: Oracle) -> tuple[str, tuple[str, ...], str | None]:
    return row["metric"], tuple(row[name] for name in oracle.by), row["bucket"] if oracle.over else None


def expected_change(
    now: Number | None, was: Number | None, unit: str
) -> tuple[Number | None, Fraction | None]:
    """Rules R3 and R9: no relative change of a rate, nor from nothing or across zero."""
    if now is None or was is None:
        return None, None
    if unit == "share" or was == 0 or (now < 0) != (was < 0):
        return now - was, None
    return now - was, Fraction(now - was) / Fraction(was)


def assert_number(found: Any, wanted: Number | None, unit: str, said: str) -> None:
    """Counts and money exact to the minor unit and of an exact type; what was divided to nine places.

    Money is what bears a currency as its unit."""
    if wanted is None:
        assert found is None, f"a number where none is known: {said}"
        return
    assert found is not None, f"missing, should be {wanted}: {said}"
    if unit.isupper():
        assert type(found) is Decimal, said
        if isinstance(wanted, int):
            assert found == Decimal(wanted).scaleb(-2), f"should be {wanted} cents: {said}"
            return
        digits = Decimal(wanted.numerator) / Decimal(wanted.denominator) / 100
        near = max(LAST_DIGIT_OF_DIVIDED_MONEY, abs(digits) * Decimal(NEAR))
        assert abs(found - digits) <= near, f"should be {digits}: {said}"
    elif isinstance(wanted, int):
        assert type(found) is int, f"{type(found)}: {said}"
        assert found == wanted, f"should be {wanted}: {said}"
    else:
        assert type(found) in (int, float), said
        assert abs(found - float(wanted)) <= NEAR * max(1.0, abs(float(wanted))), (
            f"should be {wanted}: {said}"
        )
