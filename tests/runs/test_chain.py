"""The chain: no row can be changed, removed, moved or doubled without a trace."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_lib.errors import InputError
from analytics_lib.runs.chain import GENESIS, NO_ROWS, Event, Head, News, canonical, chained
from analytics_lib.runs.checking import MOST_FAULTS, faults

FILE = "the head file"

texts = st.text(max_size=5)
news = st.builds(
    News,
    run_id=texts,
    target=texts,
    attempt=st.integers(1, 9),
    state=st.sampled_from(["queued", "running", "lost"]),
    content=st.dictionaries(texts, st.one_of(st.none(), st.booleans(), st.integers(), texts), max_size=3),
)


def chain(written: Sequence[News]) -> list[Event]:
    rows: list[Event] = []
    for each in written:
        rows.append(chained(each, "2026-11-27T04:05:20Z", rows[-1].head if rows else NO_ROWS))
    return rows


def found(rows: Sequence[Event], head: Head | None, *, is_shared: bool = False) -> list[str]:
    return list(faults(rows, head, FILE, is_shared=is_shared))


chains = st.lists(news, min_size=1, max_size=8).map(chain)


def test_a_hash_is_what_the_page_on_it_says() -> None:
    row = chained(News("r", "/t", 1, "queued", {"b": 1, "a": "ü"}), "2026-11-27T04:05:20Z", NO_ROWS)
    said = r'[1,"2026-11-27T04:05:20Z","r","/t",1,"queued","{\"a\":\"\\u00fc\",\"b\":1}"]'
    assert row.content == '{"a":"\\u00fc","b":1}'
    assert row.hash == hashlib.sha256(f"{GENESIS}\n{said}".encode()).hexdigest()


@given(chains)
def test_what_was_written_holds(rows: list[Event]) -> None:
    assert found(rows, rows[-1].head) == []
    for behind in rows:
        assert found(rows, behind.head) == []
    assert found(rows, NO_ROWS) == []


@given(chains, st.data())
def test_every_changed_value_is_found(rows: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(["at", "run_id", "target", "attempt", "state", "content"]))
    new = data.draw(st.integers(10, 20) if column == "attempt" else st.text(min_size=1))
    if new == getattr(rows[at], column):
        return
    changed = [*rows[:at], rows[at]._replace(**{column: new}), *rows[at + 1 :]]
    assert found(changed, rows[-1].head) == [f"Row {at + 1} was changed after it was written."]


@given(chains, st.data())
def test_a_row_that_was_forged_with_its_hash_breaks_the_next_or_the_head(
    rows: list[Event], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    before = rows[at - 1].head if at else NO_ROWS
    forged = chained(News("forged run", "/t", 1, "queued", {}), "2026-11-27T04:05:20Z", before)
    said = found([*rows[:at], forged, *rows[at + 1 :]], rows[-1].head)
    if at + 1 < len(rows):
        assert said == [f"Row {at + 2} does not follow the row before it: one of them was written anew."]
    else:
        assert said == [f"Row {at + 1} is not the one that {FILE} has seen: it was written anew."]


@given(chains, st.data())
def test_removed_rows_are_found(rows: list[Event], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(rows)))
    last = data.draw(st.integers(first, len(rows)))
    said = found(rows[: first - 1] + rows[last:], rows[-1].head)
    if last == len(rows):
        assert said == [
            f"The ledger ends at row {first - 1}, but row {last} was written: rows at the end were removed."
        ]
    else:
        assert said == [
            f"Row {first} is missing." if first == last else f"Rows {first} to {last} are missing."
        ]


@given(chains, st.data())
def test_rows_that_changed_places_are_found(rows: list[Event], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    moved = [rows[to]._replace(sequence=at + 1) for at, to in enumerate(order)]
    assert (found(moved, rows[-1].head) == []) is (moved == rows)


@given(chains, st.data())
def test_two_rows_of_one_number_are_found(rows: list[Event], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    assert f"There is more than one row {at + 1}." in found([*rows[: at + 1], *rows[at:]], rows[-1].head)


def test_a_missing_head_file_is_wrong_where_nobody_else_writes() -> None:
    rows = chain([News("r", "/t", 1, "queued", {})])
    (said,) = found(rows, None)
    assert said.startswith(f"The head file {FILE} is missing") and rows[-1].hash in said
    assert found(rows, None, is_shared=True) == []
    assert found([], None) == []


def test_a_list_of_faults_ends() -> None:
    rows = chain([News("r", "/t", 1, "queued", {})] * (2 * MOST_FAULTS))
    said = found([row._replace(run_id="x") for row in rows], rows[-1].head)
    assert len(said) == MOST_FAULTS + 1
    assert said[-1] == "There is more that is wrong: this list was cut."


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_what_json_does_not_know_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="The ledger keeps text, numbers, lists and mappings only"):
        canonical({"value": value})
