"""Fixtures of the small platform, as a plugin: what test modules on several floors share, made once a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from analytics_lib import AnalyticsService, connect
from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.load import load
from analytics_lib.sources.sample import SamplePlan
from tests.small_platform import Command, Said, report_elsewhere


@pytest.fixture(scope="session")
def small_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the sample platform in small: two years and more, about a hundred bookings a month."""
    url = f"duckdb:///{tmp_path_factory.mktemp('small')}/small.duckdb"
    write_sample(SamplePlan(bookings=3000), url)
    return url


@pytest.fixture(scope="session")
def small(small_url: str) -> AnalyticsService:
    return connect(small_url)


@pytest.fixture(scope="session")
def hotel_url(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the real hotel bookings."""
    url = f"duckdb:///{tmp_path_factory.mktemp('real')}/hotel.duckdb"
    load("hotel_bookings", [real_data / "hotel_bookings.parquet"], url)
    return url


@pytest.fixture
def analytics(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command `analytics`, run in this process from its own entry point."""
    from scheduler.cli import main

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("ANALYTICS_DATABASE_URL", raising=False)

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["analytics", *arguments])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else int(bool(ending.code))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def published(small_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All notebooks' reports of October 2026 in every format, made by the command in a zone far away.

    Made once, for all processes of a test run.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    output = shared / "published"
    with FileLock(shared / "published.lock"):
        if not (shared / "published.done").exists():
            report_elsewhere(small_url, output, "Pacific/Auckland", "each", "--period", "2026-10")
            (shared / "published.done").touch()
    return output


@pytest.fixture(scope="session")
def hotel_reports(hotel_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hotels' reports of a usual month and of the one in which long lead times are missing."""
    output = tmp_path_factory.mktemp("hotels")
    for period in ("2016-06", "2017-08"):
        report_elsewhere(hotel_url, output, "UTC", "bookings", "--period", period)
    return output
