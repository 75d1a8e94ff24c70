"""The shape of an answer: its columns and types, its calendar, its reasons and its refusals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from analytics_lib import Scope, schema
from analytics_lib.catalogue import find
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.facts import bookings
from analytics_lib.measure import answer, measure
from analytics_lib.metric import Metric
from tests import engines
from tests.engines import Place, about_frame, coverage_frame
from tests.oracles.agreement import assert_agrees
from tests.oracles.bookings import DIMENSIONS, MEASURED, booking_oracle
from tests.oracles.calendar import Look
from tests.tables import bookings_frame

place = engines.place

AS_OF = datetime(2026, 6, 1)
MARCH = Scope.build(period="2026-03", as_of=AS_OF)
ROW: dict[str, object] = {
    "created_at": datetime(2026, 3, 10, 9),
    "confirmed_at": datetime(2026, 3, 10, 10),
    "starts_on": date(2026, 3, 20),
    "ends_on": date(2026, 3, 22),
    "party_size": 2,
    "units": 1,
    "price_base_minor": 10_000,
    "lodging_base_minor": 9_000,
    "business_model": "b2c",
    "channel": "web",
}


def tables(rows: list[dict[str, object]], **coverage: Any) -> dict[str, pd.DataFrame]:
    found = {"about": about_frame(AS_OF), "bookings": bookings_frame(rows)}
    return {**found, "coverage": coverage_frame(**coverage)} if coverage else found


def only(frame: pd.DataFrame) -> dict[str, Any]:
    (row,) = frame.to_dict("records")
    return {str(name): value for name, value in row.items()}


@pytest.mark.parametrize("rows", [[], [ROW]], ids=["empty", "one row"])
@pytest.mark.parametrize("by", [None, *DIMENSIONS])
def test_hardly_any_rows(place: Place, rows: list[dict[str, object]], by: str | None) -> None:
    groups = (by,) if by else ()
    held = tables(rows)
    with place.holding(held) as warehouse:
        frame = measure(find(MEASURED), MARCH, by=groups, compare="previous", warehouse=warehouse)
    look = Look.at("2026-03", "month", AS_OF, "UTC")
    assert_agrees(
        frame, booking_oracle(held, look, groups), booking_oracle(held, look.compared("previous"), groups)
    )


def test_columns_and_types(place: Place) -> None:
    with place.holding(tables([ROW])) as warehouse:
        frame = measure(
            find(["total_bookings", "gross_bookings_value", "cancellation_rate"]),
            MARCH,
            by=["channel"],
            over="month",
            compare="previous",
            warehouse=warehouse,
        )
    assert list(frame.columns) == [
        "metric", "value", "unit", "n", "channel", "bucket", "bucket_start",
        "previous", "change", "change_ratio", "previous_quality", "quality", "reason",
    ]  # fmt: skip
    assert [type(value) for value in frame["value"]] == [int, Decimal, float]
    assert list(frame["unit"]) == ["count", "EUR", "share"]
    assert list(frame["bucket"]) == ["2026-03"] * 3
    assert list(frame["bucket_start"]) == [pd.Timestamp("2026-03-01")] * 3


def test_days_without_bookings_are_zero_and_not_missing(place: Place) -> None:
    with place.holding(tables([ROW])) as warehouse:
        frame = measure(
            find(["total_bookings", "cancellation_rate", "lead_time_median"]),
            MARCH,
            over="day",
            warehouse=warehouse,
        )
    by_metric = {name: list(values) for name, values in frame.groupby("metric")["value"]}
    assert by_metric["total_bookings"] == [0] * 9 + [1] + [0] * 21
    # Nothing to divide by, nothing to rank: no number, with the reason.
    assert by_metric["cancellation_rate"] == [None] * 9 + [0.0] + [None] * 21
    assert by_metric["lead_time_median"] == [None] * 9 + [10.0] + [None] * 21
    missing = frame[frame["value"].isna()]
    assert missing["reason"].str.len().gt(0).all()


def test_nothing_placed_is_a_missing_rate_and_a_zero_count(place: Place) -> None:
    with place.holding(tables([])) as warehouse:
        frame = measure(find(["total_bookings", "cancellation_rate"]), MARCH, warehouse=warehouse)
    assert list(frame["value"]) == [0, None]
    assert frame["reason"][1].startswith("nothing to divide by")


def test_the_last_day_of_the_period_counts_whole(place: Place) -> None:
    """BETWEEN two dates would lose the evening of the 31st and count midnight of April."""
    moments = [datetime(2026, 3, 1), datetime(2026, 3, 31, 23, 59, 59), datetime(2026, 4, 1)]
    rows = [{**ROW, "created_at": moment} for moment in moments]
    with place.holding(tables(rows)) as warehouse:
        assert only(measure(find(["total_bookings"]), MARCH, warehouse=warehouse))["value"] == 2


def test_missing_values_are_counted_and_said(place: Place) -> None:
    rows = [ROW, {**ROW, "price_base_minor": None}]
    with place.holding(tables(rows)) as warehouse:
        some = only(measure(find(["gross_bookings_value"]), MARCH, warehouse=warehouse))
    assert (some["value"], some["n"]) == (Decimal("100.00"), 1)
    assert "1 of 2 rows left out" in some["reason"]
    with place.holding(tables(rows[1:])) as warehouse:
        none = only(measure(find(["gross_bookings_value"]), MARCH, warehouse=warehouse))
    assert (none["value"], none["n"]) == (None, 0)
    assert none["reason"].startswith("missing, because none of 1 rows")


def test_a_group_without_prices_does_not_take_the_shares_of_the_others(place: Place) -> None:
    rows = [ROW, {**ROW, "channel": "phone", "price_base_minor": None}]
    with place.holding(tables(rows)) as warehouse:
        frame = measure(find(["gross_bookings_value_share"]), MARCH, by=["channel"], warehouse=warehouse)
    assert dict(zip(frame["channel"], frame["value"], strict=True)) == {"phone": None, "web": 1.0}


def test_a_rate_leaves_rows_out_above_and_below(place: Place) -> None:
    """90 euros over two nights; the other stay's rooms are unknown, so its 90 euros cannot be used."""
    with place.holding(tables([ROW, {**ROW, "units": None}])) as warehouse:
        frame = measure(find(["room_revenue", "average_daily_rate"]), MARCH, warehouse=warehouse)
    assert list(frame["value"]) == [Decimal("180.00"), Decimal("45.00000000")]


def test_a_small_base_is_flagged_and_not_hidden(place: Place) -> None:
    rows = [ROW] * 9 + [{**ROW, "cancelled_at": datetime(2026, 3, 11)}]
    with place.holding(tables(rows)) as warehouse:
        row = only(measure(find(["cancellation_rate"]), MARCH, warehouse=warehouse))
    assert (row["value"], row["n"]) == (0.1, 10)
    # Wilson, 1 of 10, 95 %: 1.8 to 40.4 %
    assert row["reason"] == "small base of 10, 95 % interval 1.8 to 40.4 %"


def test_different_values_are_recounted_and_never_added_up(place: Place) -> None:
    """Two customers, one of whom books on both days: three a day together, two over all."""
    who = Metric(
        name="bookers",
        title="Bookers",
        says="Customers who booked.",
        unit="count",
        rows=bookings,
        dated=schema.bookings.c.created_at,
        how="distinct",
        value=schema.bookings.c.customer_id,
    )
    made = [(10, "ana"), (10, "ana"), (10, "bo"), (11, "ana"), (11, None)]
    rows = [{**ROW, "created_at": datetime(2026, 3, day, 9), "customer_id": name} for day, name in made]
    with place.holding(tables(rows)) as warehouse:
        whole = only(measure([who], MARCH, warehouse=warehouse))
        days = measure([who], MARCH, over="day", warehouse=warehouse).set_index("bucket")["value"]
    assert whole["value"] == 2
    assert (days["2026-03-10"], days["2026-03-11"], days["2026-03-12"]) == (2, 1, 0)


# Coverage


def test_a_column_that_is_absent_is_something_else_than_empty(place: Place) -> None:
    asked = find(["total_bookings", "no_show_rate", "stays"])
    with place.holding(tables([ROW], without=("bookings.no_show_at",))) as warehouse:
        frame = measure(asked, MARCH, warehouse=warehouse).set_index("metric")
    assert list(frame["value"]) == [1, None, None]
    assert frame["reason"]["no_show_rate"] == "missing, because a test has no bookings.no_show_at"


def test_a_dimension_that_is_absent_gives_no_numbers(place: Place) -> None:
    with place.holding(tables([ROW], without=("bookings.channel",))) as warehouse:
        row = only(measure(find(["total_bookings"]), MARCH, by=["channel"], warehouse=warehouse))
    assert row["value"] is None
    assert "bookings.channel" in row["reason"]


def test_an_incomplete_period_is_marked_and_not_compared(place: Place) -> None:
    held = tables([ROW], complete_from=datetime(2026, 1, 1), complete_through=datetime(2026, 3, 20))
    with place.holding(held) as warehouse:
        row = only(measure(find(["total_bookings"]), MARCH, compare="previous", warehouse=warehouse))
        february = Scope.build(period="2026-02", as_of=AS_OF)
        whole = only(measure(find(["total_bookings"]), february, compare="previous", warehouse=warehouse))
    assert (row["value"], row["previous"], row["change"], row["change_ratio"]) == (1, 0, None, None)
    assert row["quality"] == "provisional"
    assert "complete only from 2026-01-01 to 2026-03-20" in row["reason"]
    assert (whole["quality"], whole["change"]) == ("ok", 0)


def test_a_source_of_days_has_no_hours(place: Place) -> None:
    held = {"about": about_frame(AS_OF, resolution="day"), "bookings": bookings_frame([ROW])}
    day = Scope.build(period="2026-03-10", as_of=AS_OF)
    with place.holding(held) as warehouse:
        frame = measure(find(["total_bookings"]), day, over="hour", warehouse=warehouse)
    assert len(frame) == 24
    assert set(frame["reason"]) == {"missing, because a test knows only days, not hours"}


# Knowledge


def test_what_is_known_is_cut_even_where_nobody_says_how_far_the_data_goes(place: Place) -> None:
    rows = [{**ROW, "cancelled_at": datetime(2026, 5, 2)}]
    early = Scope.build(period="2026-03", as_of=datetime(2026, 5, 1))
    for data_through in (None, AS_OF):
        held = {"about": about_frame(data_through), "bookings": bookings_frame(rows)}
        with place.holding(held) as warehouse:
            then = only(measure(find(["cancellation_rate"]), early, warehouse=warehouse))
            now = only(measure(find(["cancellation_rate"]), MARCH, warehouse=warehouse))
        assert (then["value"], now["value"]) == (0.0, 1.0)


def test_a_booking_that_nobody_knows_the_day_of_is_never_counted(place: Place) -> None:
    rows = [{**ROW, "created_at": None, "cancelled_at": datetime(2026, 3, 11)}]
    for as_of in (AS_OF, datetime(2026, 5, 1)):
        with place.holding(tables(rows)) as warehouse:
            scope = Scope.build(period="2026-03", as_of=as_of)
            frame = measure(find(["cancellations", "arrivals"]), scope, warehouse=warehouse)
        assert list(frame["value"]) == [0, 0]


def test_a_period_that_has_just_begun_has_no_numbers(place: Place) -> None:
    with place.holding(tables([ROW])) as warehouse:
        scope = Scope.build(period="2026-03", as_of=datetime(2026, 3, 1))
        row = only(measure(find(["total_bookings"]), scope, warehouse=warehouse))
    assert (row["value"], row["reason"]) == (None, "nothing of 2026-03 has passed")


# Refusals and proofs


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"metrics": []}, ["No metric was named"]),
        ({"by": ["chanel"]}, ["dimension of total_bookings", "'chanel'", "channel"]),
        ({"compare": "yesterday"}, ["comparison", "'yesterday'", "previous"]),
        ({"over": "fortnight"}, ["time frame", "'fortnight'"]),
        ({"scope": Scope.build(period="2026-03", as_of=AS_OF, partners=["p9"])}, ["partner", "'p9'", "p1"]),
    ],
)
def test_refusals_name_the_input_and_the_way_out(
    place: Place, question: dict[str, Any], words: list[str]
) -> None:
    held = {**tables([ROW]), "partners": pd.DataFrame({"partner_id": ["p1"]})}
    asked = {"metrics": find(["total_bookings"]), "scope": MARCH, **question}
    with place.holding(held) as warehouse, pytest.raises(InputError) as caught:
        measure(asked.pop("metrics"), asked.pop("scope"), **asked, warehouse=warehouse)
    text = str(caught.value)
    assert [word for word in words if word not in text] == []
    assert "\n" not in text


def test_an_answer_carries_its_proof(place: Place) -> None:
    with place.holding(tables([ROW])) as warehouse:
        found = answer(find(["total_bookings", "net_bookings"]), MARCH, warehouse=warehouse)
    by_metric = {metric: asked for asked in found.asked for metric in asked.metrics}
    assert set(by_metric) == {"total_bookings", "cancellations"}
    assert by_metric["total_bookings"].rows == 1
    assert by_metric["cancellations"].rows == 0
    assert all("SELECT" in asked.sql and asked.parameters for asked in found.asked)
    assert found.data_version


def test_the_proof_of_every_kind_counts_the_rows_that_it_rests_on(place: Place) -> None:
    """One customer with two bookings in February and one in March, another with one in March, all for May."""
    placed = [("a", "c1", 2), ("b", "c1", 2), ("c", "c1", 3), ("d", "c2", 3)]
    rows = [
        {
            **ROW,
            "booking_id": booking,
            "customer_id": customer,
            "created_at": datetime(2026, month, 10),
            "starts_on": date(2026, 5, 1),
            "ends_on": date(2026, 5, 3),
        }
        for booking, customer, month in placed
    ]
    expected = {
        "bookings_on_the_books": [4],  # a stock: all of them
        "second_booking_median": [2],  # a lifetime: two first bookings
        "cohort_retention": [1],  # of a cohort: the month of the one who came first in March
        "seasonal_index": [4],  # of the year: every booking
    }
    with place.holding(tables(rows)) as warehouse:
        found = {
            name: [asked.rows for asked in answer(find([name]), MARCH, warehouse=warehouse).asked]
            for name in expected
        }
    assert found == expected


def test_unknown_metrics_suggest_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"'cancelation_rate': did you mean cancellation_rate"):
        find(["cancelation_rate"])


def days_at_noon(*days: str) -> list[dict[str, object]]:
    return [{**ROW, "booking_id": day, "created_at": datetime.fromisoformat(f"{day}T12:00")} for day in days]


def test_days_of_a_year_are_compared_with_the_same_date(place: Place) -> None:
    """2024 has a 29 February, so the same place in the year is another day from March on."""
    with place.holding(
        tables(days_at_noon("2024-02-29", "2024-03-01", "2024-03-01", "2025-03-01"))
    ) as warehouse:
        scope = Scope.build(period="2025", as_of=datetime(2026, 1, 1))
        frame = measure(find(["total_bookings"]), scope, over="day", compare="year", warehouse=warehouse)
    assert frame.set_index("bucket").loc["2025-03-01", "previous"] == 2


def test_hours_are_compared_by_the_clock(place: Place) -> None:
    """On the spring day 02h does not exist; 03h is compared with 03h of the day before."""
    before = [{**ROW, "booking_id": "a", "created_at": datetime(2026, 3, 28, 2, 30)}]
    with place.holding(tables(before)) as warehouse:
        scope = Scope.build(period="2026-03-29", as_of=datetime(2026, 4, 1), zone="Europe/Madrid")
        frame = measure(find(["total_bookings"]), scope, over="hour", compare="previous", warehouse=warehouse)
    assert frame.set_index("bucket").loc["2026-03-29T03+0200", "previous"] == 1


def test_parts_of_weeks_of_different_length_have_no_change(place: Place) -> None:
    with place.holding(
        tables(days_at_noon("2026-08-03", "2026-09-03", "2026-09-10", "2026-08-06"))
    ) as warehouse:
        scope = Scope.build(period="2026-09", as_of=datetime(2026, 10, 2))
        frame = measure(find(["total_bookings"]), scope, over="week", compare="previous", warehouse=warehouse)
    weeks = frame.set_index("bucket")
    assert weeks.loc["2026-W36", "change"] is None and weeks.loc["2026-W36", "reason"]
    assert weeks.loc["2026-W37", "change"] == 1 - 2


def test_quantiles_are_the_same_number_on_every_engine(place: Place) -> None:
    """P90 of leads 9 and 20 interpolates to 18.9, whatever the engine's last binary digit."""
    rows = [
        {
            **ROW,
            "booking_id": str(lead),
            "created_at": datetime(2026, 3, 2, 12),
            "starts_on": date(2026, 3, 2 + lead),
        }
        for lead in (9, 20)
    ]
    with place.holding(tables(rows)) as warehouse:
        frame = measure(find(["lead_time_p90"]), MARCH, warehouse=warehouse)
    assert frame["value"].tolist() == [18.9]
    assert "small base of 2" in frame["reason"][0]
