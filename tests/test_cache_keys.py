"""When two questions are one, as the cache sees them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from analytics_lib import Scope
from analytics_lib.cache import (
    question_key,
)
from analytics_lib.errors import InputError


@dataclass(frozen=True, eq=False)
class Named:
    """As metrics are: equal to itself only."""

    name: str


BOOKINGS, VALUE = Named("bookings"), Named("value")
SCOPE = Scope.build(period="2026-10", as_of=datetime(2026, 11, 1))


def key(metrics: Any = (BOOKINGS,), scope: Any = SCOPE, by: Any = (), **other: Any) -> Hashable:
    asked = {"over": None, "compare": None, "version": "v1"} | other
    return question_key(metrics, scope, by, asked["over"], asked["compare"], asked["version"])


def test_the_same_question_has_the_same_key() -> None:
    again = Scope.build(period="2026-10", as_of=datetime(2026, 11, 1))
    assert key() == key([BOOKINGS], again, [])
    assert hash(key()) == hash(key([BOOKINGS], again, []))
    assert key(by="channel") == key(by=["channel"])


@pytest.mark.parametrize(
    "other",
    [
        {"metrics": (VALUE,)},
        {"metrics": (BOOKINGS, VALUE)},
        {"metrics": (Named("bookings"),)},
        {"scope": replace(SCOPE, asked_for="partner-7")},
        {"scope": replace(SCOPE, partners=("partner-7",))},
        {"scope": Scope.build(period="2026-10", as_of=datetime(2026, 10, 31))},
        {"by": ("channel",)},
        {"over": "day"},
        {"compare": "year"},
        {"version": "v2"},
    ],
)
def test_any_other_question_has_another_key(other: dict[str, Any]) -> None:
    assert key(**other) != key()


def test_a_key_keeps_its_metrics_alive() -> None:
    passing = Named("passing")
    remembered = weakref.ref(passing)
    held = key((passing,))
    del passing
    gc.collect()
    assert remembered() is not None
    del held
    assert remembered() is None


def test_what_is_no_scope_has_no_key() -> None:
    with pytest.raises(InputError, match="is not a scope"):
        key(scope="2026-10")
