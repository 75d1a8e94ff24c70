"""`analytics report`: what it publishes and where, and how it fails."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import lxml.html
import pytest

from analytics_lib.runs import open_ledger
from scheduler.artefacts import holds
from tests.scheduler.conftest import Watch
from tests.small_platform import NOTEBOOKS, Command


def notebook(name: str) -> str:
    return str(NOTEBOOKS / f"{name}.ipynb")


def found(output: Path) -> list[str]:
    kept = [path.relative_to(output) for path in output.rglob("*") if path.is_file()]
    return sorted(path.as_posix() for path in kept if not any(part.startswith(".") for part in path.parts))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--time-frame", "fortnight"), ("time_frame", "fortnight", "month", "week")),
        (("--period", "2026-13"), ("2026-13",)),
        (("--period", "2031-01"), ("2031-01", "earlier")),
        (("--as-of", "noon"), ("noon",)),
        (("--business-model", "b3"), ("business_model", "b3", "b2b2c")),
        (("--business-model", "each", "--business-model", "b2b"), ("each",)),
        (("--partner", "nobody"), ("nobody",)),
        (("--zone", "Mars"), ("Mars",)),
        (("--locale", "klingon"), ("klingon",)),
        (("--format", "docx"), ("docx", "html", "pdf", "csv", "json", "xlsx")),
        (("--currency", "XQX"), ("XQX", "EUR")),
        (("--currency", "KWD"), ("KWD", "no rate", "USD")),
        (("--time-frame", "each", "--period", "2026-10"), ("2026-10", "last")),
        (("each", "bookings"), ("notebook", "each")),
        (("--matrix", "mothly"), ("mothly", "monthly")),
        (("--matrix", "monthly", "bookings"), ("monthly", "notebooks", "leave")),
        (("--matrix", "monthly", "--time-frame", "week"), ("monthly", "--time-frame", "leave")),
        (("--matrix", "monthly", "--business-model", "b2b"), ("monthly", "--business-model", "leave")),
        (("--matrix", "monthly", "--partner", "ag-001"), ("monthly", "--partner", "leave")),
        (("--matrix", "monthly", "--locale", "de"), ("monthly", "--locale", "leave")),
        (("--matrix", "weekly", "--period", "2026-10"), ("weekly", "2026-10", "month")),
        (("--matrix", "weekly", "--period", "2026-13"), ("2026-13",)),
        (("--period", "2026-10..2026-W43"), ("month", "week")),
        (("--partner", "each", "--partner", "ag-001"), ("partner", "each")),
        (("--cell-limit", "0"), ("'0'", "seconds")),
        (("--run-limit", "soon"), ("'soon'", "seconds")),
        (("--memory-limit", "2"), ("'2'", "2GiB")),
        (("--retries", "99"), ("'99'", "10")),
        (("--workers", "nonsense", "--plan"), ("nonsense", "number", "dask://")),
        (("--workers", "0", "--plan"), ("0", "number", "dask://")),
        (("/no/such/folder/executive.ipynb",), ("/no/such/folder/executive.ipynb", "no notebook file")),
        ((notebook("misspelt_parameter"),), ("period", "perod")),
        ((notebook("no_parameters"),), ("no_parameters", "parameters")),
        ((notebook("computed_parameter"),), ("computed_parameter", "limit")),
        (("bookigs",), ("bookigs", "bookings")),
    ],
    ids=lambda words: "-".join(Path(word).stem for word in words),
)
def test_wrong_words_end_before_a_kernel_starts(
    analytics: Command,
    small_url: str,
    tmp_path: Path,
    watch: Watch,
    words: tuple[str, ...],
    named: tuple[str, ...],
) -> None:
    said = analytics("report", *words, "--database", small_url, "--output", str(tmp_path / "reports"))
    assert said.code != 0 and said.out == ""
    assert len(said.err.splitlines()) == 1 and said.err.startswith("Error: ")
    assert all(word in said.err for word in named), said.err
    assert watch.kernels_started() == 0
    assert not (tmp_path / "reports").exists()


def test_the_command_reads_no_grammar_of_addresses() -> None:
    looked = "import sys, scheduler.cli, scheduler.execute; print('lark' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


def test_one_notebook_that_fails_does_not_stop_the_others(
    analytics: Command, small_url: str, tmp_path: Path, watch: Watch
) -> None:
    output = tmp_path / "reports"
    old = output / "2026-10" / "failing_cell" / "all.html"
    old.parent.mkdir(parents=True)
    old.write_text("the last good report")
    said = analytics(
        "report",
        *(notebook("failing_cell"), notebook("plain")),
        *("--period", "2026-10", "--format", "html", "--workers", "1"),
        *("--database", small_url, "--output", str(output)),
    )
    assert said.code == 1
    (failed,) = [line for line in (said.out + said.err).splitlines() if "Failed" in line]
    assert "ZeroDivisionError" in failed and "cell 4" in failed and "all.failed.ipynb" in failed
    assert old.read_text() == "the last good report"
    assert found(output) == [
        "2026-10/failing_cell/all.failed.ipynb",
        "2026-10/failing_cell/all.html",
        "2026-10/plain/all.html",
        "index.html",
    ]
    assert watch.kernels_started() == 2
    assert watch.left_behind() == []


def test_each_model_has_a_report_and_the_index_lists_all(
    analytics: Command, small_url: str, tmp_path: Path
) -> None:
    said = analytics(
        *("report", notebook("plain"), "--business-model", "each", "--period", "2026-09"),
        *("--format", "ipynb", "--format", "html", "--workers", "1"),
        *("--database", small_url, "--output", str(tmp_path)),
    )
    assert said.code == 0, said.err
    pages = [f"2026-09/plain/{model}.html" for model in ("all", "b2b", "b2b2c", "b2c")]
    assert [path for path in found(tmp_path) if path.endswith("html") and "/" in path] == pages
    links = {link.get("href") for link in lxml.html.parse(str(tmp_path / "index.html")).iter("a")}
    assert links == {"#reports", *pages, *(page.replace("html", "ipynb") for page in pages)}
    for model in ("b2b", "b2c"):
        executed = json.loads((tmp_path / f"2026-09/plain/{model}.ipynb").read_text())
        assert executed["metadata"]["analytics"]["scope"]["business_models"] == [model]
    assert sorted(said.out.split()) == sorted(
        str(tmp_path / path) for path in found(tmp_path) if path != "index.html"
    )


def test_the_numbers_of_a_report_lie_beside_its_page(
    analytics: Command, small_url: str, tmp_path: Path
) -> None:
    formats = [word for kind in ("html", "csv", "json", "xlsx") for word in ("--format", kind)]
    said = analytics(
        *("report", notebook("numbers"), "--period", "2026-10", "--workers", "1", *formats),
        *("--database", small_url, "--output", str(tmp_path)),
    )
    assert said.code == 0, said.out + said.err
    pages = [f"2026-10/numbers/all.{kind}" for kind in ("csv", "html", "json", "xlsx")]
    assert found(tmp_path) == [*pages, "index.html"]
    document = json.loads((tmp_path / pages[2]).read_text())
    assert document["report"]["period"] == "2026-10" and len(document["report"]["run_id"]) == 16
    (answer,) = document["answers"]
    assert (answer["section"], answer["kind"]) == ("Counted", "tiles")
    assert answer["rows"][0]["value"] == 7


def test_the_command_tells_programs_what_it_made(analytics: Command, small_url: str, tmp_path: Path) -> None:
    said = analytics(
        *("report", notebook("plain"), notebook("failing_cell"), "--period", "2026-10", "--json"),
        *("--format", "ipynb", "--workers", "1", "--database", small_url, "--output", str(tmp_path)),
    )
    assert said.code == 1 and said.err == ""
    document = json.loads(said.out)
    assert document["counts"] == {"runs": 2, "needed": 2, "unchanged": 0, "failed": 1}
    made, failed = document["runs"]
    assert (made["state"], made["why"], made["place"]) == ("succeeded", "new", "2026-10/plain/all")
    (output,) = made["outputs"]
    assert output["path"] == "2026-10/plain/all.ipynb" and made["failure"] == "" and made["attempts"] == 1
    assert holds(tmp_path / output["path"], output["sha256"], output["size"])
    assert failed["state"] == "failed" and "ZeroDivisionError" in failed["failure"]
    assert failed["exception"] == "ZeroDivisionError" and failed["cell"] == 4
    head = open_ledger(tmp_path).head()
    assert document["ledger"] == {"sequence": head.sequence, "hash": head.hash} and head.sequence == 6


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["people", "programs"])
def test_an_index_that_cannot_be_written_hides_nothing_that_was_made(
    analytics: Command, small_url: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    (tmp_path / "index.html").mkdir()
    said = analytics(
        *("report", notebook("plain"), "--period", "2026-10", "--format", "ipynb", "--workers", "1"),
        *("--database", small_url, "--output", str(tmp_path), *more),
    )
    *notes, error = said.err.splitlines()
    assert said.code == 1 and error.startswith("Error: the list of reports ")
    assert "index.html could not be written" in error
    page = "2026-10/plain/all.ipynb"
    assert found(tmp_path) == [page]
    if more:
        made = json.loads(said.out)
        assert notes == [] and made["runs"][0]["outputs"][0]["path"] == page
    else:
        assert said.out == f"{tmp_path / page}\n" and notes[-1].startswith("The ledger ends at row 3: ")


def test_what_has_not_changed_is_not_run_again(
    analytics: Command, small_url: str, tmp_path: Path, watch: Watch
) -> None:
    words = ("report", notebook("plain"), "--period", "2026-10", "--format", "html", "--workers", "1")
    words = (*words, "--database", small_url, "--output", str(tmp_path))

    assert json.loads(analytics(*words, "--plan", "--json").out)["runs"][0]["why"] == "new"
    first = analytics(*words)
    page = tmp_path / "2026-10" / "plain" / "all.html"
    assert (first.code, first.out) == (0, f"{page}\n")
    content = page.read_bytes()
    said = analytics(*words)
    assert (said.code, said.out) == (0, "")
    unchanged, head = said.err.splitlines()
    assert unchanged == "1 run: 0 to do, 1 unchanged. --force makes those again, too."
    assert head == first.err.splitlines()[-1] and head.startswith("The ledger ends at row 3: ")
    assert watch.kernels_started() == 1 and page.read_bytes() == content
    refused = analytics(*words, "--workers", "nonsense")
    assert (refused.code, refused.out) == (2, "") and "--workers nonsense is neither" in refused.err
    elsewhere = tmp_path / "link"
    elsewhere.symlink_to(tmp_path)
    assert "0 to do" in analytics(*words, "--output", str(elsewhere), "--plan").out
    (told,) = json.loads(analytics(*words, "--json").out)["runs"]
    assert told["state"] == "unchanged" and [output["path"] for output in told["outputs"]] == [
        "2026-10/plain/all.html"
    ]
    page.chmod(0o644)
    page.write_text("by hand")
    assert "its HTML was changed by hand" in analytics(*words, "--plan").out
    page.unlink()
    assert "its HTML is missing" in analytics(*words, "--plan").out
    assert "asked again (--force)" in analytics(*words, "--plan", "--force").out
    again = analytics(*words)
    assert again.code == 0 and again.out == f"{page}\n" and page.read_bytes() == content
    assert watch.kernels_started() == 2
    assert "its PDF is missing" in analytics(*words, "--format", "pdf", "--plan").out
    assert open_ledger(tmp_path).check() == ()


def test_formats_that_were_made_in_turn_are_all_unchanged(
    analytics: Command, small_url: str, tmp_path: Path, watch: Watch
) -> None:
    words = ("report", notebook("plain"), "--period", "2026-10", "--workers", "1")
    words = (*words, "--database", small_url, "--output", str(tmp_path))
    for kind in ("html", "ipynb"):
        assert analytics(*words, "--format", kind).code == 0
    both = analytics(*words, "--format", "html", "--format", "ipynb", "--json")
    (told,) = json.loads(both.out)["runs"]
    assert [output["kind"] for output in told["outputs"]] == ["html", "ipynb"]
    page = tmp_path / "2026-10" / "plain" / "all.html"
    page.chmod(0o644)
    page.write_bytes(page.read_bytes()[::-1])
    # Written through the link to its artefact before the run of another format ends.
    ended = open_ledger(tmp_path).latest([str(page.with_suffix(""))]).popitem()[1].ended_at
    os.utime(page, times=(time.time(), datetime.fromisoformat(ended).timestamp()))
    assert "its HTML was changed by hand" in analytics(*words, "--format", "html", "--plan").out
    assert "0 to do" in analytics(*words, "--format", "ipynb", "--plan").out
    assert watch.kernels_started() == 2


def test_a_report_without_numbers_is_one_sentence(analytics: Command, small_url: str, tmp_path: Path) -> None:
    said = analytics(
        *("report", notebook("plain"), "--format", "csv", "--workers", "1"),
        *("--database", small_url, "--output", str(tmp_path)),
    )
    assert said.code == 1
    (failed,) = [line for line in said.out.splitlines() if "Failed" in line]
    assert "holds no numbers to export" in failed


def test_a_database_without_data_is_one_sentence(analytics: Command, tmp_path: Path, watch: Watch) -> None:
    said = analytics(
        "report", "--database", f"duckdb:///{tmp_path}/none.duckdb", "--output", str(tmp_path / "r")
    )
    assert said.code == 1 and said.err.count("\n") == 1 and "none.duckdb" in said.err
    assert watch.kernels_started() == 0


def test_a_folder_that_cannot_be_written_is_found_before_anything_runs(
    analytics: Command, small_url: str, tmp_path: Path, watch: Watch
) -> None:
    (tmp_path / "reports").write_text("a file in the way")
    said = analytics(
        *("report", notebook("plain"), notebook("failing_cell"), "--format", "ipynb", "--workers", "1"),
        *("--database", small_url, "--output", str(tmp_path / "reports")),
    )
    reports = tmp_path / "reports"
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"Error: The reports cannot be written to {reports}, because {reports} is a file: "
        "name a folder as --output.\n"
    )
    assert watch.kernels_started() == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("told", "code", "words"), [("SIGTERM", 143, ""), ("SIGINT", 130, "Stopped.\n")])
def test_a_command_that_is_told_to_end_takes_everything_with_it(
    small_url: str, tmp_path: Path, watch: Watch, workers: int, told: str, code: int, words: str
) -> None:
    other = tmp_path / "other_child.ipynb"
    shutil.copy(notebook("endless_child"), other)
    command = subprocess.Popen(
        [
            *(sys.executable, "-c", "from scheduler.cli import main; main()"),
            *("report", notebook("endless_child"), str(other), "--workers", str(workers)),
            *("--database", small_url, "--output", str(tmp_path / "reports")),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while watch.sleeping() < workers and time.monotonic() < until:
        time.sleep(0.1)
    # A terminal sends Ctrl-C to every process of its foreground group.
    (os.killpg if told == "SIGINT" else os.kill)(command.pid, signal.Signals[told])
    said, _ = command.communicate(timeout=30)
    assert (command.returncode, said) == (code, words)
    assert watch.kernels_started() == workers
    assert watch.left_behind() == []
    kept = found(tmp_path / "reports")
    assert len(kept) == workers and all(name.endswith("all.failed.ipynb") for name in kept)
    records = open_ledger(tmp_path / "reports").records()
    assert [str(record.state) for record in records] == ["cancelled", "cancelled"]
    assert not (tmp_path / "reports" / ".running").exists()
