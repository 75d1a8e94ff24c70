"""Which runs were asked for: notebooks x periods x business models x partners, each checked, none started."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any

from analytics_lib import BusinessModel, Scope, TimeFrame
from analytics_lib.booking_platform import BookingPlatform
from analytics_lib.errors import InputError
from analytics_lib.formatting import currency_decimals
from analytics_lib.local_time import to_local
from scheduler.code_version import code_version
from scheduler.formats import FORMATS, USUAL_FORMATS
from scheduler.limits import USUAL_LIMITS, Limits
from scheduler.notebooks import Notebook, find_notebook, listed_names, read_notebook
from scheduler.parameters import Value, checked_by, declared_in
from scheduler.periods import RELATIVE_PERIODS, periods_in
from scheduler.places import USUAL_LOCALE, Place, locale_word, path_of
from scheduler.platform_facts import PlatformFacts

DEFAULT_NOTEBOOK = "executive"
EACH = "each"
ALL = "all"

SCOPE_PARAMETERS = ("time_frame", "period", "as_of", "business_model", "partner", "zone")


@dataclass(frozen=True)
class Asked:
    """What a person asked for, in the words of the command line; empty words mean the default.

    There is one report for each notebook, time frame, period of a range, business model and entry of
    `partners`; an entry of several partners, with commas between them, is one report about them together.
    `asked_with` names the command or the matrix. If it was in a file, `written_at` is that and the line where
    the matrix begins, and `lines` has those of its words, by field and word: ("partners", "ag-001").
    """

    notebooks: tuple[str, ...] = (DEFAULT_NOTEBOOK,)
    time_frames: tuple[str, ...] = ("month",)
    period: str = "last"
    as_of: str = ""
    business_models: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    zone: str = ""
    currency: str = ""
    locale: str = "en"
    formats: tuple[str, ...] = USUAL_FORMATS
    limits: Limits = USUAL_LIMITS
    asked_with: str = "analytics report"
    written_at: str = ""
    lines: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One notebook with its parameters over one version of the data; `place` is where its report goes.

    `notebook_hash` is the SHA-256 of the notebook's bytes when the run was planned.
    """

    notebook: Path
    notebook_hash: str
    parameters: tuple[tuple[str, Value], ...]
    scope: Scope
    place: Path
    data_version: str
    formats: tuple[str, ...] = USUAL_FORMATS
    limits: Limits = USUAL_LIMITS
    asked_with: str = ""

    @property
    def name(self) -> str:
        return self.notebook.stem

    @cached_property
    def run_id(self) -> str:
        """Hash of notebook, parameters, code and data version: equal runs have equal ids."""
        parts = [json.dumps(dict(self.parameters), sort_keys=True), code_version(), self.data_version]
        digests = [bytes.fromhex(self.notebook_hash)]
        digests += [hashlib.sha256(part.encode()).digest() for part in parts]
        return hashlib.sha256(b"\0".join(digests)).hexdigest()[:16]


def plan(asked: Asked | Iterable[Asked], platform: BookingPlatform) -> tuple[Run, ...]:
    """The runs, each once; one that is asked for several times has all the formats.

    Raises `InputError` before any starts, also for two different reports that would lie in one place.
    """
    facts = PlatformFacts(platform)
    read = cache(read_notebook)  # one version of each for the whole plan, even if somebody saves it meanwhile
    runs: dict[Path, Run] = {}
    for one in [asked] if isinstance(asked, Asked) else asked:
        for run in _runs(one, facts, read):
            with _naming_line(one):
                runs[run.place] = _together(runs[run.place], run) if run.place in runs else run
    return tuple(runs.values())


@contextmanager
def _naming_line(asked: Asked, key: str = "", word: str = "") -> Iterator[None]:
    """Put the line of a word, or else of its matrix, before what is wrong with it, if it was in a file."""
    try:
        yield
    except InputError as error:
        line = asked.lines.get((key, word), asked.written_at)
        if not line:
            raise
        raise InputError(f"{line}: {error}") from error


def _runs(asked: Asked, facts: PlatformFacts, read: Callable[[Path], Notebook]) -> Iterator[Run]:
    with _naming_line(asked, "time_frames", EACH):
        time_frames = _each("time frame", asked.time_frames, [frame.value for frame in TimeFrame])
    with _naming_line(asked, "period", asked.period):
        if len(time_frames) > 1 and asked.period not in RELATIVE_PERIODS:
            raise InputError(
                f"The period '{asked.period}' is the same in every time frame: name one time frame, or ask "
                f"for the period {' or '.join(RELATIVE_PERIODS)}."
            )
        periods = tuple(periods_in(asked.period, asked.zone or facts.zone))
    with _naming_line(asked, "business_models", EACH):
        # `each` makes one for all of them too.
        models = _each(
            "business model", asked.business_models, [ALL, *(model.value for model in BusinessModel)]
        )
    with _naming_line(asked, "partners", EACH):
        partners = _each("partner", asked.partners, facts.partners) if asked.partners else (ALL,)
        if not partners:
            raise InputError("The data holds no partner: ask for reports without 'each' of them.")
    with _naming_line(asked, "currency", asked.currency):
        currency = _currency(asked, facts)
    with _naming_line(asked, "notebooks", EACH):
        names = _each("notebook", asked.notebooks, listed_names())
    for name in names:
        with _naming_line(asked, "notebooks", name):
            notebook = read(find_notebook(name))
            schema = declared_in(notebook.tagged, notebook.path.stem)
        own_model = str(schema.get("business_model", ALL))
        for time_frame, period, model, partner in product(
            time_frames, periods, models or (own_model,), partners
        ):
            words = {
                "time_frame": time_frame,
                "period": period,
                "as_of": asked.as_of,
                "business_model": model,
                "partner": "" if partner == ALL else partner,
                "zone": asked.zone,
                "locale": asked.locale,
            }
            # A notebook that shows no money need not know of currencies.
            words |= {"currency": currency} if currency else {}
            with _naming_line(asked, "notebooks", name):
                parameters = checked_by(schema, notebook.path.stem, words)
            yield _run(asked, notebook, parameters, currency, facts)


def _run(
    asked: Asked, notebook: Notebook, parameters: dict[str, Value], currency: str, facts: PlatformFacts
) -> Run:
    said: dict[str, Any] = {name: str(parameters[name]) for name in SCOPE_PARAMETERS}
    with _naming_line(asked, "period", asked.period):
        scope = facts.platform.scope(**said)
    for partner in scope.partners:
        with _naming_line(asked, "partners", partner):
            facts.refuse_unknown_partner(partner)
    with _naming_line(asked, "currency", asked.currency):
        facts.refuse_without_rate(currency, scope)
    # What the words meant is written down, so that a notebook run later means the same period.
    parameters |= {"as_of": f"{scope.as_of.isoformat(timespec='seconds')}Z", "zone": scope.zone}
    parameters["period"] = scope.period.name
    if scope.period.time_frame is not None:
        parameters["time_frame"] = scope.period.time_frame.value
    return Run(
        notebook=notebook.path,
        notebook_hash=notebook.content_hash,
        parameters=tuple(sorted(parameters.items())),
        scope=scope,
        place=_place(scope, notebook.path.stem, currency, asked.locale, facts),
        data_version=facts.version,
        formats=asked.formats,
        limits=asked.limits,
        asked_with=asked.asked_with,
    )


def _together(first: Run, second: Run) -> Run:
    """Two runs of one place as one, in the formats of both. Raises `InputError` if they are not equal."""
    if first.notebook != second.notebook:
        raise InputError(
            f"The reports of {first.notebook} and {second.notebook} would lie in one place: rename one."
        )
    if first.run_id != second.run_id:
        others = dict(second.parameters)
        named = ", ".join(name for name, value in first.parameters if others.get(name) != value)
        raise InputError(
            f"The report {first.place.as_posix()} is asked for with more than one {named}: name one."
        )
    kinds = {*first.formats, *second.formats}
    return replace(
        first,
        formats=tuple(kind for kind in FORMATS if kind in kinds),
        limits=first.limits.widest(second.limits),
    )


def _place(scope: Scope, notebook: str, currency: str, locale: str, facts: PlatformFacts) -> Path:
    word = locale_word(locale)
    place = Place(
        period=scope.period.name,
        notebook=notebook,
        business_models=tuple(model.value for model in scope.business_models),
        partners=scope.partners,
        currency=currency,
        zone="" if scope.zone == facts.zone else scope.zone,
        locale="" if word == USUAL_LOCALE else word,
        until=f"{to_local(scope.as_of, scope.zone):%Y-%m-%dT%H%M}" if scope.is_partial else "",
    )
    return Path(path_of(place))


def _currency(asked: Asked, facts: PlatformFacts) -> str:
    """The currency to translate to; empty for the database's own."""
    code = asked.currency.upper()
    if code:
        currency_decimals(code)  # refuses what is no currency
    return "" if code == facts.platform.currency else code


def _each(kind: str, named: Sequence[str], every: Sequence[str]) -> tuple[str, ...]:
    """The named ones, each once; `each` means every one there is."""
    if EACH not in named:
        return tuple(dict.fromkeys(named))
    if len(set(named)) > 1:
        raise InputError(f"The {kind} 'each' stands for all of them: name it alone.")
    return tuple(every)
