"""What `--faults` plants is found by `check`, fault by fault; the clean sample has none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib import schema
from analytics_lib.audits.check import all_audits, all_row_rules, check
from analytics_lib.rules import RuleBreak
from analytics_lib.sources import first_use
from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.sample import RECIPE, SamplePlan, content_hash, generate
from analytics_lib.sources.sample.mistakes import COPIES, DROPS, MISTAKES
from analytics_lib.sources.sample.planted import FAULTS, Fault
from analytics_lib.sources.sample.planting import plant
from analytics_lib.warehouse import open_warehouse
from tests.engines import postgresql_database
from tests.small_platform import Command

PLAN = SamplePlan(bookings=2_000)
TINY = (SamplePlan(bookings=1), SamplePlan(60, 7, date(2024, 2, 1)))
Breaks = tuple[RuleBreak, ...]


@pytest.fixture(scope="module")
def clean() -> dict[str, pd.DataFrame]:
    return collected(generate(PLAN))


@pytest.fixture(scope="module")
def faulty() -> dict[str, pd.DataFrame]:
    return collected(plant(generate(PLAN), PLAN))


def collected(tables: Iterator[tuple[str, pa.Table]]) -> dict[str, pd.DataFrame]:
    parts: dict[str, list[pa.Table]] = {}
    for name, rows in tables:
        parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(mine).to_pandas() for name, mine in parts.items()}


def breaks_at(url: str) -> Breaks:
    with open_warehouse(url) as warehouse:
        return check(warehouse).rule_breaks


def breaks_of(plan: SamplePlan, folder: Path) -> Breaks:
    url = f"duckdb:///{folder}/{plan.bookings}.duckdb"
    write_sample(plan, url, faults=True)
    return breaks_at(url)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Breaks]:
    if request.param == "duckdb":
        yield breaks_of(PLAN, tmp_path_factory.mktemp("faults"))
        return
    with postgresql_database(request.getfixturevalue("postgresql_server")) as url:
        write_sample(PLAN, url, faults=True)
        yield breaks_at(url)


def planted_in(breaks: Breaks) -> Counter[tuple[str, str]]:
    return Counter({(each.rule, each.table): each.rows for each in breaks})


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_is_found_by_its_rule(found: Breaks, fault: Fault) -> None:
    where = fault.rule, fault.found_in
    least = sum(each.rows for each in FAULTS if (each.rule, each.found_in) == where)
    most = least + sum(each.rows for each in FAULTS if where in each.besides)
    assert least <= planted_in(found)[where] <= most


def test_nothing_else_is_found(found: Breaks) -> None:
    told = {where for fault in FAULTS for where in ((fault.rule, fault.found_in), *fault.besides)}
    assert {(each.rule, each.table) for each in found} == told


def test_the_clean_sample_breaks_no_rule(small_url: str) -> None:
    assert breaks_at(small_url) == ()


@pytest.mark.parametrize("plan", TINY, ids=str)
def test_a_small_plan_holds_what_it_can_and_nothing_else(plan: SamplePlan, tmp_path: Path) -> None:
    allowed = {where for fault in FAULTS for where in ((fault.rule, fault.found_in), *fault.besides)}
    breaks = breaks_of(plan, tmp_path)
    assert {(each.rule, each.table) for each in breaks} <= allowed


def test_a_small_clean_sample_breaks_no_rule(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path}/clean.duckdb"
    write_sample(TINY[1], url)
    assert breaks_at(url) == ()


def test_tables_that_do_not_pass_by_are_not_missed(tmp_path: Path) -> None:
    only = SamplePlan(bookings=2_000, only=("payments",))
    found = {(each.rule, each.table) for each in breaks_of(only, tmp_path)}
    there = {fault for fault in FAULTS if fault.table in ("partners", "bookings", "payments")}
    assert found == {(fault.rule, fault.found_in) for fault in there}


def test_what_would_have_to_be_converted_is_left_out_without_rates() -> None:
    tables = [(name, rows) for name, rows in generate(PLAN) if name in ("bookings", "payments", "refunds")]
    planted = collected(plant(iter(tables), PLAN))
    original = collected(iter(tables))
    changed = changes(original["bookings"], planted["bookings"])
    (lost,) = (fault.rows for fault in FAULTS if fault.name == "rate_of_yesterday")
    assert len(changed) == rows_of("bookings") - lost
    assert len(planted["payments"]) == len(original["payments"]) + 5


def changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """The rows of `after` that are not in `before`, counting how often each is there."""
    texts = [frame.astype(str).agg("|".join, axis=1) for frame in (before, after)]
    left = Counter(texts[0])
    new = []
    for place, text in enumerate(texts[1]):
        if left[text]:
            left[text] -= 1
        else:
            new.append(place)
    return after.iloc[new]


def rows_of(table: str) -> int:
    """How many rows of a table are changed or added."""
    return sum(fault.rows for fault in FAULTS if fault.table == table and fault.name not in DROPS)


def test_as_many_rows_are_changed_as_is_told(
    clean: dict[str, pd.DataFrame], faulty: dict[str, pd.DataFrame]
) -> None:
    assert list(clean) == list(faulty)
    for name, before in clean.items():
        mine = [fault for fault in FAULTS if fault.table == name]
        if not mine and name != "about":
            assert before.equals(faulty[name]), name
            continue
        added = sum(fault.rows for fault in mine if fault.name in COPIES)
        gone = sum(fault.rows for fault in mine if fault.name in DROPS)
        assert len(faulty[name]) == len(before) + added - gone, name
        assert len(changes(before, faulty[name])) == (1 if name == "about" else rows_of(name)), name


def test_faults_lie_all_over_the_data(
    clean: dict[str, pd.DataFrame], faulty: dict[str, pd.DataFrame]
) -> None:
    for table, instant in (("bookings", "created_at"), ("payments", "attempted_at")):
        months = changes(clean[table], faulty[table])[instant].dt.to_period("Q")
        assert months.nunique() >= 8, table


def test_no_booking_has_two_faults_that_could_hide_each_other() -> None:
    small = TINY[1]
    before, after = collected(generate(small)), collected(plant(generate(small), small))
    spoilt: list[str] = []
    for name in ("bookings", "payments", "refunds", "commission_entries"):
        spoilt += changes(after[name], before[name])["booking_id"].tolist()
        if name in ("bookings", "payments"):
            key = f"{'booking' if name == 'bookings' else 'attempt'}_id"
            copies = after[name][after[name][key].duplicated() | after[name][key].str.endswith("-2")]
            spoilt += copies["booking_id"].tolist()
    assert len(spoilt) > 15
    assert len(set(spoilt)) == len(spoilt)


def test_refunds_payments_and_rates_are_wrong_as_told(faulty: dict[str, pd.DataFrame]) -> None:
    """Worked out with pandas alone."""
    bookings, payments = faulty["bookings"].drop_duplicates("booking_id"), faulty["payments"]
    captured = payments[payments["captured_at"].notna()].merge(bookings, on="booking_id", suffixes=("", "_b"))
    twice = captured[captured["amount_minor"] == 2 * captured["price_minor"]]
    assert len(twice) == 4
    at_one = payments[
        (payments["currency"] == "USD") & (payments["amount_minor"] == payments["amount_base_minor"])
    ]
    at_one_yen = payments[
        (payments["currency"] == "JPY") & (payments["amount_minor"] * 100 == payments["amount_base_minor"])
    ]
    foreign = payments[payments["currency"].isin(["GBP", "CHF", "SEK", "PLN"])]
    others = foreign[foreign["amount_minor"] == foreign["amount_base_minor"]]
    assert len(at_one) + len(at_one_yen) + len(others) == 5
    refunds = faulty["refunds"].merge(payments, on="attempt_id", suffixes=("", "_p"))
    assert (refunds["amount_minor"] > refunds["amount_minor_p"]).sum() == 4


def test_addresses_are_nobodys(faulty: dict[str, pd.DataFrame]) -> None:
    texts = pd.concat(
        [frame[name].astype(str) for frame in faulty.values() for name in frame.select_dtypes(object)]
    )
    addresses = texts[texts.str.contains("@")]
    assert len(addresses) == 8
    assert addresses.str.contains(r"@example\.com\b").all()


def test_the_same_faults_for_the_same_seed() -> None:
    other = SamplePlan(bookings=2_000, seed=PLAN.seed + 1)
    once, again = (content_hash(plant(generate(PLAN), PLAN)) for _ in range(2))
    assert once == again != content_hash(generate(PLAN))
    assert collected(plant(generate(other), other))["partners"]["name"].str.contains("@").sum() == 3


def test_rows_are_handed_on_as_they_come() -> None:
    pulled: list[str] = []

    def watched() -> Iterator[tuple[str, pa.Table]]:
        for name, rows in generate(PLAN):
            pulled.append(name)
            yield name, rows

    for handed, _ in enumerate(plant(watched(), PLAN), start=1):
        assert len(pulled) == handed


def test_the_list_of_faults_holds_together(small_url: str) -> None:
    names = [fault.name for fault in FAULTS]
    assert (
        len(set(names)) == len(names)
        and set(names) == set(MISTAKES)
        and set(COPIES) | set(DROPS) <= set(names)
    )
    with open_warehouse(small_url) as warehouse, warehouse.reading() as reader:
        now = reader.contents()
        rules = {(each.name, each.table) for each in (*all_row_rules(now), *all_audits(now))}
    for fault in FAULTS:
        assert fault.says.endswith(".") and fault.says[0].isupper()
        assert {(fault.rule, fault.found_in), *fault.besides} <= rules
        assert fault.table in schema.metadata.tables and 3 <= fault.rows <= 10


def test_the_command_wants_a_database_for_faults_and_check_shows_them(
    analytics: Command, tmp_path: Path
) -> None:
    nowhere = analytics("sample", "--faults")
    assert nowhere.code == 2 and "--database" in nowhere.err and nowhere.err.count("\n") == 1
    url = f"duckdb:///{tmp_path}/faults.duckdb"
    said = analytics("sample", "--bookings", "300", "--faults", "--database", url)
    assert said.code == 0 and "faults" in said.out
    shown = analytics("check", "--database", url).out
    assert "A key stands for one row only. (repeated_key: b" in shown
    with open_warehouse(url) as warehouse:
        assert warehouse.about["made_by"].endswith("bookings 300 with faults")


@pytest.mark.parametrize(
    ("made_by", "is_current"),
    [
        (f"analytics sample recipe {RECIPE} seed 20261101 bookings 100000", True),
        (f"analytics sample recipe {RECIPE} seed 7 bookings 20", True),
        (f"analytics sample recipe {RECIPE} seed 7 bookings 20 with faults", False),
        (f"analytics sample recipe {RECIPE} seed 7 bookings 20 only bookings", False),
        (f"analytics sample recipe {RECIPE}1 seed 7 bookings 20", False),
        (f"analytics sample recipe {RECIPE - 1} seed 7 bookings 20", False),
        ("analytics load", False),
    ],
)
def test_a_sample_with_faults_is_never_the_one_for_first_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made_by: str, is_current: bool
) -> None:
    def told(plan: SamplePlan) -> Iterator[tuple[str, pa.Table]]:
        for name, rows in generate(plan):
            if name == "about":
                facts = dict(zip(rows["key"].to_pylist(), rows["value"].to_pylist(), strict=True))
                facts["made_by"] = made_by
                rows = pa.table({"key": list(facts), "value": list(facts.values())})
            yield name, rows

    url = f"duckdb:///{tmp_path}/sample.duckdb"
    monkeypatch.setattr(first_use, "sample_url", lambda: url)
    monkeypatch.setattr("analytics_lib.sources.sample.generate", told)
    write_sample(SamplePlan(bookings=1, only=("bookings",)), url)
    written: list[str] = []
    monkeypatch.setattr(first_use, "write_sample", lambda _plan, to: written.append(to))
    assert first_use.sample_database() == url
    assert written == ([] if is_current else [url])
