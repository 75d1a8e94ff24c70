"""Numbers with what they count."""

from __future__ import annotations

from analytics_lib.models.wording import counted


def test_one_is_no_plural() -> None:
    assert counted(1, "group") == "1 group"
    assert counted(0, "group") == "0 groups"
    assert counted(2_000, "person", "people") == "2,000 people"
