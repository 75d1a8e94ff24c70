"""Matrices as files in `parameters` declare them, under the key `reports`."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from analytics_lib.errors import InputError, UnknownName
from analytics_lib.home import home
from scheduler.formats import checked_formats
from scheduler.limits import USUAL_LIMITS
from scheduler.matrix import Matrix
from scheduler.matrix_words import LimitWords, MatrixWords
from scheduler.periods import frame_of
from scheduler.written import Way, WrittenFile, read_written

FOLDER = "parameters"
SUFFIXES = (".yaml", ".yml")
REPORTS = "reports"

_SINGLE = ("name", *LimitWords.model_fields)
"""Keys with one value, and never a list of them."""

_PLANNED = ("notebooks", "time_frames", "period", "business_models", "partners", "currency")
"""Keys of lists whose words are looked at once more when runs are planned."""


def read_matrices(name: str) -> tuple[Matrix, ...]:
    """The matrices of a file: by its name in the project's `parameters` folder, or by its path.

    Raises `InputError` that says the file, the line and what to write instead.
    """
    path = _find(name)
    file = read_written(path, _shown(path))
    for key in file.content:
        if key != REPORTS:
            raise InputError(f"{file.at((key,))}: {UnknownName('key', key, [REPORTS])}")
    reports = file.content.get(REPORTS)
    if not isinstance(reports, list) or not reports:
        raise InputError(f"{file.at((REPORTS,))}: the key '{REPORTS}' needs a list of matrices.")
    return tuple(_matrix(words, file, (REPORTS, number), path) for number, words in enumerate(reports))


def _matrix(words: object, file: WrittenFile, way: Way, path: Path) -> Matrix:
    if not isinstance(words, dict):
        raise InputError(f"{file.at(way)}: a matrix is keys and values, such as 'notebooks: bookings'.")
    try:
        said = MatrixWords.model_validate(words, context=(path.parent, home()))
    except ValidationError as error:
        raise InputError(_sentence(error, file, way)) from None
    matrix = Matrix(
        name=said.name or path.stem,
        written_at=file.at(way),
        notebooks=tuple(said.notebooks),
        time_frames=tuple(said.time_frames),
        periods=tuple(said.period),
        business_models=tuple(said.business_models),
        partners=tuple(said.partners),
        zones=tuple(said.zone),
        currencies=tuple(said.currency),
        locales=tuple(said.locale),
        formats=checked_formats(said.formats),
        limits=USUAL_LIMITS.changed(**said.limits.model_dump()),
        lines=_lines(said, file, way),
    )
    for number, period in enumerate(matrix.periods):
        fixed = frame_of(period)
        if fixed is not None and matrix.time_frames and matrix.time_frames != (fixed.value,):
            at = file.at((*way, "period", number))
            raise InputError(
                f"{at}: the period '{period}' has the time frame {fixed.value}: leave out 'time_frames'."
            )
    return matrix


def _lines(said: MatrixWords, file: WrittenFile, way: Way) -> dict[tuple[str, str], str]:
    """Where each word stands that only a plan can refuse, because it knows the data."""
    found: dict[tuple[str, str], str] = {}
    for key in _PLANNED:
        for number, entry in enumerate(getattr(said, key)):
            # An entry of several partners is a list of its own, or has them in one line.
            for position, word in enumerate(entry.split(",") if key == "partners" else [entry]):
                found.setdefault((key, word.strip()), file.at((*way, key, number, position)))
    return found


def _sentence(error: ValidationError, file: WrittenFile, way: Way) -> str:
    """The first thing that is wrong, with its line."""
    wrong = error.errors()[0]
    where = wrong["loc"]
    key = next((word for word in reversed(where) if isinstance(word, str)), "")
    match wrong["type"]:
        case "extra_forbidden":
            keys = LimitWords.model_fields if len(where) > 1 else MatrixWords.model_fields
            said = str(UnknownName("key", key, keys))
        case "missing":
            said = f"the matrix has no '{key}': name one, several, or each."
        case "value_error":
            said = str(wrong["ctx"]["error"])
        case "too_short":
            said = f"the list of '{key}' is empty: put something in, or take it out."
        case "model_type":
            said = f"the key '{key}' has keys of its own: {', '.join(LimitWords.model_fields)}."
        case _:
            said = f"the key '{key}' takes a text" + ("." if key in _SINGLE else " or a list of texts.")
    return f"{file.at((*way, *where))}: {said}"


def _find(name: str) -> Path:
    given = Path(name)
    if given.suffix in SUFFIXES:
        if not given.is_file():
            raise InputError(f"There is no file {name}: name a matrix in '{FOLDER}', or another path.")
        return given.absolute()
    known = {path.stem: path for path in sorted((home() / FOLDER).iterdir()) if path.suffix in SUFFIXES}
    if name not in known:
        raise UnknownName("matrix", name, known)
    return known[name]


def _shown(path: Path) -> str:
    """A file as errors name it: below the project if it is there."""
    try:
        return path.relative_to(home()).as_posix()
    except ValueError:
        return str(path)
