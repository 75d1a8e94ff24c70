"""The sample platform in an embedded file, made the first time somebody asks for data without naming any."""

from __future__ import annotations

import sys
from pathlib import Path

from platformdirs import user_data_path

from analytics_lib.errors import InputError, WarehouseError
from analytics_lib.home import home
from analytics_lib.sources.publish import publish
from analytics_lib.sources.sample import RECIPE, SamplePlan, generate
from analytics_lib.warehouse import open_warehouse


def sample_database() -> str:
    """The URL of the sample platform; writes it first if it is not there or of an older recipe."""
    url = sample_url()
    if not _is_current(url):
        sys.stderr.write("Making the sample platform, once ...\n")
        write_sample(SamplePlan(), url)
    return url


def sample_url() -> str:
    """Where the sample platform is kept."""
    return f"duckdb:///{_folder() / 'sample.duckdb'}"


def write_sample(plan: SamplePlan, url: str, *, replace: bool = False) -> None:
    """Write the sample platform to a database, all or nothing. Raises `LoadError`."""
    with publish(url, replace=replace, source="sample") as target:
        for table, rows in generate(plan):
            target.append(table, rows)


def _is_current(url: str) -> bool:
    try:
        with open_warehouse(url) as warehouse:
            made_by = warehouse.about.get("made_by", "")
    except WarehouseError:
        return False
    return f"recipe {RECIPE} " in f"{made_by} "


def _folder() -> Path:
    try:
        folder = home() / ".analytics"
    except InputError:
        folder = user_data_path("booking-analytics")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
