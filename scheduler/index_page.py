"""The page that lists all reports: searched and filtered in the browser, a plain list without scripts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analytics_lib.errors import InputError
from analytics_lib.formatting import count, file_size, period_title
from analytics_lib.local_time import TimeFrame, parse_name
from analytics_lib.period import Period
from scheduler.exporters.html_fonts import font_faces
from scheduler.page_parts import digest, template, text_of
from scheduler.places import USUAL_LOCALE, Place
from scheduler.published import Report, published

_ABBREVIATIONS = {"ai": "AI", "b2b": "B2B", "b2c": "B2C", "b2b2c": "B2B2C"}
_HOUR = len("2026-10-25T02")
_PARTS = "index"


def index_page(folder: Path) -> str:
    """The page over everything that is published below the folder; the same files give the same page."""
    reports = published(folder)
    models = {model for report in reports for model in _models(report.place)}
    rows = [_row(report) for report in reports]
    written = "".join(f"{row['title']}{row['period']}" for row in rows)
    style = f"\n{font_faces(written)}{text_of(_PARTS, 'index.css')}"
    script = f"\n{text_of(_PARTS, 'index.js')}"
    page: str = template(_PARTS).render(
        rows=rows,
        total=f"{count(len(reports))} {'report' if len(reports) == 1 else 'reports'}",
        periods=_options((report.place.period, _period_words(report.place.period)) for report in reports),
        notebooks=sorted(_options((name, _named(name)) for name in {r.place.notebook for r in reports})),
        models=sorted(_options((model, _model_words(model)) for model in models)),
        style=Markup(style),
        script=Markup(script),
        style_hash=digest(style),
        script_hash=digest(script),
    )
    return page


def _row(report: Report) -> dict[str, Any]:
    place = report.place
    period = _period_words(place.period, place.locale or USUAL_LOCALE)
    return {
        "title": report.title or _named(place.notebook),
        "place": place,
        "models": " ".join(_models(place)),
        "period": period + (f" to {_moment(place.until)}" if place.until else ""),
        "language": place.locale.replace("_", "-"),
        "facts": [
            _named(place.notebook),
            " + ".join(map(_model_words, _models(place))),
            *(f"partner {partner}" for partner in place.partners),
            *filter(None, (place.currency, place.zone, place.locale)),
            *([f"data as of {_moment(report.as_of)}"] if report.as_of else []),
        ],
        "files": [(file.kind.upper(), file.address, file_size(file.size)) for file in report.files],
    }


def _options(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What a filter offers, each once, in the order in which it comes: value and words."""
    return list(dict.fromkeys(found))


def _models(place: Place) -> tuple[str, ...]:
    return place.business_models or ("all",)


def _model_words(model: str) -> str:
    return "All business models" if model == "all" else model.upper()


def _named(notebook: str) -> str:
    words = [_ABBREVIATIONS.get(word, word) for word in notebook.split("_")]
    return _capital(" ".join(words))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def _period_words(name: str, locale: str = USUAL_LOCALE) -> str:
    """A period as people of a locale say it, an hour with its offset from UTC; what is no period as it is."""
    if name == "all":
        return "All data"
    try:
        frame, _, offset = parse_name(name)
    except InputError:
        return name
    if frame is TimeFrame.HOUR and offset is not None:
        hour, written = name[:_HOUR], name[_HOUR:]
        return f"{period_title(Period.named(f'{hour}Z'), locale)} ({written})"
    return _capital(period_title(Period.named(name), locale))


def _moment(text: str) -> str:
    """An ISO instant to the minute, in UTC where it says so; anything else as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment:%Y-%m-%d %H:%M}{' UTC' if moment.tzinfo else ''}"
