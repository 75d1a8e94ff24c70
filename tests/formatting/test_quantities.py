"""Numbers in their metric's unit, and their changes, in four locales written by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from analytics_lib import formatting
from analytics_lib.errors import InputError
from analytics_lib.formatting import change, quantity

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("locale", "days", "nights", "people"),
    [
        ("en", ["1 day", "69 days", "2.5 days"], ["1 night", "2.5 nights"], "2 people"),
        ("de", ["1 Tag", "69 Tage", "2,5 Tage"], ["1 Nacht", "2,5 Nächte"], "2 Personen"),
        ("es", ["1 día", "69 días", "2,5 días"], ["1 noche", "2,5 noches"], "2 personas"),
        ("ja", ["1 日", "69 日", "2.5 日"], ["1 泊", "2.5 泊"], "2 人"),
    ],
)
def test_units_have_the_plural_of_the_number_shown(
    locale: str, days: list[str], nights: list[str], people: str
) -> None:
    assert [quantity(value, "days", locale) for value in (1, 69.0, 2.5)] == days
    assert [quantity(value, "nights", locale) for value in (1, 2.5)] == nights
    assert quantity(2, "people", locale) == people


def test_ninety_nine_hundredths_of_a_night_are_shown_as_one_point_nought_nights() -> None:
    assert quantity(Decimal("0.99"), "nights") == "1.0 nights"
    assert quantity(-1, "days", "de") == f"{MINUS}1 Tag"
    assert quantity(1_234, "days", "es") == "1234 días"


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["0 ms", "3.4 ms", "1,250 ms", "9,999 ms", "10.0 s", "12.3 s", "75.0 s"]),
        ("de", ["0 ms", "3,4 ms", "1.250 ms", "9.999 ms", "10,0 Sek.", "12,3 Sek.", "75,0 Sek."]),
        ("es", ["0 ms", "3,4 ms", "1250 ms", "9999 ms", "10,0 s", "12,3 s", "75,0 s"]),
        ("ja", ["0 ms", "3.4 ms", "1,250 ms", "9,999 ms", "10.0 秒", "12.3 秒", "75.0 秒"]),
    ],
)
def test_latencies_are_milliseconds_and_from_ten_seconds_on_seconds(locale: str, texts: list[str]) -> None:
    values = (0, 3.4, 1_250, 9_999.4, 9_999.6, 12_345, 75_000)
    assert [quantity(value, "ms", locale) for value in values] == [
        text.replace(" ", NO_BREAK) for text in texts
    ]


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["450_ms", "43.0_s", "43.2_min", "3_h 12_min", "2 days 3_h"]),
        ("de", ["450_ms", "43,0_Sek.", "43,2_Min.", "3_Std. 12_Min.", "2 Tage 3_Std."]),
        ("es", ["450_ms", "43,0_s", "43,2_min", "3_h 12_min", "2 días 3_h"]),
        ("ja", ["450_ms", "43.0_秒", "43.2_分", "3_時間 12_分", "2 日 3_時間"]),
    ],
)
def test_seconds_are_readable(locale: str, texts: list[str]) -> None:
    values = (0.45, 43, 2_592, 11_520, 183_600)
    assert [quantity(value, "seconds", locale) for value in values] == [
        text.replace("_", NO_BREAK) for text in texts
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0_s"),
        (59.94, "59.9_s"),
        (59.96, "1.0_min"),
        (3_596, "59.9_min"),
        (3_598, "1_h"),
        (-90, "−1.5_min"),
    ],
)
def test_seconds_that_round_up_to_a_minute_are_a_minute(seconds: float, text: str) -> None:
    assert quantity(seconds, "seconds") == text.replace("_", NO_BREAK)


@pytest.mark.parametrize(
    ("locale", "score", "ratios"),
    [
        ("en", "4.31", ["4.56", "9.99", "10.0", "34.2"]),
        ("de", "4,31", ["4,56", "9,99", "10,0", "34,2"]),
        ("es", "4,31", ["4,56", "9,99", "10,0", "34,2"]),
        ("ja", "4.31", ["4.56", "9.99", "10.0", "34.2"]),
    ],
)
def test_scores_and_ratios_are_plain_numbers(locale: str, score: str, ratios: list[str]) -> None:
    assert quantity(4.306, "score", locale) == score
    assert [quantity(value, "ratio", locale) for value in (4.56, 9.994, 9.996, 34.2)] == ratios


def test_bytes_are_sizes() -> None:
    assert quantity(1_240_000, "bytes", "de") == f"1,24{NO_BREAK}MB"


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(InputError, match="'furlongs'"):
        quantity(3, "furlongs")


@pytest.mark.parametrize(
    ("locale", "points", "count", "money"),
    [
        ("en", f"+1.2{NARROW}pp", "+412 (+3.5%)", f"{MINUS}€10.50 ({MINUS}50.0%)"),
        (
            "de",
            f"+1,2{NARROW}PP",
            f"+412 (+3,5{NO_BREAK}%)",
            f"{MINUS}10,50{NO_BREAK}€ ({MINUS}50,0{NO_BREAK}%)",
        ),
        (
            "es",
            f"+1,2{NO_BREAK}p.{NARROW}p.",
            f"+412 (+3,5{NO_BREAK}%)",
            f"{MINUS}10,50{NO_BREAK}€ ({MINUS}50,0{NO_BREAK}%)",
        ),
        ("ja", "+1.2ポイント", "+412（+3.5%）", f"{MINUS}€10.50（{MINUS}50.0%）"),
    ],
)
def test_shares_change_in_points_and_all_else_in_percent(
    locale: str, points: str, count: str, money: str
) -> None:
    assert change(0.0123, 0.5, "share", locale) == points
    assert change(412, 0.035, "count", locale) == count
    assert change(Decimal("-10.50"), -0.5, "EUR", locale) == money


@pytest.mark.parametrize(
    ("absolute", "unit", "text"),
    [
        (-250, "ms", f"{MINUS}250_ms"),
        (12_345, "ms", "+12.3_s"),
        (-5_400, "seconds", f"{MINUS}1_h 30_min"),
        (0.02, "score", "+0.02"),
        (-0.004, "score", f"{MINUS}0.004"),
        (0.005, "ratio", "+0.005"),
        (-1.5, "ratio", f"{MINUS}1.50"),
        (1_240_000, "bytes", "+1.24_MB"),
        (1, "days", "+1 day"),
        (0.05, "nights", "+0.05 nights"),
        (0.0004, "share", f"+0.04{NARROW}pp"),
        (0.0005, "share", f"+0.05{NARROW}pp"),
        (-0.0000001, "share", f"{MINUS}0.00{NARROW}pp"),
    ],
)
def test_changes_are_signed_in_every_unit_and_small_ones_do_not_vanish(
    absolute: float, unit: str, text: str
) -> None:
    assert change(absolute, None, unit) == text.replace("_", NO_BREAK)


def test_no_change_has_no_sign() -> None:
    assert change(0, 0, "count") == "0 (0.0%)"
    assert change(0.0, None, "share") == f"0.0{NARROW}pp"
    assert change(-0.0, -0.0, "EUR") == "€0.00 (0.0%)"


def test_changes_are_abbreviated_where_their_tile_is() -> None:
    assert change(Decimal(-1_800_000), -0.1, "EUR", is_compact=True) == f"{MINUS}€1.80M ({MINUS}10.0%)"
    assert change(12_345, None, "count", is_compact=True) == "+12.3K"


def test_what_is_no_number_is_not_taken_for_a_missing_one() -> None:
    with pytest.raises(ArithmeticError):
        formatting.count(Fraction(1, 3))  # type: ignore[arg-type]
