"""Periods and scopes: what may be asked, and what it is compared with."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_lib import BusinessModel, Period, Scope, TimeFrame
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.scope import local_midnight_after, parse_instant
from tests.oracles.calendar import Look, first_instant
from tests.tables import PERIODS, ZONES

MADRID = "Europe/Madrid"
END = datetime(2026, 10, 31, 23)


def one_sentence(error: pytest.ExceptionInfo[BaseException], *named: str) -> None:
    text = str(error.value)
    assert text[-1] in ".?"
    assert "\n" not in text
    for name in named:
        assert name in text


# Periods


@pytest.mark.parametrize(
    ("frame", "previous", "year"),
    [
        ("2026-10", "2026-09", "2025-10"),
        ("2026-01", "2025-12", "2025-01"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2024", "2023", "2023"),
        # Days and weeks a year before fall on the same weekday: 364 days.
        ("2026-10-25", "2026-10-24", "2025-10-26"),
        ("2024-02-29", "2024-02-28", "2023-03-02"),
        ("2026-W01", "2025-W52", "2025-W01"),
        ("2027-W01", "2026-W53", "2026-W02"),
        ("2026-W53", "2026-W52", "2026-W01"),
        # The hour before the first 02 is 01; before the second it is the first.
        ("2026-10-25T02+0200", "2026-10-25T01+0200", "2025-10-26T02+0200"),
        ("2026-10-25T02+0100", "2026-10-25T02+0200", "2025-10-26T02+0200"),
        ("2026-03-29T03+0200", "2026-03-29T01+0100", "2025-03-30T03+0200"),
    ],
)
def test_periods_before(frame: str, previous: str, year: str) -> None:
    period = Period.named(frame, MADRID)
    assert period.name == frame
    assert period.compared("previous").name == previous
    assert period.compared("year").name == year
    assert period.shifted(-1).shifted(1) == period


def test_weeks_and_days_a_year_before_keep_their_weekday() -> None:
    for name in ("2026-10-25", "2026-03-01", "2025-12-31"):
        now = Period.named(name, MADRID)
        before = now.year_before()
        assert (now.local_start - before.local_start) == timedelta(days=364)
        assert now.local_start.weekday() == before.local_start.weekday()


@pytest.mark.parametrize(
    ("as_of", "last", "current"),
    [
        (datetime(2026, 10, 31, 23), "2026-10", "2026-11"),
        (datetime(2026, 10, 31, 22, 59, 59), "2026-09", "2026-10"),
    ],
)
def test_last_is_complete_and_current_is_to_date(as_of: datetime, last: str, current: str) -> None:
    assert Scope.build(period="last", as_of=as_of, zone=MADRID).period.name == last
    assert Scope.build(period="current", as_of=as_of, zone=MADRID).period.name == current


def test_all_has_nothing_to_compare_with() -> None:
    scope = Scope.build(period="all", as_of=END, data_from=datetime(2024, 1, 1))
    assert (scope.period.name, scope.period.start, scope.until) == ("all", datetime(2024, 1, 1), END)
    with pytest.raises(InputError) as caught:
        scope.compared("previous")
    one_sentence(caught, "'all'")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026-03-29T02", ("2026-03-29T02", "does not exist", MADRID)),
        ("2026-10-25T02", ("occurs twice", "2026-10-25T02+0200", "2026-10-25T02+0100")),
        ("2026-10-25T02+0300", ("2026-10-25T02+0300", "does not exist")),
        ("2026-W60", ("2026-W60",)),
        ("gestern", ("gestern",)),
    ],
)
def test_impossible_periods(name: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        Period.named(name, MADRID)
    one_sentence(caught, *words)


def test_hours_may_be_named_in_two_ways() -> None:
    assert Period.named("2026-10-25T01", MADRID) == Period.named("2026-10-25T01+02:00", MADRID)
    assert Period.named("2026-10-25T01Z", "UTC").name == "2026-10-25T01+0000"


def test_periods_are_never_empty_nor_aware() -> None:
    with pytest.raises(InputError) as caught:
        Period.whole(END, END)
    one_sentence(caught, str(END))
    with pytest.raises(InputError) as caught:
        Period.whole(END.replace(tzinfo=UTC), END + timedelta(days=1))
    one_sentence(caught, "naive UTC")


# Scopes


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"time_frame": "decade"}, ("time frame", "'decade'")),
        ({"zone": "Europe/Madird"}, ("time zone", "'Europe/Madird'", "Europe/Madrid")),
        ({"zone": "../../etc/passwd"}, ("time zone",)),
        ({"zone": ""}, ("time zone",)),
        ({"business_models": ["b2x"]}, ("business model", "'b2x'", "b2c")),
        ({"period": "2026-13"}, ("'2026-13'",)),
        ({"period": "2026-12"}, ("2026-12", "earlier period")),
    ],
)
def test_what_cannot_be_asked_is_refused_at_birth(words: dict[str, object], named: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        Scope.build(**{"as_of": END, "zone": MADRID, **words})  # type: ignore[arg-type]
    one_sentence(caught, *named)


def test_an_aware_as_of_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Scope.build(as_of=END.replace(tzinfo=UTC))
    one_sentence(caught, "as_of")


def test_scopes_are_values() -> None:
    scope = Scope.build(
        period="2026-09",
        as_of=END,
        business_models=["b2c", "b2c", BusinessModel.B2B],
        partners=["p", "q", "p"],
    )
    assert scope.business_models == (BusinessModel.B2C, BusinessModel.B2B)
    assert scope.partners == ("p", "q")
    assert scope == Scope.build(
        period="2026-09", as_of=END, business_models=["b2c", "b2b"], partners=["p", "q"], asked_for="me"
    )
    with pytest.raises(FrozenInstanceError):
        scope.as_of = END  # type: ignore[misc]


def test_a_scope_as_plain_values() -> None:
    scope = Scope.build(period="2026-10", as_of=datetime(2026, 10, 16, 10), zone=MADRID, partners=["p"])
    assert scope.to_dict() == {
        "time_frame": "month",
        "period": "2026-10",
        "start": "2026-09-30T22:00:00Z",
        "end": "2026-10-31T23:00:00Z",
        "zone": MADRID,
        "as_of": "2026-10-16T10:00:00Z",
        "is_partial": True,
        # 372 of 745 hours: October has a day of 25.
        "elapsed_fraction": 0.499329,
        "business_models": [],
        "partners": ["p"],
    }


# Comparison


@pytest.mark.parametrize(
    ("name", "as_of", "compare", "other", "until"),
    [
        # 30 days and 12 hours of March; February has only 28 days and is taken whole.
        ("2026-03", datetime(2026, 3, 31, 10), "previous", "2026-02", datetime(2026, 2, 28, 23)),
        # 14 days and 9.5 hours by the wall clock, in summer time like those a month before.
        ("2026-10", datetime(2026, 10, 15, 7, 30), "previous", "2026-09", datetime(2026, 9, 15, 7, 30)),
        # The clock went back on the 25th: noon of the 27th is 11:00 UTC, noon of 27 September 10:00 UTC.
        ("2026-10", datetime(2026, 10, 27, 11), "previous", "2026-09", datetime(2026, 9, 27, 10)),
        # 29 February has no like in 2025; the elapsed days reach to the end of the month.
        ("2028-02", datetime(2028, 2, 29, 11), "year", "2027-02", datetime(2027, 2, 28, 23)),
        # Saturday noon of a week against Saturday noon of the week 52 weeks before.
        ("2026-W43", datetime(2026, 10, 24, 10), "year", "2025-W43", datetime(2025, 10, 25, 10)),
        # Half an hour into the second hour 02 against half an hour into the first.
        (
            "2026-10-25T02+0100",
            datetime(2026, 10, 25, 1, 30),
            "previous",
            "2026-10-25T02+0200",
            datetime(2026, 10, 25, 0, 30),
        ),
    ],
)
def test_a_period_to_date_compares_with_the_same_elapsed_part(
    name: str, as_of: datetime, compare: str, other: str, until: datetime
) -> None:
    scope = Scope.build(period=name, as_of=as_of, zone=MADRID)
    assert scope.is_partial
    before = scope.compared(compare)  # type: ignore[arg-type]
    assert (before.period.name, before.until, before.as_of) == (other, until, until)


def test_a_complete_period_compares_with_the_whole_other_one_at_the_same_age() -> None:
    scope = Scope.build(period="2026-09", as_of=datetime(2026, 10, 14, 22), zone=MADRID)
    before = scope.compared("previous")
    assert not before.is_partial
    assert before.until == before.period.end == datetime(2026, 8, 31, 22)
    # Fourteen days after the end of September, and so after the end of August.
    assert before.as_of == datetime(2026, 9, 14, 22)


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(
    period=st.sampled_from(PERIODS),
    zone=st.sampled_from(ZONES),
    as_of=st.datetimes(datetime(2026, 4, 26), datetime(2026, 6, 20)),
    share=st.sampled_from((0.01, 0.3, 0.77, 0.999, None)),
    compare=st.sampled_from(("previous", "year")),
)
def test_comparison_agrees_with_the_oracles_calendar(
    period: tuple[str, str], zone: str, as_of: datetime, share: float | None, compare: str
) -> None:
    frame, name = period
    look = Look.at(name, frame, as_of, zone)
    if share is not None:
        within = look.start + timedelta(seconds=int((look.end - look.start).total_seconds() * share))
        look = Look.at(name, frame, within, zone)
    scope = Scope.build(period=name, as_of=look.as_of, zone=zone).compared(compare)  # type: ignore[arg-type]
    other = look.compared(compare)
    assert (scope.period.name, scope.period.start, scope.period.end) == (other.name, other.start, other.end)
    assert (scope.as_of, scope.until) == (other.as_of, other.until)


# Instants and dates


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-10-15", datetime(2026, 10, 14, 22)),
        ("2026-10-15T12:00", datetime(2026, 10, 15, 10)),
        ("2026-10-15T12:00Z", datetime(2026, 10, 15, 12)),
        ("2026-10-15T12:00-05:00", datetime(2026, 10, 15, 17)),
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1)),
    ],
)
def test_instants_from_text(text: str, wanted: datetime) -> None:
    assert parse_instant(text, MADRID) == wanted


@pytest.mark.parametrize("text", ["", "tomorrow", "15.10.2026", "2026-10-32", "12:00"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_instant(text, MADRID)
    one_sentence(caught, f"'{text}'")


@pytest.mark.parametrize("zone", ZONES)
def test_the_first_date_that_begins_not_before_an_instant(zone: str) -> None:
    for day in (date(2026, 3, 29), date(2026, 4, 24), date(2026, 4, 5), date(2026, 2, 15), date(2026, 7, 1)):
        began = first_instant(day, zone)
        assert local_midnight_after(began, zone) == day
        assert local_midnight_after(began + timedelta(seconds=1), zone) == day + timedelta(days=1)
        assert local_midnight_after(began - timedelta(seconds=1), zone) == day


def test_time_frames_are_these_six() -> None:
    assert [frame.value for frame in TimeFrame] == ["hour", "day", "week", "month", "quarter", "year"]
    with pytest.raises(UnknownName) as caught:
        TimeFrame("Month")
    one_sentence(caught, "'Month'", "month")


def test_the_last_months_end_where_the_scope_ends_and_begin_with_a_month() -> None:
    whole = Scope.build(period="2026-10", as_of=datetime(2026, 10, 31, 23), zone="Europe/Madrid").last_months(
        12
    )
    assert (whole.period.start, whole.period.end) == (datetime(2025, 10, 31, 23), datetime(2026, 10, 31, 23))
    assert whole.period.name == "12 months to 2026-10-31" and whole.course is TimeFrame.MONTH
    running = Scope.build(
        period="2026-10", as_of=datetime(2026, 10, 15, 9), zone="Europe/Madrid"
    ).last_months(2)
    assert (running.period.start, running.until) == (datetime(2026, 8, 31, 22), datetime(2026, 10, 15, 9))
    hour = Scope.build(period="2026-10-25T02+0200", as_of=datetime(2026, 10, 26), zone="Europe/Madrid")
    assert hour.last_months(1).period.start == datetime(2026, 9, 30, 22)


def test_a_stretch_of_months_has_no_period_before_it() -> None:
    stretch = Scope.build(period="2026-10", as_of=datetime(2026, 10, 31, 23)).last_months(3)
    with pytest.raises(InputError, match="'3 months to 2026-10-31' has no other to compare with"):
        stretch.period.shifted(-1)
