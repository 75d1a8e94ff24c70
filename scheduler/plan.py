"""Which runs were asked for: notebooks x time frames x business models, each checked, none started."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from analytics_lib import AnalyticsService, Scope
from analytics_lib.errors import InputError, UnknownName
from analytics_lib.home import home
from analytics_lib.local_time import to_local
from scheduler.parameters import Value, checked

DEFAULT_NOTEBOOK = "executive"
SCOPE_PARAMETERS = ("time_frame", "period", "as_of", "business_model", "partner", "zone")


@dataclass(frozen=True)
class Asked:
    """What a person asked for, in the words of the command line; empty words mean the default."""

    notebooks: tuple[str, ...] = (DEFAULT_NOTEBOOK,)
    time_frames: tuple[str, ...] = ("month",)
    period: str = "last"
    as_of: str = ""
    business_models: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    zone: str = ""
    locale: str = "en"


@dataclass(frozen=True)
class Run:
    """One notebook with its parameters over one version of the data; `place` is where its report goes."""

    notebook: Path
    parameters: tuple[tuple[str, Value], ...]
    scope: Scope
    place: Path
    data_version: str

    @property
    def name(self) -> str:
        return self.notebook.stem

    @property
    def run_id(self) -> str:
        """Hash of notebook, parameters, code and data version: equal runs have equal ids."""
        parts = [self.notebook.read_bytes(), json.dumps(dict(self.parameters), sort_keys=True).encode()]
        parts += [code_version().encode(), self.data_version.encode()]
        return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def plan(asked: Asked, analytics: AnalyticsService) -> tuple[Run, ...]:
    """The runs, one a notebook, time frame and business model. Raises `InputError` before any starts."""
    version = analytics.warehouse.version()
    runs: dict[Path, Run] = {}
    for name in asked.notebooks:
        path = find_notebook(name)
        notebook = read_notebook(path)
        for time_frame in asked.time_frames:
            for model in _models(asked.business_models):
                run = _run(asked, analytics, path, notebook, time_frame, model, version)
                runs[run.place] = run
    return tuple(runs.values())


def find_notebook(name: str) -> Path:
    """A notebook by its name in the project's `notebooks` folder, or by its path."""
    given = Path(name)
    if given.suffix == ".ipynb" and given.is_file():
        return given.resolve()
    folder = home() / "notebooks"
    known = {path.stem: path for path in sorted(folder.glob("*.ipynb"))}
    if given.stem not in known:
        raise UnknownName("notebook", name, known)
    return known[given.stem]


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """The notebook in a file. Raises `InputError` for what is not a notebook, or not one of Python."""
    try:
        notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
        about, cells = notebook.metadata, notebook.cells
        language = about.get("kernelspec", {}).get("language") or about.get("language_info", {}).get("name")
        known = all(cell.cell_type and isinstance(cell.source, str) for cell in cells)
    except OSError as error:
        raise InputError(f"The notebook {path} cannot be read: {error.strerror}.") from error
    except Exception as error:
        # nbformat has another error for each way in which a file can be wrong, and some are built in.
        raise InputError(
            f"The file {path} is not a Jupyter notebook: save it again in JupyterLab."
        ) from error
    if not known:
        raise InputError(f"The file {path} is not a Jupyter notebook: save it again in JupyterLab.")
    if language and str(language).lower() != "python":
        raise InputError(f"The notebook {path} is written in {language}: reports run notebooks in Python.")
    return notebook


def _run(
    asked: Asked,
    analytics: AnalyticsService,
    path: Path,
    notebook: nbformat.NotebookNode,
    time_frame: str,
    model: str,
    version: str,
) -> Run:
    words = {
        "time_frame": time_frame,
        "period": asked.period,
        "as_of": asked.as_of,
        "business_model": model,
        "partner": ",".join(asked.partners),
        "zone": asked.zone,
        "locale": asked.locale,
    }
    parameters = checked(notebook, path.stem, words)
    said: dict[str, Any] = {name: str(parameters[name]) for name in SCOPE_PARAMETERS}
    scope = analytics.scope(**said)
    refuse_unknown_partners(scope, analytics)
    # What the words meant is written down, so that a notebook run later means the same period.
    parameters |= {"as_of": f"{scope.as_of.isoformat(timespec='seconds')}Z", "zone": scope.zone}
    parameters["period"] = scope.period.name
    if scope.period.time_frame is not None:
        parameters["time_frame"] = scope.period.time_frame.value
    place = _place(scope, path.stem, model, asked, analytics)
    return Run(path, tuple(sorted(parameters.items())), scope, place, version)


def refuse_unknown_partners(scope: Scope, analytics: AnalyticsService) -> None:
    """Raise `UnknownName` for a partner that the data does not hold."""
    if scope.partners:
        analytics.measure("total_bookings", scope)


def _place(scope: Scope, notebook: str, model: str, asked: Asked, analytics: AnalyticsService) -> Path:
    period = scope.period.name.replace(":", "")
    if scope.is_partial:
        period += f"-to-{to_local(scope.as_of, scope.zone):%Y-%m-%dT%H%M}"
    suffixes = [model.replace(",", "+"), *(_as_file_name(partner) for partner in asked.partners)]
    if scope.zone != analytics.about.get("zone", "UTC"):
        suffixes.append(scope.zone.replace("/", "-"))
    if asked.locale != "en":
        suffixes.append(asked.locale)
    return Path(period) / notebook / ".".join(suffixes)


def _as_file_name(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in text)


def _models(named: Sequence[str]) -> tuple[str, ...]:
    """One report for each named model, or one for all; `each` means every model and all."""
    if not named:
        return ("all",)
    if "each" in named:
        if len(named) > 1:
            raise InputError("The business model 'each' stands for all of them: name it alone.")
        return ("all", "b2c", "b2b", "b2b2c")
    return tuple(dict.fromkeys(named))


@cache
def code_version() -> str:
    """A fingerprint of the packages' own source, templates and fonts."""
    import analytics_lib
    import scheduler

    digest = hashlib.sha256()
    for package in (analytics_lib, scheduler):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder.parent).as_posix()}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
