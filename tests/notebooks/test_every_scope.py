"""Every notebook gives a report for every time frame and business model, also where there is next to nothing.

One command runs them all: `analytics report each --time-frame each --business-model each`. Here runs a sample
of that: each notebook in one of the combinations, so that all time frames and all business models come up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path

import pytest

from tests.engines import DuckDBPlace, about_frame, coverage_frame
from tests.house import notebooks
from tests.notebooks.reports import CHART, TILES, executed, outputs
from tests.small_platform import NOVEMBER, OCTOBER, PUBLISHED, placed, report_elsewhere
from tests.tables import bookings_frame

pytestmark = pytest.mark.slow

NAMES = [path.stem for path in notebooks()]
FRAMES = ["hour", "day", "week", "quarter", "year"]
MODELS = ["b2c", "b2b", "b2b2c", "all"]
SAMPLE = [
    pytest.param(name, frame, model, id=f"{name}-{frame}-{model}")
    for name, frame, model in zip(NAMES, cycle(FRAMES), cycle(MODELS), strict=False)
]


@pytest.mark.parametrize(("name", "frame", "model"), SAMPLE)
def test_it_gives_a_report_in_every_time_frame_and_model(
    small_url: str, tmp_path: Path, name: str, frame: str, model: str
) -> None:
    report_elsewhere(small_url, tmp_path, "UTC", name, "--time-frame", frame, "--business-model", model)
    (period,) = (path.name for path in tmp_path.glob("[!.]*/"))
    assert {path.name for path in (tmp_path / period / name).iterdir()} == {
        f"{model}.{kind}" for kind in PUBLISHED
    }


@pytest.fixture(scope="module")
def bare_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A platform that has nothing but a single booking, and no other table."""
    folder = tmp_path_factory.mktemp("bare")
    tables = {
        "about": about_frame(NOVEMBER, data_from="2026-01-01T00:00:00"),
        "bookings": bookings_frame(placed(1, OCTOBER)),
        "coverage": coverage_frame(datetime(2026, 1, 1), None, ()),
    }
    with DuckDBPlace(folder).holding(tables) as warehouse:
        yield warehouse.url


@pytest.mark.parametrize("period", ["2026-10", "2026-09"], ids=["single booking", "empty period"])
def test_next_to_nothing_gives_reports_that_say_why(bare_url: str, tmp_path: Path, period: str) -> None:
    report_elsewhere(bare_url, tmp_path, "UTC", "each", "--period", period)
    for name in NAMES:
        if name == "TEMPLATE":
            continue
        notebook = executed(tmp_path, name, period)
        for spec in outputs(notebook, CHART):
            words = spec["usermeta"]["analytics"]
            assert words["empty"] is None or len(words["empty"]) > 10, words["title"]
        for row in outputs(notebook, TILES):
            assert all(tile["missing"] is None or len(tile["missing"]) > 10 for tile in row["tiles"])
