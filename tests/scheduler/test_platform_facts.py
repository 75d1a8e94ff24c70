"""What a plan asks of a database, on both engines."""

from __future__ import annotations

import pandas as pd
import pytest

from analytics_lib.booking_platform import BookingPlatform
from analytics_lib.errors import InputError, UnknownName
from scheduler.plan import Asked, plan
from scheduler.platform_facts import PlatformFacts
from tests import engines
from tests.engines import Place, about_frame
from tests.small_platform import NOTEBOOKS, NOVEMBER, OCTOBER, placed
from tests.tables import bookings_frame

place = engines.place

GOOD = (str(NOTEBOOKS / "good.ipynb"),)


def tables(*partners: str) -> dict[str, pd.DataFrame]:
    found = {"about": about_frame(NOVEMBER), "bookings": bookings_frame(placed(1, OCTOBER))}
    if partners:
        found["partners"] = pd.DataFrame({"partner_id": partners, "name": partners}, dtype="string")
    return found


def test_each_partner_is_a_run_in_the_order_of_ids(place: Place) -> None:
    with place.holding(tables("to-2", "ag-1", "ag-10")) as warehouse:
        platform = BookingPlatform(warehouse)
        assert PlatformFacts(platform).partners == ("ag-1", "ag-10", "to-2")
        runs = plan(Asked(notebooks=GOOD, partners=("each",)), platform)
        assert [run.scope.partners for run in runs] == [("ag-1",), ("ag-10",), ("to-2",)]
        with pytest.raises(UnknownName, match="Unknown partner 'ag-2': did you mean "):
            plan(Asked(notebooks=GOOD, partners=("ag-1,ag-2",)), platform)


def test_data_without_partners_has_none_to_report_on(place: Place) -> None:
    with place.holding(tables()) as warehouse:
        platform = BookingPlatform(warehouse)
        with pytest.raises(InputError, match="The data holds no partner: ask for reports without 'each'"):
            plan(Asked(notebooks=GOOD, partners=("each",)), platform)
        with pytest.raises(UnknownName, match="Unknown partner 'ag-1': there is none to choose from"):
            plan(Asked(notebooks=GOOD, partners=("ag-1",)), platform)
        assert len(plan(Asked(notebooks=GOOD, partners=("all",)), platform)) == 1
