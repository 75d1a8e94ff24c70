"""The front door: its names, the database it opens, and what words mean for that database."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import analytics_lib
from analytics_lib import AnalyticsService, BusinessModel, Scope, TimeFrame, connect, explain, measure
from analytics_lib.errors import InputError, NoData, UnknownName
from tests.small_platform import OCTOBER, holding, placed, raw


def test_the_front_door_is_pinned() -> None:
    assert analytics_lib.__all__ == [
        "AnalyticsService",
        "BusinessModel",
        "Period",
        "Scope",
        "TimeFrame",
        "connect",
        "explain",
        "measure",
    ]
    assert all(hasattr(analytics_lib, name) for name in analytics_lib.__all__)


def test_importing_reads_and_writes_nothing(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append((event, args[0])) if event in "
        "('duckdb.connect', 'socket.connect', 'subprocess.Popen', 'os.mkdir') else None)\n"
        "import analytics_lib\n"
        "assert not opened, opened\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_measure_opens_the_database_of_the_environment(
    small_url: str, small: AnalyticsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", small_url)
    scope = connect().scope(period="2026-10")
    frame = measure("total_bookings", scope)
    assert frame["value"].iloc[0] == small.measure("total_bookings", scope)["value"].iloc[0] > 0
    (passport,) = explain("total_bookings", scope)
    assert passport.data_version == small.warehouse.version()


def test_measure_takes_a_service_or_a_warehouse(small: AnalyticsService) -> None:
    scope = small.scope()
    by_service = measure("total_bookings", scope, warehouse=small)
    by_warehouse = measure("total_bookings", scope, warehouse=small.warehouse)
    assert by_service.equals(by_warehouse)


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match=r"nothing\.duckdb"):
        _ = connect(f"duckdb:///{tmp_path}/nothing.duckdb").about


def test_empty_words_mean_all_the_data_where_it_ends_in_its_own_zone(small: AnalyticsService) -> None:
    scope = small.scope()
    assert scope.zone == "Europe/Madrid"
    assert scope.as_of == small.data_through == datetime(2026, 10, 31, 23)
    assert scope.period.name == "2026-10" and not scope.is_partial
    assert scope.business_models == () and scope.partners == ()
    assert small.scope(business_model="all") == scope


def test_words_name_models_partners_and_periods(small: AnalyticsService) -> None:
    scope = small.scope(
        time_frame="week",
        period="current",
        as_of="2026-10-15T12:00",
        business_model="b2b, b2b2c",
        partner="a,b",
    )
    assert scope.business_models == (BusinessModel.B2B, BusinessModel.B2B2C)
    assert scope.partners == ("a", "b")
    assert scope.period.name == "2026-W42" and scope.is_partial
    assert scope.as_of == datetime(2026, 10, 15, 10)
    assert small.scope(period="2026-Q3").period.time_frame is TimeFrame.QUARTER


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"time_frame": "fortnight"}, "fortnight"),
        ({"period": "2026-13"}, "2026-13"),
        ({"period": "lst"}, "lst"),
        ({"period": "2031-01"}, "2031-01"),
        ({"as_of": "noon"}, "noon"),
        ({"business_model": "b3"}, "b3"),
        ({"zone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_words_that_mean_nothing_are_named(
    small: AnalyticsService, words: dict[str, str], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        small.scope(**words)  # type: ignore[arg-type]


def test_unknown_names_are_refused_by_name(small: AnalyticsService) -> None:
    scope = small.scope()
    with pytest.raises(UnknownName, match="total_bookings"):
        small.measure("total_booking", scope)
    with pytest.raises(UnknownName, match="channel"):
        small.measure("total_bookings", scope, by=["chanel"])
    with pytest.raises(UnknownName, match="nobody"):
        small.measure("total_bookings", small.scope(partner="nobody"))


def test_data_does_not_reach_beyond_the_clock(tmp_path: Path) -> None:
    later = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=4000)
    with holding(tmp_path, placed(3, OCTOBER), data_through=later) as analytics:
        assert analytics.data_through <= datetime.now(UTC).replace(tzinfo=None)


def test_a_distributor_includes_its_children(small: AnalyticsService, small_url: str) -> None:
    tree = raw(small_url, "SELECT partner_id, parent_partner_id AS parent FROM partners")
    counts = raw(
        small_url, "SELECT partner_id, count(*) AS n FROM bookings WHERE NOT is_test GROUP BY partner_id"
    ).set_index("partner_id")["n"]
    parent = tree["parent"].dropna().value_counts().index[0]
    family = {parent}
    while True:
        grown = family | set(tree.loc[tree["parent"].isin(family), "partner_id"])
        if grown == family:
            break
        family = grown
    frame = small.measure("total_bookings", small.scope(period="all", partner=parent))
    assert frame["value"].iloc[0] == counts.reindex(sorted(family)).sum()
    assert len(family) > 1


def test_the_first_dimension_that_the_data_covers_is_chosen(tmp_path: Path, small: AnalyticsService) -> None:
    wanted = ("destination_name", "product_name", "product")
    assert small.first_covered(*wanted) == "destination_name"
    without = ("bookings.destination_id", "destinations.name", "products.name")
    with holding(tmp_path, placed(3, OCTOBER), without=without) as analytics:
        assert analytics.first_covered(*wanted) == "product"


def test_a_scope_is_a_value(small: AnalyticsService) -> None:
    scope: Scope = small.scope(period="2026-10")
    assert scope == small.scope(period="2026-10") and hash(scope) == hash(small.scope(period="2026-10"))
    assert scope != small.scope(period="2026-09")
