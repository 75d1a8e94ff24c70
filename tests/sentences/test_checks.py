"""What was checked: how much, what was found, what cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics_lib import AnalyticsService
from analytics_lib.rules import RuleBreak
from analytics_lib.sentences import checks


@dataclass(frozen=True)
class Found:
    rows: dict[str, int]
    rule_breaks: tuple[RuleBreak, ...] = ()
    without_base: dict[str, int] = field(default_factory=dict)
    missing_tables: tuple[str, ...] = ()
    not_served: dict[str, str] = field(default_factory=dict)


def test_clean_data_is_said_to_keep_every_rule(small: AnalyticsService) -> None:
    text = str(checks(small.check()))
    assert "Every row keeps every rule" in text and "cannot be answered" not in text


def test_each_broken_rule_is_named_with_its_rows() -> None:
    broken = RuleBreak("guests", "A booking has guests.", "bookings", 1234, ())
    text = str(checks(Found({"bookings": 5000}, (broken,), {"bookings.price_base_minor": 7, "x.y": 0})))
    assert "5,000 rows of 1 tables" in text
    assert "- In `bookings`, 1,234 rows: A booking has guests." in text
    assert "- 7 amounts of `bookings.price_base_minor` have no exchange rate" in text
    assert "x.y" not in text and "keeps every rule" not in text


def test_what_cannot_be_answered_is_counted() -> None:
    text = str(checks(Found({"bookings": 1}, missing_tables=("payments",), not_served={"a": "", "b": ""})))
    assert "2 metrics cannot be answered, because the source has no `payments`." in text
