"""Files of matrices: what is read, and the sentence with file and line for each thing that can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics_lib import AnalyticsService
from analytics_lib.errors import InputError, UnknownName
from scheduler.limits import Limits
from scheduler.matrix_files import read_matrices
from scheduler.plan import plan
from tests.small_platform import NOTEBOOKS

GOOD = """\
reports:
  - name: partners of the month
    notebooks: [b2b, bookings]
    time_frames: month
    business_models: [b2b, "b2b,b2b2c"]
    partners: [each, all, ag-001, [ag-002, ag-003]]
    zone: UTC
    currency: usd
    locale: [en, no]
    formats: pdf
    limits: {cell: 10m, run: 1h, memory: 2GiB, retries: 0}
  - notebooks: each
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in the `parameters` of a project with our notebooks."""
    (tmp_path / "notebooks").symlink_to(Path(__file__).parents[2] / "notebooks")
    (tmp_path / "parameters").mkdir()
    monkeypatch.setenv("ANALYTICS_HOME", str(tmp_path))
    return tmp_path / "parameters" / "monthly.yaml"


def test_a_matrix_is_read_as_it_is_written(file: Path) -> None:
    file.write_text(GOOD)
    partners, whole = read_matrices("monthly")
    assert (
        partners.name == "partners of the month" and partners.written_at == "parameters/monthly.yaml, line 2"
    )
    assert partners.notebooks == ("b2b", "bookings") and partners.time_frames == ("month",)
    assert partners.business_models == ("b2b", "b2b,b2b2c")
    assert partners.partners == ("each", "all", "ag-001", "ag-002,ag-003")
    assert (partners.zones, partners.currencies, partners.locales) == (("UTC",), ("USD",), ("en", "no"))
    assert partners.formats == ("pdf",) and partners.limits == Limits(600, 3600, 2 * 2**30, 0)
    assert (whole.name, whole.notebooks, whole.periods) == ("monthly", ("each",), ("last",))
    assert (whole.formats, whole.limits) == (("html", "pdf"), Limits())


@pytest.mark.parametrize(
    ("written", "periods"),
    [
        ("2025", ("2025",)),
        ("2026-10", ("2026-10",)),
        ("2026-10-25", ("2026-10-25",)),
        ('"2026-10"', ("2026-10",)),
        ("2026-W01..2026-W10", ("2026-W01..2026-W10",)),
        ("[2025, 2024]", ("2025", "2024")),
        ("all", ("all",)),
    ],
)
def test_a_period_is_a_text_whatever_yaml_makes_of_it(
    file: Path, written: str, periods: tuple[str, ...]
) -> None:
    file.write_text(f"reports:\n  - notebooks: bookings\n    period: {written}\n")
    (matrix,) = read_matrices("monthly")
    assert matrix.periods == periods


def test_a_file_is_named_or_found_by_its_path(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(GOOD)
    elsewhere = tmp_path / "quarter.yml"
    elsewhere.write_text("reports: [{notebooks: finance}]")
    assert read_matrices(str(elsewhere))[0].name == "quarter"
    monkeypatch.chdir(tmp_path)
    assert len(read_matrices("parameters/monthly.yaml")) == 2
    with pytest.raises(UnknownName, match="Unknown matrix 'mothly': did you mean monthly"):
        read_matrices("mothly")
    with pytest.raises(InputError, match=r"There is no file none\.yaml: name a matrix in 'parameters'"):
        read_matrices("none.yaml")


def test_paths_of_notebooks_count_from_the_file_and_then_from_the_project(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("parameters", "", "elsewhere"):
        (tmp_path / folder / "own").mkdir(parents=True)
        (tmp_path / folder / "own" / f"in_{folder}.ipynb").touch()
    for folder in ("parameters", ""):
        (tmp_path / folder / "own" / "both.ipynb").touch()
    monkeypatch.chdir(tmp_path / "elsewhere")
    file.write_text("reports: [{notebooks: [own/both.ipynb, own/in_.ipynb, ../notebooks/b2b.ipynb, b2b]}]")
    assert read_matrices("monthly")[0].notebooks == (
        str(tmp_path / "parameters" / "own" / "both.ipynb"),
        str(tmp_path / "own" / "in_.ipynb"),
        str(tmp_path / "notebooks" / "b2b.ipynb"),
        "b2b",
    )
    file.write_text("reports: [{notebooks: own/in_elsewhere.ipynb}]")
    with pytest.raises(InputError, match=r"line 1: There is no notebook file own/in_elsewhere\.ipynb: "):
        read_matrices("monthly")


ONE = "reports:\n  - notebooks: bookings\n"
BAD = [
    ("", 1, "the key 'reports' needs a list of matrices."),
    ("reports: monthly\n", 1, "the key 'reports' needs a list of matrices."),
    ("\nreports: []\n", 2, "the key 'reports' needs a list of matrices."),
    ("reports:\n", 1, "the key 'reports' has no value: give it one, or take it out."),
    ("- notebooks: bookings\n", 1, "the file begins with a key, such as 'reports:'."),
    ("reports:\n  - bookings\n", 2, "a matrix is keys and values, such as 'notebooks: bookings'."),
    ("reports:\n  -\n", 2, "an item has no value: give it one, or take it out."),
    (f"{ONE}report: x\n", 3, "Unknown key 'report': did you mean reports?"),
    (f"{ONE}    formts: pdf\n", 3, "Unknown key 'formts': did you mean formats or limits?"),
    (f"{ONE}    limits:\n      cel: 5m\n", 4, "Unknown key 'cel': did you mean cell?"),
    (f"{ONE}    limits: 5m\n", 3, "the key 'limits' has keys of its own: cell, run, memory, retries."),
    (f"{ONE}    notebooks: payments\n", 3, "the key 'notebooks' stands in line 2 already: take one out."),
    (f"{ONE}    locale:\n", 3, "the key 'locale' has no value: give it one, or take it out."),
    (f"{ONE}    locale: ~\n", 3, "the key 'locale' has no value: give it one, or take it out."),
    (f"{ONE}    locale: []\n", 3, "the list of 'locale' is empty: put something in, or take it out."),
    (f"{ONE}    name: [a, b]\n", 3, "the key 'name' takes a text."),
    (f"{ONE}    locale: {{a: b}}\n", 3, "the key 'locale' takes a text or a list of texts."),
    (
        f"{ONE}    partners:\n      - a\n      - {{b: c}}\n",
        5,
        "the key 'partners' takes a text or a list of texts.",
    ),
    ("reports:\n  - locale: de\n", 2, "the matrix has no 'notebooks': name one, several, or each."),
    (
        "reports:\n  - notebooks:\n      - bookings\n      - bookigs\n",
        4,
        "Unknown notebook 'bookigs': did you mean bookings?",
    ),
    (
        f"{ONE}    limits:\n      cell: soon\n",
        4,
        "'soon' is no limit of time: write seconds, or such as 90s, 10m or 1h.",
    ),
    (f"{ONE}    limits:\n      memory: 2\n", 4, "'2' is no limit of memory: write such as 512MiB or 2GiB."),
    (f"{ONE}    limits:\n      retries: yes\n", 4, "'yes' is no number of retries: write one from 0 to 10."),
    (f"{ONE}    formats: docx\n", 3, "The format 'docx' is not one of html, pdf, csv, json, xlsx, ipynb."),
    (
        f"{ONE}    locale: klingon\n",
        3,
        "The locale 'klingon' is not known: write one such as en, de, es or ja.",
    ),
    (f"{ONE}    business_models: b2\n", 3, "Unknown business model 'b2': did you mean b2c or b2b or b2b2c?"),
    (f"{ONE}    time_frames: moth\n", 3, "Unknown time frame 'moth': did you mean month?"),
    (
        f"{ONE}    period: 2025-02..2025-01\n",
        3,
        "The range '2025-02..2025-01' ends before it begins: write 2025-01..2025-02.",
    ),
    (
        f"{ONE}    time_frames: week\n    period: [last, 2025-01]\n",
        4,
        "the period '2025-01' has the time frame month: leave out 'time_frames'.",
    ),
    (f"{ONE}\tlocale: de\n", 3, "not YAML, because it is indented with a tab: use spaces."),
    (f"{ONE}    locale: 'de\n", 4, "not YAML, because found unexpected end of stream."),
    (f"{ONE}---\n{ONE}", 3, "not YAML, because a second document begins: take out the line ---."),
    (f"{ONE}    name: &a x\n    locale: *a\n", 4, "*a is an alias: write out what it means."),
    (f"{ONE}    period: !!int 2025\n", 3, "!!int is a type: leave it out."),
    (
        f"{ONE}    name: !!python/object:os.system x\n",
        3,
        "!!python/object:os.system is a type: leave it out.",
    ),
    (f"{ONE}    locale: {'[' * 20}{']' * 20}\n", 3, "nested more than 8 deep: write it flatter."),
    (f"{ONE}    ? [a]\n    : b\n", 3, "a key is one word."),
    (f"{ONE}    name: \x07\n", 3, "the sign '\\x07' is no text: take it out."),
]


@pytest.mark.parametrize(("text", "line", "sentence"), BAD, ids=[sentence[:40] for _, _, sentence in BAD])
def test_what_is_wrong_is_one_sentence_with_file_and_line(
    file: Path, text: str, line: int, sentence: str
) -> None:
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        read_matrices("monthly")
    assert str(refused.value) == f"parameters/monthly.yaml, line {line}: {sentence}"


def test_an_escape_that_names_no_sign_is_refused(file: Path) -> None:
    file.write_text(f'{ONE}    name: "\\UFFFFFFFF"\n')
    with pytest.raises(InputError, match=r"monthly\.yaml is not YAML: an escape in quotes names no sign\."):
        read_matrices("monthly")


def test_aliases_of_aliases_are_not_unfolded(file: Path) -> None:
    layers = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
    file.write_text(f"l0: &l0 [lol]\n{layers}")
    with pytest.raises(InputError, match=r"line 2: \*l0 is an alias"):
        read_matrices("monthly")


def test_text_of_another_encoding_is_refused(file: Path) -> None:
    file.write_bytes(b"reports:\n  - name: M\xe1laga\n")
    with pytest.raises(InputError, match=r"monthly\.yaml, line 2: the text is not UTF-8: save the file as"):
        read_matrices("monthly")
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert len(read_matrices("monthly")) == 2


def test_a_file_of_megabytes_is_not_taken_for_parameters(file: Path) -> None:
    file.write_text("#" * 1_000_001)
    with pytest.raises(InputError, match="more than 1,000,000 bytes: divide it"):
        read_matrices("monthly")


PLANNED = """\
reports:
  - name: partners
    notebooks:
      - bookings
      - {notebook}
    period:
      - last
      - {period}
    partners:
      - {entry}
      - - ag-002
        - {partner}
    currency:
      - EUR
      - {currency}
"""
RIGHT = {
    "notebook": "finance",
    "period": "2026-09",
    "entry": "ag-001",
    "partner": "ag-003",
    "currency": "USD",
}


@pytest.mark.parametrize(
    ("wrong", "line", "named"),
    [
        ({"notebook": "broken.ipynb"}, 5, r"The file .*broken\.ipynb is not a Jupyter notebook"),
        ({"notebook": "priceless.ipynb"}, 5, "parameter of the notebook priceless 'currency'"),
        ({"period": "2031-01"}, 8, "2031-01"),
        ({"period": "2031-01..2031-02"}, 8, "2031-01"),
        ({"partner": "nobody"}, 12, "Unknown partner 'nobody'"),
        ({"entry": "ag-001, nobody"}, 10, "Unknown partner 'nobody'"),
        ({"entry": "each"}, 10, "The partner 'each' stands for all of them"),
        ({"partner": "each"}, 12, "Unknown partner 'each'"),
        ({"currency": "kwd"}, 15, "KWD, because it has no rate"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_only_the_data_can_refuse_has_the_line_of_its_word(
    file: Path, small: AnalyticsService, wrong: dict[str, str], line: int, named: str
) -> None:
    file.with_name("broken.ipynb").write_text("not json")
    file.with_name("priceless.ipynb").write_bytes((NOTEBOOKS / "plain.ipynb").read_bytes())

    def planned(**words: str) -> int:
        file.write_text(PLANNED.format(**RIGHT | words))
        return len(plan([one for matrix in read_matrices("monthly") for one in matrix.asked()], small))

    assert planned() == 2 * 2 * 2 * 2
    with pytest.raises(InputError, match=rf"^parameters/monthly\.yaml, line {line}: .*{named}") as refused:
        planned(**wrong)
    assert str(refused.value).count("monthly.yaml") == 1


def test_what_the_command_line_says_has_no_line_of_a_word(file: Path, small: AnalyticsService) -> None:
    file.write_text(PLANNED.format(**RIGHT))
    (matrix,) = read_matrices("monthly")
    with pytest.raises(InputError, match=r"^parameters/monthly\.yaml, line 2: .*2031-01"):
        plan(matrix.asked(period="2031-01"), small)
