"""A place for a ledger on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analytics_lib.runs import Ledger
from tests.runs.ledgers import Place


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """No ledger of whoever runs the tests is touched."""
    monkeypatch.delenv("ANALYTICS_LEDGER_URL", raising=False)


@pytest.fixture
def beside(tmp_path: Path) -> Place:
    """A ledger in a file beside the reports."""
    return Place(tmp_path / "reports", None)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A ledger that is not there yet, once per engine."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with closing(Place(tmp_path / "reports", url)) as found:
        yield found


@pytest.fixture
def ledger(place: Place) -> Ledger:
    return place.open()
