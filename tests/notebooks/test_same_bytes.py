"""Same inputs, same bytes: twice in fresh processes, on machines that stand in different zones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.reports import page
from tests.small_platform import report_elsewhere

pytestmark = pytest.mark.slow

NAMES = ["comprehensive", "executive", "b2c", "payments", "user_engagement"]
"""Between them, these hold every kind of chart, table and sentence."""


@pytest.fixture(scope="module")
def again(small_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("again")
    report_elsewhere(small_url, output, "America/St_Johns", *NAMES, "--period", "2026-10")
    return output


@pytest.mark.parametrize("kind", ["html", "pdf", "ipynb", "csv", "json", "xlsx"])
@pytest.mark.parametrize("name", NAMES)
def test_a_report_has_the_same_bytes_twice(published: Path, again: Path, name: str, kind: str) -> None:
    first, second = (page(place, name, kind) for place in (published, again))
    assert first.name == second.name and first.read_bytes() == second.read_bytes()
