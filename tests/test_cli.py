"""The command line about data and numbers: shapes, sentences and exit codes that users rely on."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.catalogue import METRICS
from tests.small_platform import Command, raw

COMMANDS = ("sample", "load", "check", "metrics", "query", "runs", "report", "lab")
GROUPS = ("model",)
SCOPE_KEYS = [
    "time_frame",
    "period",
    "start",
    "end",
    "zone",
    "as_of",
    "is_partial",
    "elapsed_fraction",
    "business_models",
    "partners",
]
FIRST, LAST = (
    ["metric", "value", "unit", "n"],
    ["bucket", "previous", "change", "change_ratio", "quality", "reason"],
)


def asked(analytics: Command, *words: str) -> dict[str, Any]:
    said = analytics("query", *words, "--format", "json")
    assert said.code == 0, said.err
    assert said.err == ""
    found: dict[str, Any] = json.loads(said.out)
    return found


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(analytics: Command, command: str) -> None:
    said = analytics(command, "--help")
    assert said.code == 0
    assert f"Example: analytics {command}" in " ".join(said.out.split())


def test_help_lists_these_commands_and_no_other(analytics: Command) -> None:
    listed = analytics("--help").out.split("Commands:")[1]
    assert tuple(re.findall(r"^  (\w+)", listed, re.MULTILINE)) == (*COMMANDS, *GROUPS)


def test_json_has_the_keys_of_the_contract(analytics: Command, small_url: str) -> None:
    metrics = ("total_bookings", "gross_bookings_value", "cancellation_rate")
    words = ("--period", "2026-10", "--by", "business_model", "--by", "channel", "--compare", "previous")
    found = asked(analytics, *metrics, *words, "--database", small_url)
    assert list(found) == ["scope", "rows"]
    assert list(found["scope"]) == SCOPE_KEYS
    assert {tuple(row) for row in found["rows"]} == {(*FIRST, "business_model", "channel", *LAST)}
    assert {row["quality"] for row in found["rows"]} == {"ok"}
    for row in found["rows"]:
        if row["metric"] == "gross_bookings_value" and row["value"] is not None:
            assert re.fullmatch(r"-?\d+\.\d\d", row["value"])
        if row["metric"] == "cancellation_rate" and row["value"] is not None:
            assert isinstance(row["value"], float) and row["change_ratio"] is None


def test_the_numbers_are_the_datas(analytics: Command, small_url: str) -> None:
    found = asked(
        analytics, "total_bookings", "gross_bookings_value", "--period", "2026-07", "--database", small_url
    )
    (counted,) = raw(
        small_url,
        "SELECT count(*) AS n, sum(price_base_minor) AS minor FROM bookings WHERE NOT is_test "
        "AND created_at >= '2026-06-30 22:00' AND created_at < '2026-07-31 22:00'",
    ).to_dict("records")
    placed, value = found["rows"]
    assert placed["value"] == placed["n"] == counted["n"] > 0
    assert Decimal(value["value"]) * 100 == Decimal(int(counted["minor"]))


def test_parts_add_up_to_the_whole(analytics: Command, small_url: str) -> None:
    words = ("total_bookings", "--period", "2026", "--database", small_url)
    (whole,) = asked(analytics, *words)["rows"]
    for cut in (("--by", "channel"), ("--by", "business_model"), ("--over", "month")):
        assert sum(row["value"] for row in asked(analytics, *words, *cut)["rows"]) == whole["value"]
    models = [f"--business-model={model}" for model in ("b2c", "b2b")]
    both = asked(analytics, *words, *models)
    assert both["scope"]["business_models"] == ["b2c", "b2b"]
    assert 0 < both["rows"][0]["value"] < whole["value"]


def test_missing_values_are_null_with_a_reason(analytics: Command, small_url: str) -> None:
    words = ("confirmation_rate", "--period", "2026-10", "--as-of", "2026-10-31", "--database", small_url)
    (row,) = asked(analytics, *words)["rows"]
    assert row["value"] is None and row["reason"]


def test_a_period_to_date_is_marked(analytics: Command, small_url: str) -> None:
    words = ("--period", "current", "--as-of", "2026-10-16T12:00", "--database", small_url)
    scope = asked(analytics, "total_bookings", *words)["scope"]
    assert scope["period"] == "2026-10" and scope["is_partial"] is True
    assert scope["as_of"] == "2026-10-16T10:00:00Z"
    assert scope["elapsed_fraction"] == pytest.approx((15 * 24 + 12) / (31 * 24 + 1), abs=1e-6)


def test_csv_is_the_json_as_lines(analytics: Command, small_url: str) -> None:
    words = ("total_bookings", "--by", "channel", "--period", "2026-10", "--database", small_url)
    said = analytics("query", *words, "--format", "csv")
    read = list(csv.DictReader(io.StringIO(said.out)))
    assert said.code == 0 and list(read[0]) == [*FIRST, "channel", *LAST]
    rows = asked(analytics, *words)["rows"]
    assert [(row["channel"], row["value"]) for row in read] == [
        (row["channel"], str(row["value"])) for row in rows
    ]


def test_the_table_is_for_people(analytics: Command, small_url: str) -> None:
    words = ("gross_bookings_value", "--by", "business_model", "--period", "2026-10", "--compare", "year")
    said = analytics("query", *words, "--database", small_url)
    assert said.code == 0
    assert "October 2026" in said.out and "€" in said.out and "%" in said.out
    (row,) = [line for line in said.out.splitlines() if "b2b2c" in line.lower()]
    assert len(row.split()) >= 5


@pytest.mark.parametrize("output", ["json", "table", "csv"])
def test_explain_holds_sql_parameters_rows_and_version(
    analytics: Command, small_url: str, small: AnalyticsService, output: str
) -> None:
    words = ("cancellation_rate", "--period", "2026-10", "--explain", "--format", output)
    said = analytics("query", *words, "--database", small_url)
    assert said.code == 0
    assert "SELECT" in said.out and small.warehouse.version() in said.out
    assert METRICS["cancellation_rate"].says in said.out
    if output == "json":
        (passport,) = json.loads(said.out)["explanation"]
        (statement,) = passport["statements"]
        assert statement["rows"] > 0 and statement["parameters"]
        assert passport["formula"] == METRICS["cancellation_rate"].formula


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("total_booking",), ("metric", "total_booking", "total_bookings")),
        (("total_bookings", "--by", "chanel"), ("dimension", "chanel", "channel")),
        (("total_bookings", "--period", "2026-13"), ("2026-13", "2026-W43")),
        (("total_bookings", "--period", "2031-01"), ("2031-01",)),
        (("total_bookings", "--zone", "Europe/Madird"), ("Europe/Madird", "Europe/Madrid")),
        (("total_bookings", "--business-model", "b3"), ("b3", "b2b2c")),
        (("total_bookings", "--partner", "ag-0001"), ("ag-0001", "ag-001")),
        (("total_bookings", "--as-of", "noon"), ("noon", "2026-10-15T12:00")),
        (("total_bookings", "--time-frame", "fortnight"), ("fortnight", "week")),
        (("total_bookings", "--over", "decade"), ("decade", "year")),
        (("total_bookings", "--period", "all", "--time-frame", "decade"), ("decade",)),
    ],
    ids="-".join,
)
def test_what_cannot_be_asked_is_one_sentence(
    analytics: Command, small_url: str, words: tuple[str, ...], named: tuple[str, ...]
) -> None:
    said = analytics("query", *words, "--database", small_url)
    assert said.code == 2 and said.out == ""
    assert said.err.startswith("Error: ") and said.err.endswith(("?\n", ".\n"))
    assert said.err.count("\n") == 1
    assert all(word in said.err for word in named), said.err


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("duckdb:///{folder}/none.duckdb", "none.duckdb"),
        ("mysql://somewhere/x", "mysql"),
        ("not an address", "duckdb:///FILE"),
        ("postgresql+psycopg://nobody@localhost:1/none?connect_timeout=2", "localhost"),
        ("duckdb:///{folder}/text.duckdb", "text.duckdb"),
        ("duckdb:///{folder}", "{folder}"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_sentence(
    analytics: Command, tmp_path: Path, address: str, named: str
) -> None:
    (tmp_path / "text.duckdb").write_text("this is no database")
    said = analytics("query", "total_bookings", "--database", address.format(folder=tmp_path))
    assert said.code == 1 and said.out == ""
    assert said.err.startswith("Error: ") and said.err.count("\n") == 1
    assert named.format(folder=tmp_path) in said.err, said.err


def test_misuse_exits_with_2(analytics: Command) -> None:
    for words in ((), ("frob",), ("query",), ("query", "total_bookings", "--nope")):
        assert analytics(*words).code == 2


def test_the_database_may_come_from_the_environment(
    analytics: Command, small_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", small_url)
    assert asked(analytics, "total_bookings", "--period", "2026-10")["rows"][0]["value"] > 0


def test_the_catalogue_is_listed_for_people_and_programs(analytics: Command) -> None:
    shown = analytics("metrics")
    assert shown.code == 0 and all(name in shown.out for name in METRICS)
    listed = json.loads(analytics("metrics", "--format", "json").out)
    assert [metric["name"] for metric in listed] == list(METRICS)
    assert all({"name", "title", "says", "unit", "kind", "dimensions"} <= set(metric) for metric in listed)


def test_one_metric_is_shown_with_formula_and_sql(analytics: Command, small_url: str) -> None:
    said = analytics("metrics", "net_bookings", "--database", small_url)
    assert said.code == 0
    assert METRICS["net_bookings"].formula in said.out and said.out.count("SELECT") >= 2
    (listed,) = json.loads(analytics("metrics", "net_bookings", "--format", "json").out)
    assert listed["name"] == "net_bookings"
    assert analytics("metrics", "net_booking").code == 2


def test_a_sample_is_written_and_never_over_other_data(analytics: Command, tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path}/platform.duckdb"
    words = ("--bookings", "300", "--through", "2026-06-01", "--database", url)
    assert analytics("sample", *words).code == 0
    assert asked(analytics, "total_bookings", "--period", "all", "--database", url)["rows"][0]["value"] > 250
    again = analytics("sample", "--bookings", "200", "--seed", "7", "--database", url)
    assert again.code == 0
    assert analytics("sample", "--bookings", "0", "--database", url).code == 2
    too_early = analytics("sample", "--through", "2001-01-01", "--database", url)
    assert too_early.code == 2 and too_early.err.count("\n") == 1


def test_load_wants_a_database_a_source_and_files(analytics: Command, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a\n1\n")
    url = f"duckdb:///{tmp_path}/x.duckdb"
    nowhere = analytics("load", "hotel_bookings", str(tmp_path / "x.csv"))
    assert nowhere.code == 2 and "--database" in nowhere.err
    for words in (("hotels", str(tmp_path / "x.csv")), ("hotel_bookings", str(tmp_path / "none.parquet"))):
        said = analytics("load", *words, "--database", url)
        assert said.code != 0 and said.err.startswith("Error: ") and "Traceback" not in said.err
    assert not (tmp_path / "x.duckdb").exists()


def test_the_hotels_figures_are_the_published_ones(analytics: Command, hotel_url: str) -> None:
    words = ("cancellation_rate", "no_show_rate", "--period", "all", "--database", hotel_url)
    cut = {
        (row["metric"], row["business_model"]): round(row["value"], 6)
        for row in asked(analytics, *words, "--by", "business_model")["rows"]
    }
    assert cut == {
        ("cancellation_rate", "b2b"): 0.195805,
        ("cancellation_rate", "b2c"): 0.164583,
        ("cancellation_rate", "b2b2c"): 0.402376,
        ("cancellation_rate", "unknown"): 0.8,
        ("no_show_rate", "b2b"): 0.012633,
        ("no_show_rate", "b2c"): 0.015895,
        ("no_show_rate", "b2b2c"): 0.009068,
        ("no_show_rate", "unknown"): 0,
    }
    assert [round(row["value"], 6) for row in asked(analytics, *words)["rows"]] == [0.360307, 0.010110]
    value = asked(analytics, "gross_bookings_value", "--period", "all", "--database", hotel_url)["rows"][0]
    assert value["value"] == "42723497.53" and value["unit"] == "EUR"


def test_the_hotels_know_no_hours(analytics: Command, hotel_url: str) -> None:
    words = ("total_bookings", "--period", "2016-10-05T10", "--database", hotel_url)
    (row,) = asked(analytics, *words)["rows"]
    assert row["value"] is None and "only days" in row["reason"]
