"""No number of a scope rests on a row outside it: the answers stay when all other rows are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from analytics_lib import Scope
from analytics_lib.catalogue import METRICS
from analytics_lib.measure import measure
from analytics_lib.sources.publish import publish
from analytics_lib.sources.sample.platform import generate
from analytics_lib.warehouse import Warehouse, open_warehouse
from tests.small_sample import END, PLAN, ZONE, sample

DISTRIBUTOR = "di-001"
SHARED = {"partners", "partner_terms"}
"""What describes partners and is looked up by all; everything else of others may go."""


def family(partner: str) -> list[str]:
    partners = sample()["partners"]
    return [partner, *partners.loc[partners["parent_partner_id"] == partner, "partner_id"]]


@contextmanager
def only(folder: Path, keep: Callable[[pa.Table], Any]) -> Iterator[Warehouse]:
    """The sample with only those rows of its facts that are kept."""
    url = f"duckdb:///{folder}/only.duckdb"
    with publish(url, source="sample") as publication:
        for name, rows in generate(PLAN):
            is_fact = "partner_id" in rows.column_names and name not in SHARED
            publication.append(name, rows.filter(keep(rows)) if is_fact else rows)
    with open_warehouse(url) as warehouse:
        yield warehouse


def told(warehouse: Warehouse, scope: Scope, names: list[str], **how: Any) -> pd.DataFrame:
    frame = measure([METRICS[name] for name in names], scope, warehouse=warehouse, **how)
    columns = ["metric", "value", "n", "quality", *how.get("by", ())]
    return frame[frame["n"] > 0][columns].astype(str).reset_index(drop=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with only(tmp_path_factory.mktemp("whole"), lambda rows: pa.array([True] * len(rows))) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    tree = pa.array(family(DISTRIBUTOR))
    with only(tmp_path_factory.mktemp("own"), lambda rows: pc.is_in(rows["partner_id"], tree)) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with only(
        tmp_path_factory.mktemp("direct"), lambda rows: pc.equal(rows["business_model"], "b2c")
    ) as warehouse:
        yield warehouse


FOR_PARTNERS = [name for name, metric in METRICS.items() if metric.for_partners]
DIVIDED = [
    name
    for name, metric in METRICS.items()
    if not any(getattr(getattr(leaf, "rows", None), "serves_all", False) for leaf in metric.leaves())
]
CUTS = ["business_model", "partner", "channel", "weekday"]


@pytest.mark.parametrize("by", [None, *CUTS])
def test_a_partners_scope_holds_its_own_rows_alone(whole: Warehouse, own: Warehouse, by: str | None) -> None:
    scope = Scope.build(period="2025", as_of=END, zone=ZONE, partners=[DISTRIBUTOR])
    names = [name for name in FOR_PARTNERS if by is None or by in METRICS[name].dimensions]
    how: dict[str, Any] = {"compare": "year"} if by is None else {"by": (by,)}
    answers = told(whole, scope, names, **how)
    assert len(answers) > 20
    pd.testing.assert_frame_equal(answers, told(own, scope, names, **how))
    if by == "partner":
        assert set(answers["partner"]) <= set(family(DISTRIBUTOR))


@pytest.mark.parametrize("by", [None, *CUTS])
def test_a_business_models_scope_holds_its_own_rows_alone(
    whole: Warehouse, direct: Warehouse, by: str | None
) -> None:
    scope = Scope.build(period="2025", as_of=END, zone=ZONE, business_models=["b2c"])
    names = [name for name in DIVIDED if by is None or by in METRICS[name].dimensions]
    how: dict[str, Any] = {} if by is None else {"by": (by,)}
    answers = told(whole, scope, names, **how)
    assert len(answers) > 20
    # A customer is new where the first booking of all lies, whoever sold it.
    ever = {"new_customers", "customer_acquisition_cost", "second_booking_median", "one_time_share_12m"}
    answers, others = (
        frame[~frame["metric"].isin(ever)].reset_index(drop=True)
        for frame in (answers, told(direct, scope, names, **how))
    )
    pd.testing.assert_frame_equal(answers, others)


@pytest.mark.parametrize("by", [None, "partner"])
def test_what_is_not_for_partners_is_withheld_from_them(whole: Warehouse, by: str | None) -> None:
    scope = Scope.build(period="2025", as_of=END, zone=ZONE, partners=[DISTRIBUTOR])
    secret = [
        metric
        for metric in METRICS.values()
        if not metric.for_partners and (by is None or by in metric.dimensions)
    ]
    frame = measure(secret, scope, by=() if by is None else (by,), compare="previous", warehouse=whole)
    assert len(secret) > 20
    assert set(frame["metric"]) == {metric.name for metric in secret}
    assert (frame["quality"] == "withheld").all()
    for column in ("value", "previous", "change", "change_ratio"):
        assert frame[column].isna().all()
    assert (frame["n"] == 0).all()
    assert frame["reason"].str.contains("partner").all()
