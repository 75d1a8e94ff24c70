"""Numbers as readers of a locale write them: exact, signed, with their unit, and missing where missing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib import formatting
from analytics_lib.errors import InputError
from analytics_lib.scope import Period

NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def test_a_missing_number_is_never_a_zero() -> None:
    texts = [
        formatting.count(None),
        formatting.compact(None),
        formatting.decimal(None),
        formatting.percent(None),
        formatting.money(None, "EUR"),
        formatting.compact_money(None, "EUR"),
        formatting.quantity(None, "nights"),
        formatting.change(None, None, "count"),
    ]
    assert set(texts) == {formatting.MISSING}


def test_money_is_written_to_the_minor_unit_of_its_currency_and_the_readers_way() -> None:
    assert formatting.money(Decimal("1234567.89"), "EUR", "de_DE") == f"1.234.567,89{NO_BREAK}€"
    assert formatting.money(Decimal("1234567.89"), "EUR", "en") == "€1,234,567.89"
    assert formatting.money(Decimal(1234), "JPY", "en") == "¥1,234"
    assert formatting.money(Decimal("1.234"), "KWD", "en").endswith("1.234")
    assert [formatting.currency_decimals(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]


def test_amounts_beyond_what_floats_hold_stay_exact() -> None:
    assert formatting.money(Decimal("90071992547409.93"), "EUR") == "€90,071,992,547,409.93"
    assert formatting.count(2**53 + 1) == "9,007,199,254,740,993"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (12_345, "12.3K"),
        (99_999, "100K"),
        (999_499, "999K"),
        (999_999, "1.00M"),
        (1_234_567, "1.23M"),
        (999_999_999, "1.00B"),
        (-12_345, f"{MINUS}12.3K"),
        (-999_999, f"{MINUS}1.00M"),
    ],
)
def test_tiles_show_three_digits(value: int, text: str) -> None:
    assert formatting.compact(value) == text
    sign, digits = (MINUS, text[1:]) if value < 0 else ("", text)
    cents = ".00" if abs(value) < 10_000 else ""
    assert formatting.compact_money(Decimal(value), "EUR") == f"{sign}€{digits}{cents}"


@given(st.integers(10_000, 9 * 10**14))
def test_an_abbreviation_is_near_the_number_and_has_three_digits(value: int) -> None:
    text = formatting.compact(value)
    number = float(text.rstrip("KMBT")) * 1000 ** (" KMBT".index(text[-1]))
    assert number == pytest.approx(value, rel=0.0051)
    assert len(text.rstrip("KMBT").replace(".", "")) == 3


def test_shares_are_percentages_and_change_in_points() -> None:
    assert formatting.percent(0.3704) == "37.0%"
    assert formatting.percent(0.3704, "de") == f"37,0{NO_BREAK}%"
    assert formatting.change(0.0123, None, "share") == f"+1.2{formatting.NARROW_SPACE}pp"
    assert formatting.change(-0.0123, None, "share") == f"{MINUS}1.2{formatting.NARROW_SPACE}pp"


def test_changes_carry_a_sign_and_the_relative_change_only_if_there_is_one() -> None:
    assert formatting.change(412, 0.035, "count") == "+412 (+3.5%)"
    assert formatting.change(-412, -0.035, "count") == f"{MINUS}412 ({MINUS}3.5%)"
    assert formatting.change(412, None, "count") == "+412"
    assert formatting.change(Decimal("-10.50"), -0.5, "EUR") == f"{MINUS}€10.50 ({MINUS}50.0%)"


def test_units_are_named_in_the_right_number() -> None:
    assert formatting.quantity(1, "days") == "1 day"
    assert formatting.quantity(69.0, "days") == "69 days"
    assert formatting.quantity(2.5, "nights") == "2.5 nights"
    assert formatting.quantity(2.0, "people") == "2 people"
    assert formatting.quantity(0.5, "share") == "50.0%"
    assert formatting.quantity(12_345, "count") == "12,345"
    assert formatting.quantity(12_345, "count", is_compact=True) == "12.3K"
    assert formatting.quantity(Decimal("9.5"), "EUR") == "€9.50"


@pytest.mark.parametrize(
    ("name", "title", "preposition"),
    [
        ("2026-10", "October 2026", "in"),
        ("2026-W43", "week 43 of 2026", "in"),
        ("2026-Q3", "Q3 2026", "in"),
        ("2026", "2026", "in"),
        ("2026-10-25", "Sunday, October 25, 2026", "on"),
        ("2026-W53", "week 53 of 2026", "in"),
    ],
)
def test_periods_are_named_as_people_name_them(name: str, title: str, preposition: str) -> None:
    period = Period.named(name, "Europe/Madrid")
    assert formatting.period_title(period) == title
    assert formatting.preposition(period) == preposition


def test_a_week_belongs_to_its_iso_year() -> None:
    assert formatting.period_title(Period.named("2027-W01")) == "week 1 of 2027"
    assert formatting.period_title(Period.named("2020-W53")) == "week 53 of 2020"


def test_months_speak_the_readers_language() -> None:
    period = Period.named("2026-10")
    assert formatting.period_title(period, "de") == "Oktober 2026"
    assert formatting.period_title(period, "ja") == "2026年10月"


def test_instants_are_shown_on_the_wall_clock_with_its_zone() -> None:
    text = formatting.instant(datetime(2026, 10, 31, 23), "Europe/Madrid")
    assert text == "Nov 1, 2026, 00:00 (Europe/Madrid)"


def test_groups_are_read_as_words() -> None:
    assert formatting.group_label("b2b2c", "business_model") == "B2B2C"
    assert formatting.group_label("Direct", "channel") == "Direct"
    assert formatting.group_label("partner_portal", "channel") == "partner portal"
    assert formatting.group_label("3 8 to 30 days", "lead_time_band") == "8 to 30 days"
    assert formatting.group_label("unknown", "lead_time_band") == "unknown"
    assert formatting.group_label("5 Terre Tours", "partner_name") == "5 Terre Tours"


@pytest.mark.parametrize("name", ["xx_YY", "english please", "", "123"])
def test_an_unknown_locale_is_named(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}'"):
        formatting.reader_locale(name)


def test_an_unknown_currency_is_named() -> None:
    with pytest.raises(InputError, match="'EURO'"):
        formatting.currency_decimals("EURO")


def test_dimensions_are_named_as_people_name_them() -> None:
    names = ("product_name", "month_of_year", "hour_of_day", "lead_time_band", "name_plate")
    assert [formatting.spoken(name) for name in names] == [
        *("product", "month", "hour", "lead time band", "name plate")
    ]
