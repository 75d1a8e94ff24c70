"""Days, instants and periods in four locales, written by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from analytics_lib.formatting import MISSING, date_text, instant, period_title
from analytics_lib.scope import Period

MADRID = "Europe/Madrid"
NARROW = "\N{NARROW NO-BREAK SPACE}"
NAMES = ("2026-10-24T23", "2026-10-25", "2026-W43", "2026-10", "2026-Q3", "2026")


@pytest.mark.parametrize(
    ("locale", "titles"),
    [
        (
            "en",
            [
                "October 24, 2026, 23:00 to 00:00",
                "Sunday, October 25, 2026",
                "week 43 of 2026",
                "October 2026",
                "Q3 2026",
                "2026",
                "all time",
            ],
        ),
        (
            "de",
            [
                "24. Oktober 2026, 23:00 bis 00:00 Uhr",
                "Sonntag, 25. Oktober 2026",
                "KW 43 2026",
                "Oktober 2026",
                "Q3 2026",
                "2026",
                "gesamter Zeitraum",
            ],
        ),
        (
            "es",
            [
                "24 de octubre de 2026, de 23:00 a 0:00",
                "domingo, 25 de octubre de 2026",
                "semana 43 de 2026",
                "octubre de 2026",
                "T3 2026",
                "2026",
                "todo el período",
            ],
        ),
        (
            "ja",
            [
                "2026年10月24日 23:00～0:00",
                "2026年10月25日日曜日",
                "2026年第43週",
                "2026年10月",
                "2026年第3四半期",
                "2026年",
                "全期間",
            ],
        ),
    ],
)
def test_every_time_frame_has_a_title(locale: str, titles: list[str]) -> None:
    periods = [Period.named(name, MADRID) for name in NAMES]
    periods.append(Period.whole(datetime(2026, 1, 1), datetime(2027, 1, 1), MADRID))
    assert [period_title(period, locale) for period in periods] == titles


def test_weeks_are_iso_weeks_in_every_locale() -> None:
    # It begins on the 29th of December 2025.
    assert period_title(Period.named("2026-W01"), "es") == "semana 1 de 2026"
    # The United States count weeks from Sunday, and this one as the first of 2027.
    week = Period.named("2026-W53")
    assert period_title(week, "en_US") == "week 53 of 2026"
    assert period_title(week, "de_DE") == "KW 53 2026"


def test_other_languages_have_their_own_dates_and_our_english_words() -> None:
    assert period_title(Period.named("2026-10"), "fr") == "octobre 2026"
    assert period_title(Period.named("2026-W43"), "fr") == "week 43 of 2026"


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Nov 1, 2026, 00:05 (Europe/Madrid)"),
        ("en_US", f"Nov 1, 2026, 12:05{NARROW}AM (Europe/Madrid)"),
        ("en_GB", "1 Nov 2026, 00:05 (Europe/Madrid)"),
        ("de", "01.11.2026, 00:05 (Europe/Madrid)"),
        ("es", "1 nov 2026, 0:05 (Europe/Madrid)"),
        ("es_MX", f"1 nov 2026, 12:05{NARROW}a.m. (Europe/Madrid)"),
        ("ja", "2026/11/01 0:05 (Europe/Madrid)"),
    ],
)
def test_instants_are_on_the_clock_of_the_locale(locale: str, text: str) -> None:
    assert instant(datetime(2026, 10, 31, 23, 5), MADRID, locale) == text


def test_an_hour_that_comes_twice_says_which_one_it_is() -> None:
    first, second = (Period.named(f"2026-10-25T02+0{offset}00", MADRID) for offset in (2, 1))
    assert period_title(first) == "October 25, 2026, 02:00 to 03:00 (UTC+2)"
    assert period_title(second) == "October 25, 2026, 02:00 to 03:00 (UTC+1)"
    assert instant(datetime(2026, 10, 25, 0, 30), MADRID) == "Oct 25, 2026, 02:30 (Europe/Madrid, UTC+2)"
    assert instant(datetime(2026, 10, 25, 1, 30), MADRID) == "Oct 25, 2026, 02:30 (Europe/Madrid, UTC+1)"
    assert instant(datetime(2026, 10, 25, 2, 30), MADRID) == "Oct 25, 2026, 03:30 (Europe/Madrid)"


def test_offsets_are_written_to_the_minute_with_a_true_minus() -> None:
    # Newfoundland goes back from UTC-2:30 to UTC-3:30.
    text = instant(datetime(2026, 11, 1, 4), "America/St_Johns")
    assert text == "Nov 1, 2026, 01:30 (America/St_Johns, UTC\N{MINUS SIGN}2:30)"


def test_the_hour_that_the_spring_change_skips_is_not_named() -> None:
    assert period_title(Period.named("2026-03-29T01", MADRID)) == "March 29, 2026, 01:00 to 03:00"


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["10/5/26", "Oct 5, 2026", "October 5, 2026", "Monday, October 5, 2026"]),
        ("de", ["05.10.26", "05.10.2026", "5. Oktober 2026", "Montag, 5. Oktober 2026"]),
        ("es", ["5/10/26", "5 oct 2026", "5 de octubre de 2026", "lunes, 5 de octubre de 2026"]),
        ("ja", ["2026/10/05", "2026/10/05", "2026年10月5日", "2026年10月5日月曜日"]),
    ],
)
def test_days_in_four_lengths(locale: str, texts: list[str]) -> None:
    day = date(2026, 10, 5)
    assert date_text(day, locale) == texts[1]
    assert [
        date_text(day, locale, style="short"),
        date_text(day, locale, style="medium"),
        date_text(day, locale, style="long"),
        date_text(day, locale, style="full"),
    ] == texts


def test_a_missing_day_is_a_dash() -> None:
    assert date_text(None, "ja") == MISSING
    assert instant(None, MADRID) == MISSING
