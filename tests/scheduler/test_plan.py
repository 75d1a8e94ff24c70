"""Plans: one run a notebook, time frame and model; where each report goes; nothing runs on a wrong word."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError, UnknownName
from scheduler.notebooks import find_notebook, listed_names
from scheduler.plan import Asked, Run, plan
from tests.small_platform import NOTEBOOKS

GOOD = str(NOTEBOOKS / "good.ipynb")


def one(small: AnalyticsService, **asked: object) -> Run:
    (run,) = plan(Asked(**{"notebooks": (GOOD,), "period": "2026-10", **asked}), small)  # type: ignore[arg-type]
    return run


def places(small: AnalyticsService, **asked: object) -> list[str]:
    runs = plan(Asked(**{"notebooks": (GOOD,), "period": "2026-10", **asked}), small)  # type: ignore[arg-type]
    return [run.place.as_posix() for run in runs]


def test_nothing_said_means_the_executive_report_of_the_last_month(small: AnalyticsService) -> None:
    (run,) = plan(Asked(), small)
    assert run.name == "executive"
    assert run.place.as_posix() == "2026-10/executive/all"
    assert run.scope == small.scope()


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({}, "2026-10/good/all"),
        ({"period": "2026-Q3"}, "2026-Q3/good/all"),
        ({"period": "2026-W43"}, "2026-W43/good/all"),
        ({"period": "2026-10-25"}, "2026-10-25/good/all"),
        ({"business_models": ("b2b",)}, "2026-10/good/b2b"),
        ({"partners": ("ag-001",)}, "2026-10/good/all.ag-001"),
        ({"zone": "Europe/Madrid"}, "2026-10/good/all"),
        ({"zone": "America/New_York", "period": "2026-09"}, "2026-09/good/all.America-New_York"),
        ({"locale": "de"}, "2026-10/good/all.de"),
        ({"locale": "pt-BR"}, "2026-10/good/all.pt_BR"),
        ({"business_models": ("b2b,b2c",)}, "2026-10/good/b2b+b2c"),
        (
            {
                "period": "2026-09",
                "business_models": ("b2b",),
                "partners": ("ag-001",),
                "zone": "UTC",
                "locale": "de",
            },
            "2026-09/good/b2b.ag-001.UTC.de",
        ),
    ],
)
def test_reports_go_where_the_design_says(
    small: AnalyticsService, asked: dict[str, object], place: str
) -> None:
    assert places(small, **asked) == [place]


def test_a_period_to_date_says_up_to_when(small: AnalyticsService) -> None:
    (place,) = places(small, period="current", as_of="2026-10-15T12:00")
    assert place.startswith("2026-10-to-2026-10-15") and place.endswith("/good/all")
    again = places(small, period="current", as_of="2026-10-16")
    assert again != [place]


def test_each_means_every_model_and_all(small: AnalyticsService) -> None:
    found = places(small, business_models=("each",))
    assert set(found) == {f"2026-10/good/{model}" for model in ("all", "b2c", "b2b", "b2b2c")}
    assert len(found) == 4
    with pytest.raises(InputError, match="each"):
        places(small, business_models=("each", "b2b"))


def test_the_matrix_is_notebooks_by_time_frames_by_models(small: AnalyticsService) -> None:
    runs = plan(
        Asked(
            notebooks=(GOOD, str(NOTEBOOKS / "plain.ipynb")),
            time_frames=("month", "week"),
            business_models=("b2c", "b2b"),
        ),
        small,
    )
    assert len(runs) == 8 == len({run.place for run in runs}) == len({run.run_id for run in runs})


def test_all_reports_of_the_house_are_one_command(small: AnalyticsService) -> None:
    runs = plan(Asked(notebooks=("each",), time_frames=("each",), business_models=("each",)), small)
    assert len({run.place for run in runs}) == len(runs) == len(listed_names()) * 6 * 4


def test_each_time_frame_has_its_last_period(small: AnalyticsService) -> None:
    found = places(small, time_frames=("each",), period="last")
    assert found == [
        f"{period}/good/all"
        for period in ("2026-10-31T23+0100", "2026-10-31", "2026-W43", "2026-10", "2026-Q3", "2025")
    ]
    with pytest.raises(InputError, match="time frame 'each' stands for all"):
        places(small, time_frames=("each", "week"), period="last")


@pytest.mark.parametrize("period", ["2026-10", "2025", "all"])
def test_a_period_that_fixes_its_time_frame_is_refused_beside_several(
    small: AnalyticsService, period: str
) -> None:
    with pytest.raises(InputError, match=f"'{period}'.*name one time frame.*last or current"):
        places(small, period=period, time_frames=("week", "month"))
    assert places(small, period=period, time_frames=("week", "week")) == [f"{period}/good/all"]


def test_two_notebooks_of_one_name_do_not_overwrite_each_other(
    small: AnalyticsService, tmp_path: Path
) -> None:
    other = tmp_path / "good.ipynb"
    shutil.copy(GOOD, other)
    with pytest.raises(InputError, match="in one place: rename one"):
        places(small, notebooks=(GOOD, str(other)))


def with_currency(folder: Path) -> str:
    """The good notebook, which also takes a currency."""
    notebook = json.loads(Path(GOOD).read_text())
    (cell,) = [cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", ())]
    cell["source"] = "".join(cell["source"]) + '\ncurrency = ""'
    path = folder / "priced.ipynb"
    path.write_text(json.dumps(notebook))
    return str(path)


@pytest.mark.parametrize(("currency", "suffix"), [("USD", ".USD"), ("usd", ".USD"), ("", ""), ("EUR", "")])
def test_another_currency_is_handed_on_and_stands_in_the_place(
    small: AnalyticsService, tmp_path: Path, currency: str, suffix: str
) -> None:
    run = one(small, notebooks=(with_currency(tmp_path),), currency=currency, locale="de")
    assert run.place.as_posix() == f"2026-10/priced/all{suffix}.de"
    assert dict(run.parameters)["currency"] == suffix.removeprefix(".")


def test_a_currency_that_the_data_has_no_rate_of_is_refused(small: AnalyticsService, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"KWD, because it has no rate at 2026-10-31.*choose one of CHF"):
        one(small, notebooks=(with_currency(tmp_path),), currency="KWD")


def test_a_notebook_without_a_currency_is_refused_only_if_one_was_asked_for(small: AnalyticsService) -> None:
    assert "currency" not in dict(one(small, currency="EUR").parameters)
    with pytest.raises(UnknownName, match="parameter of the notebook good 'currency'"):
        one(small, currency="USD")


def test_asking_twice_for_the_same_is_one_run(small: AnalyticsService) -> None:
    assert len(places(small, notebooks=(GOOD, GOOD), business_models=("b2b", "b2b"))) == 1


def test_the_period_that_words_meant_is_written_down(small: AnalyticsService) -> None:
    parameters = dict(one(small, period="last").parameters)
    assert parameters["period"] == "2026-10" and parameters["time_frame"] == "month"
    assert parameters["as_of"] == "2026-10-31T23:00:00Z" and parameters["zone"] == "Europe/Madrid"
    again = small.scope(
        time_frame=str(parameters["time_frame"]),
        period=str(parameters["period"]),
        as_of=str(parameters["as_of"]),
    )
    assert again == one(small, period="last").scope


def test_equal_runs_have_equal_ids_and_every_difference_shows(
    small: AnalyticsService, tmp_path: Path
) -> None:
    run = one(small)
    assert run.run_id == one(small).run_id == one(small, period="last").run_id
    changed = tmp_path / "good.ipynb"
    shutil.copy(GOOD, changed)
    changed.write_text(changed.read_text().replace("How the period went", "How it went"))
    others = [
        one(small, business_models=("b2b",)),
        one(small, locale="de"),
        one(small, as_of="2026-11-01"),
        one(small, notebooks=(str(changed),)),
        dataclasses.replace(run, data_version="other"),
    ]
    ids = {other.run_id for other in others if other.parameters != run.parameters or other != run}
    assert run.run_id not in ids


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"notebooks": ("bookigs",)}, "did you mean bookings"),
        ({"notebooks": ("TEMPLAT",)}, "choose one of ai_usage, .*user_engagement"),
        ({"notebooks": (str(NOTEBOOKS / "misspelt_parameter.ipynb"),)}, "'period'.*did you mean perod"),
        ({"time_frames": ("fortnight",)}, "time_frame='fortnight'.*month"),
        ({"business_models": ("b3",)}, "business_model='b3'.*b2b2c"),
        ({"partners": ("nobody",)}, "'nobody'"),
        ({"zone": "Mars"}, "'Mars'"),
        ({"locale": "klingon"}, "'klingon'"),
        ({"currency": "XQX"}, "'XQX' is not an ISO 4217 code"),
        ({"period": "2026-13"}, "'2026-13'"),
        ({"period": "2031-01"}, "2031-01"),
        ({"as_of": "noon"}, "'noon'"),
    ],
)
def test_wrong_words_are_refused_by_name(
    small: AnalyticsService, asked: dict[str, object], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        places(small, **asked)


def test_notebooks_are_found_by_name_or_path() -> None:
    assert find_notebook("bookings").name == "bookings.ipynb"
    assert find_notebook(GOOD) == Path(GOOD).resolve()
    assert find_notebook("good.ipynb", (Path(), NOTEBOOKS)) == Path(GOOD).resolve()


@pytest.mark.parametrize(
    "name",
    [
        "/no/such/folder/executive.ipynb",
        "nosuch/executive.ipynb",
        "executive.ipynb",
        "executive.v2",
        "./executive",
        "executive/",
        "executive/.",
        str(NOTEBOOKS),
        __file__,
        f"{'a' * 300}.ipynb",
    ],
)
def test_a_path_without_a_notebook_is_not_taken_for_another_one(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^The(re is no)? notebook .*\.$") as refused:
        find_notebook(name, (tmp_path,))
    assert name.rstrip("/.") in str(refused.value) and len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("not json", "not a Jupyter notebook"),
        ("[]", "not a Jupyter notebook"),
        ("{}", "not a Jupyter notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "not a Jupyter notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1]}', "not a Jupyter notebook"),
        (b"\xff\xfe\x00", "not a Jupyter notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_in_one_sentence(
    small: AnalyticsService, tmp_path: Path, content: str | bytes, reason: str
) -> None:
    path = tmp_path / "report.ipynb"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError, match=reason) as refused:
        places(small, notebooks=(str(path),))
    assert "report.ipynb" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "about",
    [
        {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
        {"language_info": {"name": "R"}},
    ],
)
def test_notebooks_of_another_language_are_refused(
    small: AnalyticsService, tmp_path: Path, about: dict[str, object]
) -> None:
    notebook = json.loads(Path(GOOD).read_text())
    path = tmp_path / "report.ipynb"
    path.write_text(json.dumps(notebook | {"metadata": about}))
    with pytest.raises(InputError, match=r"report\.ipynb is written in R: "):
        places(small, notebooks=(str(path),))
    path.write_text(json.dumps(notebook | {"metadata": {}}))
    assert places(small, notebooks=(str(path),)) == ["2026-10/report/all"]
