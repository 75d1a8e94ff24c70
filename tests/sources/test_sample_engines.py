"""The whole sample platform in real databases: the same rows on both engines, and nothing to complain of."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from analytics_lib import schema
from analytics_lib.audits.check import check
from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.sample import SamplePlan, generate
from analytics_lib.sources.staging import order_columns
from analytics_lib.warehouse import open_warehouse

PLAN = SamplePlan(bookings=1_500)
DAYS = (date(2024, 2, 1), date(2027, 6, 1))


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pa.Table]] = {}
    for name, table in generate(PLAN):
        parts.setdefault(name, []).append(table)
    return {
        name: ordered(name, pa.concat_tables(tables).to_pandas(date_as_object=False))
        for name, tables in parts.items()
    }


def ordered(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """In the order that is stored, every value as text."""
    keys = list(order_columns(schema.metadata.tables[name]))
    frame = frame.sort_values(keys, ignore_index=True)
    return frame.astype(object).where(frame.notna(), None).map(as_text)


def as_text(value: Any) -> str | None:
    """Whole numbers beside NULL are floats in pandas, and well below 2^53 here."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def test_every_row_arrives_on_either_engine(
    duckdb_url: str, postgresql_url: str, made: dict[str, pd.DataFrame]
) -> None:
    versions = set()
    for url in (duckdb_url, postgresql_url):
        write_sample(PLAN, url)
        with open_warehouse(url) as warehouse, warehouse.reading() as reader:
            versions.add(warehouse.version())
            for name, rows in made.items():
                there = reader.fetch(select(schema.metadata.tables[name]))
                if name == "about":
                    # What is published is told its source and version on top.
                    there = there[there["key"] != "version"]
                pd.testing.assert_frame_equal(ordered(name, there), rows, obj=name)
    assert len(versions) == 1


@pytest.mark.slow
@settings(max_examples=12)
@given(
    bookings=st.integers(1, 700),
    seed=st.integers(0, 10**9),
    day=st.integers(0, (DAYS[1] - DAYS[0]).days),
)
def test_check_finds_nothing_wrong_whatever_the_plan(bookings: int, seed: int, day: int) -> None:
    plan = SamplePlan(bookings, seed, DAYS[0] + timedelta(days=day))
    with TemporaryDirectory() as folder:
        url = f"duckdb:///{Path(folder)}/sample.duckdb"
        write_sample(plan, url)
        with open_warehouse(url) as warehouse:
            report = check(warehouse)
    assert [found.to_dict() for found in report.rule_breaks] == []
    assert not report.without_base
