"""Groups of few customers are withheld, and cannot be worked out from the rest of the answer."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib import AnalyticsService, Scope
from analytics_lib.catalogue import find
from analytics_lib.cell import Cell, Place
from analytics_lib.errors import InputError
from analytics_lib.measure import measure
from analytics_lib.suppression import hidden
from tests import engines
from tests.engines import Place as Database
from tests.engines import about_frame
from tests.tables import bookings_frame

place = engines.place
FEW = 3
DAYS = st.sampled_from([None, datetime(2026, 3, 1), datetime(2026, 3, 2)])
GROUPS = st.sampled_from([("a",), ("b",), ("c",), ("d",)])


def counted(customers: dict[Place, int]) -> dict[Place, dict[str, Cell]]:
    return {where: {"bookings": Cell(count, count, customers=count)} for where, count in customers.items()}


def of_groups(*customers: int) -> dict[Place, dict[str, Cell]]:
    return counted({(0, None, (f"g{number}",)): count for number, count in enumerate(customers)})


def withheld(*customers: int) -> set[int]:
    return {int(where[2][0][1:]) for where, _ in hidden(of_groups(*customers), FEW)}


def test_small_groups_and_what_would_give_them_away() -> None:
    assert withheld(9, 8, 7) == set()
    # Alone, the second would be the total less the others: the next smallest goes with it.
    assert withheld(9, 2, 7) == {1, 2}
    # Two of one customer each are fewer than three together.
    assert withheld(9, 1, 1, 7) == {1, 2, 3}
    assert withheld(9, 2, 1, 7) == {1, 2}
    assert withheld(1) == {0}
    assert withheld(2, 9) == {0, 1}


def test_what_is_about_nobody_is_never_withheld() -> None:
    cells = {(0, None, ("g0",)): {"uptime": Cell(1, 1)}}
    assert hidden(cells, FEW) == frozenset()


@given(st.dictionaries(st.tuples(st.just(0), DAYS, GROUPS), st.integers(0, 9), max_size=12))
def test_no_line_has_one_gap_alone(customers: dict[Place, int]) -> None:
    """Along the groups of a bucket and the buckets of a group, gaps are two at least, with enough in them."""
    gaps = {where for where, _ in hidden(counted(customers), FEW)}
    assert {where for where, count in customers.items() if count < FEW} <= gaps
    lines: dict[object, list[Place]] = defaultdict(list)
    for where in customers:
        lines["groups", where[1]].append(where)
        lines["buckets", where[2]].append(where)
    for line in lines.values():
        inside = [where for where in line if where in gaps]
        is_whole = len(inside) == len(line)
        enough = len(inside) >= 2 and sum(customers[where] for where in inside) >= FEW
        assert not inside or is_whole or enough


def platform() -> dict[str, object]:
    """Channel a has four customers, b two with three bookings, c five; one booking of d names nobody."""
    told = [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 5), ("b", 5), ("b", 6)]
    told += [("c", customer) for customer in (1, 7, 8, 9, 10)]
    rows: list[dict[str, object]] = [
        {
            "created_at": datetime(2026, 3, 5, hour),
            "channel": channel,
            "customer_id": f"c{customer}",
            "price_base_minor": 100_00,
            "cancelled_at": datetime(2026, 3, 6) if hour < 2 else None,
            "is_test": False,
        }
        for hour, (channel, customer) in enumerate(told)
    ]
    rows.append({"created_at": datetime(2026, 3, 7), "channel": "d", "is_test": False})
    return {"about": about_frame(datetime(2026, 5, 1)), "bookings": bookings_frame(rows)}


def ask(
    place: Database, *names: str, smallest_group: int, by: tuple[str, ...] = ("channel",)
) -> dict[object, object]:
    scope = Scope.build(period="2026-03", as_of=datetime(2026, 5, 1), smallest_group=smallest_group)
    with place.holding(platform()) as warehouse:  # type: ignore[arg-type]
        frame = measure(find(names), scope, by=by, warehouse=warehouse)
    assert (frame["value"].isna() == (frame["quality"] == "withheld")).all()
    assert frame.loc[frame["quality"] == "withheld", "reason"].str.contains("fewer than").all()
    keys = frame["metric"] if not by else [*zip(frame["metric"], frame[by[0]], strict=True)]
    return dict(zip(keys, frame["value"], strict=True))


def test_it_is_off_unless_the_scope_asks_for_it(place: Database) -> None:
    found = ask(place, "total_bookings", smallest_group=0)
    assert [found["total_bookings", channel] for channel in "abcd"] == [4, 3, 5, 1]


def test_groups_of_few_customers_are_withheld(place: Database) -> None:
    """b has two customers, and the one booking of d may be of anybody; together they are too few."""
    found = ask(place, "total_bookings", "bookings_share", smallest_group=3)
    assert [found["total_bookings", channel] for channel in "abcd"] == [None, None, 5, None]
    # The share is still one of all bookings, those withheld included.
    assert found["bookings_share", "c"] == pytest.approx(5 / 13)


def test_all_that_is_told_of_a_group_is_withheld_together(place: Database) -> None:
    """The size of the group decides, not how many of it were cancelled: nothing can be subtracted."""
    found = ask(place, "total_bookings", "cancellation_rate", "gross_bookings_value", smallest_group=3)
    assert {name for (name, channel), value in found.items() if channel == "b" and value is not None} == set()
    assert found["cancellation_rate", "c"] == 0
    whole = ask(place, "total_bookings", "cancellation_rate", smallest_group=3, by=())
    assert whole == {"total_bookings": 13, "cancellation_rate": pytest.approx(2 / 13)}


def test_the_passport_does_not_count_what_is_withheld(place: Database) -> None:
    scope = Scope.build(period="2026-03", as_of=datetime(2026, 5, 1), smallest_group=3)
    with place.holding(platform()) as warehouse:  # type: ignore[arg-type]
        (passport,) = AnalyticsService(warehouse).explain("total_bookings", scope)
    assert [asked.rows for asked in passport.statements] == [None]


def test_margins_of_a_cut_by_two_dimensions_do_not_give_a_cell_away() -> None:
    """Each of agent and intent may be told elsewhere, so no row or column has one gap alone."""
    cells = {
        (0, None, (agent, intent)): count
        for (agent, intent), count in {
            ("a", "x"): 1,
            ("a", "y"): 9,
            ("a", "z"): 8,
            ("b", "x"): 7,
            ("b", "y"): 9,
            ("b", "z"): 9,
        }.items()
    }
    gaps = {where[2] for where, _ in hidden(counted(cells), FEW)}  # type: ignore[arg-type]
    for position in (0, 1):
        for value in {where[2][position] for where in cells}:
            inside = [where for where in gaps if where[position] == value]
            assert len(inside) != 1


@pytest.mark.parametrize("wrong", [-1])
def test_a_group_cannot_be_smaller_than_nobody(wrong: int) -> None:
    with pytest.raises(InputError, match="smallest group -1"):
        Scope.build(period="2026-03", as_of=datetime(2026, 5, 1), smallest_group=wrong)
