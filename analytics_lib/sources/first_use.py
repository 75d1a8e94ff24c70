"""The sample platform in an embedded file, made the first time somebody asks for data without naming any."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_data_path

from analytics_lib.errors import InputError, WarehouseError
from analytics_lib.home import home
from analytics_lib.sources.sample import RECIPE, SamplePlan
from analytics_lib.warehouse import open_warehouse


def sample_database() -> str:
    """The URL of the sample platform; writes it first if it is not there or of an older recipe."""
    url = sample_url()
    if not _is_current(url):
        sys.stderr.write("Making the sample platform, once (half a minute or so) ...\n")
        write_sample(SamplePlan(), url)
    return url


def sample_url() -> str:
    """Where the sample platform is kept."""
    return f"duckdb:///{_folder() / 'sample.duckdb'}"


def write_sample(
    plan: SamplePlan,
    url: str,
    *,
    replace: bool = False,
    faults: bool = False,
    watch: Callable[[int], None] | None = None,
) -> None:
    """Write the sample platform to a database, all or nothing. Raises `LoadError`.

    With `faults` some rows are wrong, for audits to find: see `sample.planted`. `watch` is told how many
    bookings more are made, as they are.
    """
    # What makes and loads it takes a while to read, and is wanted once: later calls find the sample there.
    from analytics_lib.sources.publish import publish
    from analytics_lib.sources.sample import generate
    from analytics_lib.sources.sample.planting import plant

    tables = generate(plan)
    with publish(url, replace=replace, source="sample", checks_keys=not faults) as target:
        for table, rows in plant(tables, plan) if faults else tables:
            target.append(table, rows)
            if watch is not None and table == "bookings":
                watch(rows.num_rows)


def _is_current(url: str) -> bool:
    """Whether a sample of this recipe is there, with all its tables and without faults."""
    try:
        with open_warehouse(url) as warehouse:
            made_by = warehouse.about.get("made_by", "")
    except WarehouseError:
        return False
    return re.fullmatch(rf"analytics sample recipe {RECIPE} seed \d+ bookings \d+", made_by) is not None


def _folder() -> Path:
    try:
        folder = home() / ".analytics"
    except InputError:
        folder = user_data_path("booking-analytics")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
