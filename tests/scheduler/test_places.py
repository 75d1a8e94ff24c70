"""Places: what a report is about as a path, and back again, for every partner, currency, zone and locale."""

from __future__ import annotations

from pathlib import PurePosixPath
from zoneinfo import available_timezones

import pytest
from babel.localedata import locale_identifiers
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from scheduler.places import Place, locale_word, path_of, place_of

ZONES = sorted(available_timezones())
CURRENCIES = sorted(list_currencies())
LOCALES = sorted(set(locale_identifiers()) - {"root"})
PARTNERS = st.text(min_size=1, max_size=12) | st.sampled_from(
    [
        "EUR",
        "de",
        "UTC",
        "Europe-Madrid",
        "~2f",
        "a/b",
        "a-b",
        "a.b",
        "all",
        "b2b",
        "pt_BR",
        "..",
        " ",
        "京都",
    ]
)
PLACES = st.builds(
    Place,
    period=st.sampled_from(["2026", "2026-Q3", "2026-W43", "2026-10-25T02+0200", "all"]),
    notebook=st.sampled_from(["bookings", "my.report", "b2b"]),
    business_models=st.lists(st.sampled_from(["b2c", "b2b", "b2b2c"]), unique=True).map(tuple),
    partners=st.lists(PARTNERS, max_size=3).map(tuple),
    currency=st.just("") | st.sampled_from(CURRENCIES),
    zone=st.just("") | st.sampled_from(ZONES),
    locale=st.just("") | st.sampled_from(LOCALES),
    until=st.just("") | st.just("2026-10-15T1200"),
)


@given(PLACES)
def test_a_path_says_what_the_report_is_about(place: Place) -> None:
    path = path_of(place)
    assert place_of(path) == place
    assert len(path.parts) == 3 and not path.name.startswith(".")


@given(PLACES, PLACES)
def test_two_reports_never_share_a_place(one: Place, other: Place) -> None:
    assert (path_of(one) == path_of(other)) == (one == other)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Place("2026-10", "bookings"), "2026-10/bookings/all"),
        (Place("2026-10", "bookings", ("b2b", "b2c")), "2026-10/bookings/b2b+b2c"),
        (Place("2026-10", "bookings", partners=("ag-001", "to_2")), "2026-10/bookings/all.ag-001.to_2"),
        (
            Place("2026-10", "x", ("b2b",), ("ag-1",), "USD", "America/New_York", "de", "2026-10-15T1200"),
            "2026-10-to-2026-10-15T1200/x/b2b.ag-1.USD.America-New_York.de",
        ),
        (Place("2026", "x", partners=("a/b.c",)), "2026/x/all.a~2fb~2ec"),
        (Place("2026", "x", partners=("EUR", "de", "UTC")), "2026/x/all.~45UR.~64e.~55TC"),
        (Place("2026", "x", partners=("failed",)), "2026/x/all.~66ailed"),
        (Place("2026", "x", currency="CAD", locale="de"), "2026/x/all.CAD.de"),
    ],
)
def test_places_are_written_as_the_design_says(place: Place, path: str) -> None:
    assert path_of(place).as_posix() == path
    assert place_of(PurePosixPath(path)) == place


def test_no_name_is_of_two_kinds() -> None:
    """Each of them alone is read as what it is."""
    for field, words in (("currency", CURRENCIES), ("zone", ZONES), ("locale", LOCALES)):
        for word in words:
            place = Place("2026", "x", **{field: word})  # type: ignore[arg-type]
            assert place_of(path_of(place)) == place


@pytest.mark.parametrize("name", ["<b>all", "", "all.~ff", "all.~zz", "x y..z", "+"])
def test_any_path_of_three_parts_can_be_read(name: str) -> None:
    assert place_of(PurePosixPath("some folder", "x", name or "-")).notebook == "x"


def test_locales_have_one_spelling() -> None:
    assert [locale_word(name) for name in ("pt-BR", "pt_br", "DE", "en")] == ["pt_BR", "pt_BR", "de", "en"]
    with pytest.raises(InputError, match="klingon"):
        locale_word("klingon")
