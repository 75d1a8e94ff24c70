"""What moved where: along with the change, against it, and never a reason that nobody knows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.sentences import Prose, why
from tests.sentences.frames import causes, scope


def said(prose: Prose) -> str:
    """The sentence without the marks that keep a sign and its amount on one line."""
    return str(prose).replace("\u2060", "")


def test_a_rise_names_what_grew_first_and_what_shrank_after_it() -> None:
    text = said(why(causes({"Paris": 30, "Rome": 12, "Oslo": -8})))
    assert text.startswith(
        "Bookings rose by 34 against September 2026. By destination, the largest parts were "
    )
    assert "Paris (+30) and Rome (+12); against it moved Oslo (−8)" in text


def test_a_fall_names_what_shrank_first() -> None:
    text = said(why(causes({"Paris": -30, "Rome": -12, "Oslo": 8})))
    assert text.startswith("Bookings fell by 34 ")
    assert "Paris (−30) and Rome (−12); against it moved Oslo (+8)" in text


@given(st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(-99, 99).filter(bool), min_size=1))
def test_turning_every_sign_turns_every_word(effects: dict[str, int]) -> None:
    text = said(why(causes(effects), most=8))
    turned = said(why(causes({group: -effect for group, effect in effects.items()}), most=8))
    swapped = {"rose": "fell", "fell": "rose", "+": "−", "−": "+"}
    moved = sum(effects.values())
    if moved:
        assert re.sub(r"rose|fell|\+|−", lambda found: swapped[found[0]], text) == turned
        assert ("rose" in text) == (moved > 0) and ("fell" in text) == (moved < 0)
    else:
        assert "rose" not in text and "fell" not in text


def test_groups_that_make_up_for_each_other_are_told_without_a_direction() -> None:
    text = said(why(causes({"Paris": 5, "Rome": -5})))
    assert "about where it was in September 2026" in text
    assert "Paris (+5) and Rome (−5)" in text and "rose" not in text and "fell" not in text


def test_a_share_moves_in_points_and_what_is_too_small_to_show_is_left_out() -> None:
    text = said(why(causes({"Paris": 0.012, "Rome": 0.00001}, unit="share")))
    assert "rose by 1.2 points" in text and "Paris (+1.2" in text and "Rome" not in text
    none = said(why(causes({"Paris": 0.00001, "Rome": -0.00002}, unit="share")))
    assert "did not move" in none and "rose" not in none and "fell" not in none


def test_money_has_its_currency() -> None:
    text = said(why(causes({"Paris": Decimal("1200.50"), "Rome": Decimal("-200.25")}, unit="EUR")))
    assert "rose by €1,000.25" in text and "Rome (−€200.25)" in text


def test_it_claims_no_reason() -> None:
    text = said(why(causes({"Paris": 3})))
    assert text.endswith("These are the groups in which it moved, which is not yet a reason why.")
    assert not re.search(r"because|due to|caused", text)


def test_without_rows_it_says_why() -> None:
    text = said(why(causes({}, reason="the data begins on 2024-01-01")))
    assert text == "What moved bookings cannot be told: the data begins on 2024-01-01."


def test_a_running_period_is_compared_with_as_much_of_the_one_before() -> None:
    now = scope(as_of=scope().period.start.replace(month=10, day=15))
    text = said(why(causes({"Paris": 3}, scope=now, compared=now.compared("previous"))))
    assert "against the same part of September 2026" in text


@pytest.mark.parametrize("most", [1, 2])
def test_only_the_largest_are_named(most: int) -> None:
    text = said(why(causes({"A": 3, "B": 2, "C": 1}), most=most))
    assert text.count("(+") == most and "A (+3)" in text


def test_a_sign_stays_on_the_line_of_its_amount() -> None:
    assert "(+\u2060€5.00)" in str(why(causes({"Paris": Decimal(5)}, unit="EUR")))
