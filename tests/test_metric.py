"""Definitions: what they say of themselves, and what they refuse to be."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from analytics_lib.catalogue import METRICS
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.facts import bookings
from analytics_lib.metric import Metric, Ratio, columns_of
from analytics_lib.metrics.placed import gross_bookings_value, total_bookings
from analytics_lib.schema import bookings as table

WORDS = {"title": "Fancy", "says": "Rows that are fancy.", "rows": bookings, "dated": table.c.created_at}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"name": "Fancy"}, "'Fancy'"),
        ({"name": "fancy rows"}, "'fancy rows'"),
        ({"name": "fancy", "says": "No stop"}, "fancy"),
        ({"name": "fancy", "how": "sum"}, "fancy"),
        ({"name": "fancy", "how": "distinct"}, "fancy"),
    ],
)
def test_impossible_definitions_are_refused(wrong: dict[str, object], word: str) -> None:
    with pytest.raises(InputError) as caught:
        Metric(**{**WORDS, "unit": "count", **wrong})  # type: ignore[arg-type]
    assert word in str(caught.value)
    assert str(caught.value).endswith(".")


def test_definitions_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        total_bookings.name = "other"  # type: ignore[misc]


def test_formulas_read_like_words() -> None:
    assert METRICS["cancellation_rate"].formula == "cancelled_bookings ÷ total_bookings"
    assert METRICS["net_bookings"].formula == "total_bookings − cancellations"
    assert gross_bookings_value.formula == "sum of price_base_minor over bookings, by created_at"
    assert (
        METRICS["lead_time_p90"].formula
        == "P90 of lead_days over bookings where lead_days >= 0, by created_at"
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_a_formula_is_one_line_without_placeholders(metric: Metric) -> None:
    for leaf in metric.leaves():
        assert "\n" not in leaf.formula
        assert not {":", "$", "%(", "bookings."} & set(leaf.formula.split())
        assert "param" not in leaf.formula


def test_a_metric_requires_what_it_and_its_parts_read() -> None:
    assert METRICS["net_bookings"].requires == {("bookings", "created_at"), ("bookings", "cancelled_at")}
    assert METRICS["average_daily_rate"].requires == {
        ("bookings", name)
        for name in ("starts_on", "ends_on", "cancelled_at", "no_show_at", "lodging_base_minor", "units")
    }


def test_leaves_come_once() -> None:
    rate = METRICS["net_bookings_value"]
    assert [leaf.name for leaf in rate.leaves()] == ["gross_bookings_value", "cancelled_value"]
    squared = Ratio(
        name="one", title="One", says="One.", unit="share", top=total_bookings, bottom=total_bookings
    )
    assert list(squared.leaves()) == [total_bookings]


def test_columns_of_an_expression() -> None:
    assert columns_of(table.c.price_base_minor + table.c.units) == {
        ("bookings", "price_base_minor"),
        ("bookings", "units"),
    }


def test_an_unknown_dimension_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="'chanel': did you mean channel"):
        total_bookings.columns_for(["chanel"])


@pytest.mark.parametrize(
    ("name", "always"),
    [
        ("total_bookings", True),
        ("gross_bookings_value", False),
        ("lead_time_median", True),
        ("room_revenue", True),
        ("room_nights_sold", False),
    ],
)
def test_whether_qualifying_rows_may_lack_a_value(name: str, always: bool) -> None:
    metric = METRICS[name]
    assert isinstance(metric, Metric)
    assert metric.always_has_value is always
