"""Matrices as runs: one for each combination, in the formats of all that ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError
from scheduler.limits import Limits
from scheduler.matrix import Matrix
from scheduler.matrix_files import read_matrices
from scheduler.plan import Asked, Run, plan
from tests.house import ROOT
from tests.small_platform import NOTEBOOKS

GOOD = str(NOTEBOOKS / "good.ipynb")
PLAIN = str(NOTEBOOKS / "plain.ipynb")
MONTH = Matrix("month", "", (GOOD,), ("month",))


def runs(small: AnalyticsService, *matrices: Matrix, period: str = "", as_of: str = "") -> Sequence[Run]:
    return plan([one for matrix in matrices for one in matrix.asked(period=period, as_of=as_of)], small)


def places(small: AnalyticsService, *matrices: Matrix, period: str = "") -> list[str]:
    return [run.place.as_posix() for run in runs(small, *matrices, period=period)]


def test_every_combination_is_a_run(small: AnalyticsService) -> None:
    matrix = Matrix(
        "all",
        "",
        notebooks=(GOOD, PLAIN),
        time_frames=("month", "week", "year"),
        business_models=("all", "b2b"),
        partners=("all", "ag-001", "ag-002,ag-003"),
        zones=("", "UTC"),
        locales=("en", "de"),
    )
    found = runs(small, matrix)
    assert len(found) == 2 * 3 * 2 * 3 * 2 * 2
    assert len({run.place for run in found}) == len({run.run_id for run in found}) == len(found)


def test_an_entry_of_partners_is_one_report_about_them_together(small: AnalyticsService) -> None:
    matrix = replace(MONTH, partners=("ag-001", "ag-002,ag-003", "all"))
    assert places(small, matrix) == [
        "2026-10/good/all.ag-001",
        "2026-10/good/all.ag-002.ag-003",
        "2026-10/good/all",
    ]


def test_each_partner_is_one_of_the_data(small: AnalyticsService) -> None:
    found = runs(small, replace(MONTH, partners=("each",)))
    known = set(small.measure("partners", small.scope(period="all"), by=["partner"])["partner"].dropna())
    assert {run.scope.partners for run in found} >= {(partner,) for partner in known if partner != "unknown"}
    assert all(len(run.scope.partners) == 1 for run in found)
    with pytest.raises(InputError, match="The partner 'each' stands for all of them"):
        runs(small, replace(MONTH, partners=("each", "ag-001")))


def test_a_back_fill_is_the_matrix_in_other_periods(small: AnalyticsService) -> None:
    matrix = Matrix("m", "", (GOOD,), ("week", "month"), business_models=("b2b", "b2c"))
    assert places(small, matrix, period="2025-12..2026-01") == [
        "2025-12/good/b2b",
        "2025-12/good/b2c",
        "2026-01/good/b2b",
        "2026-01/good/b2c",
    ]
    assert places(small, replace(matrix, time_frames=("each",)), period="2025-Q4")[0] == "2025-Q4/good/b2b"
    assert matrix.asked(period="2025..2026") == ()
    (run,) = runs(small, MONTH, period="2026-09", as_of="2026-10-05")
    assert dict(run.parameters)["as_of"] == "2026-10-04T22:00:00Z"


def test_a_report_asked_for_twice_is_made_once_in_all_formats(small: AnalyticsService) -> None:
    first = replace(MONTH, formats=("pdf", "csv"), limits=Limits(cell_seconds=10))
    (run,) = runs(small, first, replace(MONTH, name="other", formats=("html", "pdf")))
    assert run.formats == ("html", "pdf", "csv")
    assert run.limits == Limits() and run.asked_with == "matrix month"


def test_a_notebook_saved_meanwhile_is_planned_in_one_version(
    small: AnalyticsService, tmp_path: Path
) -> None:
    notebook = tmp_path / "good.ipynb"
    notebook.write_bytes(Path(GOOD).read_bytes())

    def asked() -> Iterator[Asked]:
        yield from replace(MONTH, notebooks=(str(notebook),)).asked()
        notebook.write_bytes(notebook.read_bytes() + b"\n")
        yield from replace(MONTH, notebooks=(str(notebook),), locales=("en", "de")).asked()

    first, second = plan(asked(), small)
    assert first.notebook_hash == second.notebook_hash


def test_different_reports_in_one_place_are_refused(small: AnalyticsService) -> None:
    earlier = [replace(one, as_of="2026-11-01T01:00", written_at="a.yaml, line 9") for one in MONTH.asked()]
    with pytest.raises(InputError) as refused:
        plan([*(replace(one, as_of="2026-11-01T00:30") for one in MONTH.asked()), *earlier], small)
    assert str(refused.value) == (
        "a.yaml, line 9: The report 2026-10/good/all is asked for with more than one as_of: name one."
    )


def test_what_only_the_data_can_refuse_names_its_line_too(small: AnalyticsService) -> None:
    matrix = replace(MONTH, partners=("nobody",), written_at="parameters/month.yaml, line 2")
    with pytest.raises(InputError, match=r"^parameters/month\.yaml, line 2: Unknown partner 'nobody': "):
        runs(small, matrix)


SAMPLES = sorted(path.stem for path in (ROOT / "parameters").glob("*.yaml"))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_matrices_of_the_house_plan_on_the_sample_platform(
    small: AnalyticsService, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("ANALYTICS_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    found = runs(small, *read_matrices(name))
    assert len(found) == {"monthly": 37, "weekly": 5}[name]
