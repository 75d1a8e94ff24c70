"""The rows of the sample platform: what must hold for every plan."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pyarrow as pa
import pytest

from analytics_lib.errors import InputError
from analytics_lib.schema import key_columns, metadata
from analytics_lib.sources.sample import SamplePlan, content_hash, generate
from analytics_lib.sources.sample.plan import ALWAYS
from analytics_lib.sources.sample.platform import BATCH_ROWS, SLICE_ROWS

ARROW_NAMES = {
    "TEXT": "string",
    "DATETIME": "timestamp[us]",
    "DATE": "date32[day]",
    "BIGINT": "int64",
    "INTEGER": "int32",
    "BOOLEAN": "bool",
    "FLOAT": "double",
}
COUNTED_FROM = pd.Timestamp(2025, 9, 30, 22)
PINNED_PLAN = SamplePlan(bookings=2_000)
PINNED_HASH = "f799814c4aa849608cc88c85610bd529429614712864f3dc87ffd032b655b0e0"
DECIMALS = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2, "SEK": 2, "PLN": 2, "JPY": 0}
EVENTS = ["created_at", "confirmed_at", "cancelled_at", "no_show_at", "completed_at", "expired_at"]


def collect(plan: SamplePlan) -> dict[str, pa.Table]:
    parts: dict[str, list[pa.Table]] = {}
    for name, table in generate(plan):
        parts.setdefault(name, []).append(table)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


@pytest.fixture(
    scope="module", params=[SamplePlan(bookings=20_000), SamplePlan(3_000, 7, date(2024, 2, 1))], ids=str
)
def tables(request: pytest.FixtureRequest) -> dict[str, pa.Table]:
    return collect(request.param)


@pytest.fixture(scope="module")
def frames(tables: dict[str, pa.Table]) -> dict[str, pd.DataFrame]:
    return {name: table.to_pandas(date_as_object=False) for name, table in tables.items()}


def about(frames: dict[str, pd.DataFrame]) -> dict[str, str]:
    return dict(frames["about"].itertuples(index=False))


def test_the_pinned_rows() -> None:
    assert content_hash(generate(PINNED_PLAN)) == PINNED_HASH


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_same_rows_in_a_fresh_process_under_another_clock(zone: str) -> None:
    code = (
        "from analytics_lib.sources.sample import SamplePlan, content_hash, generate\n"
        "print(content_hash(generate(SamplePlan(bookings=2_000))), end='')"
    )
    environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == PINNED_HASH


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"bookings": 2_001}, {"through": date(2026, 10, 31)}], ids=str
)
def test_another_plan_gives_other_rows(change: dict[str, object]) -> None:
    other = SamplePlan(**{"bookings": 2_000, **change})  # type: ignore[arg-type]
    assert content_hash(generate(other)) != PINNED_HASH


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"bookings": 0}, "0 bookings"),
        ({"bookings": 2_000_000_000}, "2000000000"),
        ({"seed": -1}, "Seed -1"),
        ({"through": date(2023, 12, 31)}, "2023-12-31"),
        ({"through": date(2050, 1, 1)}, "2050-01-01"),
        ({"only": ("partners",)}, "table 'partners' only"),
        ({"only": ("bookings", "payment")}, "table 'payment' only"),
    ],
    ids=str,
)
def test_an_impossible_plan_is_refused_by_name(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(InputError, match=named):
        SamplePlan(**wrong)  # type: ignore[arg-type]


def test_a_single_booking_is_a_platform_too() -> None:
    assert collect(SamplePlan(bookings=1))["bookings"].num_rows == 1


def test_columns_and_types_are_the_canonical_ones(tables: dict[str, pa.Table]) -> None:
    for name, table in tables.items():
        canonical = metadata.tables[name].columns
        assert table.schema.names == [column.name for column in canonical]
        assert [str(kind) for kind in table.schema.types] == [ARROW_NAMES[str(c.type)] for c in canonical], (
            name
        )


def test_keys_are_there_and_unique(frames: dict[str, pd.DataFrame]) -> None:
    for name, frame in frames.items():
        keys = frame[list(key_columns(metadata.tables[name]))]
        assert not keys.isna().any().any() and not keys.duplicated().any(), name


def test_as_many_bookings_as_asked_in_order_of_time(frames: dict[str, pd.DataFrame]) -> None:
    bookings = frames["bookings"]
    assert f"bookings {len(bookings)}" in about(frames)["made_by"]
    assert bookings.created_at.is_monotonic_increasing and bookings.booking_id.is_monotonic_increasing


def test_nothing_refers_to_what_is_not_there(frames: dict[str, pd.DataFrame]) -> None:
    bookings, partners = frames["bookings"], frames["partners"]
    for column, owner in (
        ("customer_id", "customers"),
        ("product_id", "products"),
        ("destination_id", "destinations"),
    ):
        assert bookings[column].isin(frames[owner][column]).all(), column
    assert bookings.partner_id.dropna().isin(partners.partner_id).all()
    assert partners.parent_partner_id.dropna().isin(partners.partner_id).all()
    assert frames["partner_terms"].partner_id.isin(partners.partner_id).all()
    sold_in = bookings.merge(frames["products"], on="product_id", suffixes=("", "_of_product"))
    assert (sold_in.destination_id == sold_in.destination_id_of_product).all()


def test_every_customer_joined_before_the_first_booking(frames: dict[str, pd.DataFrame]) -> None:
    first = frames["bookings"].groupby("customer_id").created_at.min()
    joined = frames["customers"].set_index("customer_id").joined_at
    assert set(first.index) == set(joined.index)
    assert (joined.reindex(first.index) <= first).all()
    assert joined.min() >= pd.Timestamp(about(frames)["data_from"])


def test_every_event_is_past_and_in_order(frames: dict[str, pd.DataFrame]) -> None:
    bookings, through = frames["bookings"], pd.Timestamp(about(frames)["data_through"])
    for event in EVENTS:
        assert (bookings[event].dropna() < through).all(), event
        assert (bookings[event].dropna() >= bookings.created_at[bookings[event].notna()]).all(), event
    confirmed = bookings[bookings.confirmed_at.notna()]
    for later in ("cancelled_at", "no_show_at", "completed_at"):
        both = confirmed[confirmed[later].notna()]
        assert (both[later] > both.confirmed_at).all(), later
    ends = bookings[["cancelled_at", "no_show_at", "completed_at", "expired_at"]].notna().sum(axis=1)
    assert ends.max() == 1
    assert not bookings[bookings.expired_at.notna()].confirmed_at.notna().any()
    local = bookings.completed_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)
    assert (local.dropna() > bookings.ends_on[local.notna()]).all()


def test_stays_neither_end_before_they_start_nor_start_before_they_are_booked(
    frames: dict[str, pd.DataFrame],
) -> None:
    bookings = frames["bookings"].merge(frames["products"][["product_id", "kind"]], on="product_id")
    booked_on = bookings.created_at.dt.tz_localize("UTC").dt.tz_convert("Europe/Madrid").dt.tz_localize(None)
    assert (bookings.ends_on >= bookings.starts_on).all()
    assert (bookings.starts_on >= booked_on.dt.normalize()).all()
    assert (bookings.party_size >= 1).all() and (bookings.units >= 1).all()
    assert (bookings.units <= bookings.party_size).all()
    hotel = bookings.kind == "hotel"
    assert (bookings.ends_on > bookings.starts_on)[hotel].all()
    assert (bookings.lodging_base_minor.notna() == hotel).all()


def test_due_stays_are_not_left_open(frames: dict[str, pd.DataFrame]) -> None:
    bookings = frames["bookings"]
    due = bookings.ends_on < pd.Timestamp(about(frames)["data_through"]) - pd.Timedelta(days=3)
    ends = bookings[["cancelled_at", "no_show_at", "completed_at", "expired_at"]].notna().any(axis=1)
    assert ends[due].all()


def test_prices_add_up(frames: dict[str, pd.DataFrame]) -> None:
    bookings = frames["bookings"]
    assert (bookings.list_price_minor - bookings.discount_minor == bookings.price_minor).all()
    assert (bookings.discount_minor >= 0).all() and (bookings.price_minor > 0).all()
    assert (bookings.tax_base_minor > 0).all()
    room = bookings[bookings.lodging_base_minor.notna()]
    assert (room.lodging_base_minor + room.tax_base_minor <= room.price_base_minor).all()


def test_base_prices_follow_the_rate_in_force_to_the_cent(frames: dict[str, pd.DataFrame]) -> None:
    rates = frames["exchange_rates"].sort_values("valid_from")
    bookings = pd.merge_asof(
        frames["bookings"],
        rates,
        left_on="created_at",
        right_on="valid_from",
        by="currency",
        direction="backward",
    )
    foreign = bookings[bookings.currency != "EUR"]
    assert foreign.units_per_base_e9.notna().all()
    for row in foreign.itertuples():
        units = Decimal(row.price_minor).scaleb(-DECIMALS[row.currency])
        euros = units / (Decimal(int(row.units_per_base_e9)) / 10**9)
        assert row.price_base_minor == int((euros * 100).quantize(Decimal(1), ROUND_HALF_UP)), row
    same = bookings[bookings.currency == "EUR"]
    assert (same.price_minor == same.price_base_minor).all()


def test_business_models_agree_with_partners(frames: dict[str, pd.DataFrame]) -> None:
    bookings, partners = frames["bookings"], frames["partners"]
    sold = bookings.merge(partners, on="partner_id", how="left", suffixes=("", "_of_partner"))
    direct = sold.business_model == "b2c"
    assert sold.partner_id[direct].isna().all() and sold.partner_id[~direct].notna().all()
    assert (sold.business_model == sold.business_model_of_partner)[~direct].all()
    assert (sold.joined_at <= sold.created_at)[~direct].all()
    ended = sold[sold.ended_at.notna()]
    assert (ended.created_at < ended.ended_at).all()
    of_kind = {
        "tour_operator": "b2b",
        "agency": "b2b",
        "corporate": "b2b",
        "distributor": "b2b2c",
        "reseller": "b2b2c",
    }
    assert (partners.kind.map(of_kind) == partners.business_model).all()
    parents = partners.merge(
        partners, left_on="parent_partner_id", right_on="partner_id", suffixes=("", "_above")
    )
    assert len(parents) == (partners.kind == "reseller").sum()
    assert (parents.kind_above == "distributor").all() and (parents.joined_at > parents.joined_at_above).all()


def test_partner_terms_leave_no_gap(frames: dict[str, pd.DataFrame]) -> None:
    terms = frames["partner_terms"].merge(frames["partners"], on="partner_id")
    for _, rows in terms.sort_values("valid_from").groupby("partner_id"):
        assert rows.valid_from.iloc[0] == rows.joined_at.iloc[0]
        assert (rows.valid_from.iloc[1:].to_numpy() == rows.valid_to.iloc[:-1].to_numpy()).all()
        last, ended = rows.valid_to.iloc[-1], rows.ended_at.iloc[-1]
        assert last == ended or (pd.isna(last) and pd.isna(ended))


def test_coverage_names_every_column_that_is_there(frames: dict[str, pd.DataFrame]) -> None:
    coverage, through = frames["coverage"], pd.Timestamp(about(frames)["data_through"])
    told = set(zip(coverage.table_name, coverage.column_name, strict=True))
    tables = [table for table in metadata.tables.values() if table.name not in ("about", "coverage")]
    # Requests were not counted from the beginning.
    uncounted = [] if through > COUNTED_FROM else ["request_counts"]
    assert told == {(t.name, c.name) for t in tables if t.name not in uncounted for c in t.columns}
    assert all(frames[name].empty for name in uncounted if name in frames)
    begins = coverage.complete_from.where(
        coverage.table_name != "request_counts", pd.Timestamp(about(frames)["data_from"])
    )
    assert (begins == pd.Timestamp(about(frames)["data_from"])).all()
    assert (coverage.complete_through == through).all()


@pytest.mark.parametrize("table", ["bookings", "payments", "ai_queries", "capacity"])
def test_only_leaves_out_what_it_does_not_name_and_changes_nothing_else(table: str) -> None:
    whole, part = collect(PINNED_PLAN), collect(SamplePlan(bookings=2_000, only=(table,)))
    assert set(part) == {"about", "coverage", table, *ALWAYS}
    assert all(part[name].equals(whole[name]) for name in part if name not in ("about", "coverage"))
    assert set(part["coverage"]["table_name"].to_pylist()) == {table, *ALWAYS}
    assert f"only {table}" in str(part["about"]["value"].to_pylist())


def test_batches_stay_small_and_their_borders_do_not_count() -> None:
    plan = SamplePlan(bookings=3 * SLICE_ROWS, only=("bookings",))
    batches = [table.num_rows for name, table in generate(plan) if name == "bookings"]
    assert len(batches) > 3 and sum(batches) == plan.bookings
    assert max(batches) <= SLICE_ROWS <= BATCH_ROWS
