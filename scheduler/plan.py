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

from analytics_lib import AnalyticsService, BusinessModel, Scope, TimeFrame
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals
from analytics_lib.local_time import to_local
from scheduler.notebooks import find_notebook, listed_names, read_notebook
from scheduler.parameters import Value, checked, declared
from scheduler.places import USUAL_LOCALE, Place, locale_word, path_of

DEFAULT_NOTEBOOK = "executive"
EACH = "each"
RELATIVE_PERIODS = ("last", "current")
"""Periods that are another one in each time frame; a name such as 2026-10 fixes its own."""

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
    currency: str = ""
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
    time_frames = _each("time frame", asked.time_frames, [frame.value for frame in TimeFrame])
    if len(time_frames) > 1 and asked.period not in RELATIVE_PERIODS:
        raise InputError(
            f"The period '{asked.period}' is the same in every time frame: name one time frame, or ask for "
            f"the period {' or '.join(RELATIVE_PERIODS)}."
        )
    # `each` makes one for all of them too.
    models = _each(
        "business model", asked.business_models, ["all", *(model.value for model in BusinessModel)]
    )
    runs: dict[Path, Run] = {}
    for name in _each("notebook", asked.notebooks, listed_names()):
        path = find_notebook(name)
        notebook = read_notebook(path)
        for time_frame in time_frames:
            for model in models or (_own_model(notebook, path.stem),):
                run = _run(asked, analytics, path, notebook, time_frame, model, version)
                if (other := runs.get(run.place, run)).notebook != path:
                    raise InputError(
                        f"The reports of {other.notebook} and {path} would lie in one place: rename one."
                    )
                runs[run.place] = run
    return tuple(runs.values())


def _own_model(notebook: nbformat.NotebookNode, name: str) -> str:
    """The business model that a notebook is about, if nobody names one: that of its own default."""
    return str(declared(notebook, name).get("business_model", "all"))


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
    # A notebook that shows no money need not know of currencies.
    currency = _currency(asked, analytics)
    words |= {"currency": currency} if currency else {}
    parameters = checked(notebook, path.stem, words)
    said: dict[str, Any] = {name: str(parameters[name]) for name in SCOPE_PARAMETERS}
    scope = analytics.scope(**said)
    refuse_unknown_partners(scope, analytics)
    analytics.reading_in(currency).rate(scope)  # refuses a currency without a rate then
    # What the words meant is written down, so that a notebook run later means the same period.
    parameters |= {"as_of": f"{scope.as_of.isoformat(timespec='seconds')}Z", "zone": scope.zone}
    parameters["period"] = scope.period.name
    if scope.period.time_frame is not None:
        parameters["time_frame"] = scope.period.time_frame.value
    place = _place(scope, path.stem, currency, asked.locale, analytics)
    return Run(path, tuple(sorted(parameters.items())), scope, place, version)


def refuse_unknown_partners(scope: Scope, analytics: AnalyticsService) -> None:
    """Raise `UnknownName` for a partner that the data does not hold."""
    if scope.partners:
        analytics.measure("total_bookings", scope)


def _place(scope: Scope, notebook: str, currency: str, locale: str, analytics: AnalyticsService) -> Path:
    is_usual_zone = scope.zone == analytics.about.get("zone", "UTC")
    word = locale_word(locale)
    place = Place(
        period=scope.period.name,
        notebook=notebook,
        business_models=tuple(model.value for model in scope.business_models),
        partners=scope.partners,
        currency=currency,
        zone="" if is_usual_zone else scope.zone,
        locale="" if word == USUAL_LOCALE else word,
        until=f"{to_local(scope.as_of, scope.zone):%Y-%m-%dT%H%M}" if scope.is_partial else "",
    )
    return Path(path_of(place))


def _currency(asked: Asked, analytics: AnalyticsService) -> str:
    """The currency to translate to; empty for the database's own."""
    code = asked.currency.upper()
    if code:
        currency_decimals(code)  # refuses what is no currency
    return "" if code == analytics.currency else code


def _each(kind: str, named: Sequence[str], every: Sequence[str]) -> tuple[str, ...]:
    """The named ones, each once; `each` means every one there is."""
    if EACH not in named:
        return tuple(dict.fromkeys(named))
    if len(set(named)) > 1:
        raise InputError(f"The {kind} 'each' stands for all of them: name it alone.")
    return tuple(every)


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
