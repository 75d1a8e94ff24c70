"""Lengths of time and sizes of files in four locales, written by hand and read back."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics_lib.formatting import duration, file_size

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
SECONDS = {"ms": 0.001, "s": 1, "min": 60, "h": 3_600, "day": 86_400, "days": 86_400}
BYTES = {"bytes": 1, "byte": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15}


def spaced(text: str) -> str:
    return text.replace("_", NO_BREAK)


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        (
            "en",
            ["0_s", "450_ms", "1_s", "43.2_s", "12_min 5_s", "3_h", "3_h 12_min", "1 day 1_h", "2 days 3_h"],
        ),
        (
            "de",
            [
                "0_Sek.",
                "450_ms",
                "1_Sek.",
                "43,2_Sek.",
                "12_Min. 5_Sek.",
                "3_Std.",
                "3_Std. 12_Min.",
                "1 Tag 1_Std.",
                "2 Tage 3_Std.",
            ],
        ),
        (
            "es",
            ["0_s", "450_ms", "1_s", "43,2_s", "12_min 5_s", "3_h", "3_h 12_min", "1 día 1_h", "2 días 3_h"],
        ),
        (
            "ja",
            [
                "0_秒",
                "450_ms",
                "1_秒",
                "43.2_秒",
                "12_分 5_秒",
                "3_時間",
                "3_時間 12_分",
                "1 日 1_時間",
                "2 日 3_時間",
            ],
        ),
    ],
)
def test_durations_are_in_their_two_greatest_units(locale: str, texts: list[str]) -> None:
    values = (0, 0.45, 1, 43.2, 725, 10_800, 11_520, 90_000, 183_600)
    assert [duration(value, locale) for value in values] == [spaced(text) for text in texts]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0.4_ms"),
        (0.9996, "1_s"),
        (59.97, "1_min"),
        (3_599.4, "59_min 59_s"),
        (3_599.6, "1_h"),
        (86_399, "1 day"),
        (-11_520, f"{MINUS}3_h 12_min"),
        (-0.45, f"{MINUS}450_ms"),
        (10**9, "11,574 days"),
        (Decimal("8.64E44"), "1.00E40 days"),
    ],
)
def test_durations_at_the_edges(seconds: Decimal, text: str) -> None:
    assert duration(seconds) == spaced(text)


@given(st.floats(0.001, 10**8))
@example(59.95)
@example(3_599.5)
@example(86_370.0)
@example(86_399_999.0)
def test_a_duration_is_as_long_as_it_says(seconds: float) -> None:
    text = duration(seconds)
    parts = re.findall(r"([\d,.]+)\s(\w+)", text)
    assert 1 <= len(parts) <= 2 and "".join(parts[0]) != ""
    read = sum(float(number.replace(",", "")) * SECONDS[unit] for number, unit in parts)
    # Half of what comes after the two greatest units is lost at most.
    finest = {"days": 43_200, "day": 43_200, "h": 1_800, "min": 30, "s": 0.5, "ms": 0.5}[parts[-1][1]]
    known = max(finest, 1_800 if seconds >= 86_400 else 30 if seconds >= 3_600 else 0)
    assert abs(read - seconds) <= (known if seconds < 86_400_000 else 43_200)
    assert all(float(number.replace(",", "")) > 0 for number, _ in parts)
    for number, unit in parts[1:]:
        assert float(number) < {"h": 24, "min": 60, "s": 60}[unit]


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ["0_bytes", "1_byte", "532_bytes", "1.24_kB", "1.00_MB", "12.4_GB"]),
        ("de", ["0_Byte", "1_Byte", "532_Byte", "1,24_kB", "1,00_MB", "12,4_GB"]),
        ("es", ["0_bytes", "1_byte", "532_bytes", "1,24_kB", "1,00_MB", "12,4_GB"]),
        ("ja", ["0_バイト", "1_バイト", "532_バイト", "1.24_KB", "1.00_MB", "12.4_GB"]),
    ],
)
def test_sizes_are_decimal_and_have_three_digits(locale: str, texts: list[str]) -> None:
    values = (0, 1, 532, 1_240, 999_999, 12_400_000_000)
    assert [file_size(value, locale) for value in values] == [spaced(text) for text in texts]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (999.6, "1.00_kB"),
        (9_999, "10.0_kB"),
        (-5_000, f"{MINUS}5.00_kB"),
        (10**18, "1,000_PB"),
        (1e15, "1.00_PB"),
    ],
)
def test_sizes_at_the_edges(size: float, text: str) -> None:
    assert file_size(size) == spaced(text)


@given(st.integers(1, 10**18))
def test_a_size_is_as_large_as_it_says(size: int) -> None:
    number, unit = file_size(size).split(NO_BREAK)
    read = float(number.replace(",", "")) * BYTES[unit]
    assert read == pytest.approx(size, rel=0.0051)
    digits = number.replace(",", "").replace(".", "")
    assert len(digits) == 3 or unit in ("bytes", "byte") or size >= 999_500_000_000_000
