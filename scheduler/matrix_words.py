"""The keys of a matrix in a file, and what may stand behind each."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from analytics_lib.formatting import currency_code
from analytics_lib.local_time import TimeFrame, zone_info
from analytics_lib.scope import BusinessModel
from scheduler.formats import USUAL_FORMATS, checked_formats
from scheduler.limits import memory_bytes, retry_count, seconds
from scheduler.notebooks import find_notebook
from scheduler.periods import frame_of
from scheduler.places import USUAL_LOCALE, locale_word
from scheduler.plan import ALL, EACH

_T = TypeVar("_T")


def _listed(value: object) -> object:
    """One value is a list of one."""
    return value if isinstance(value, list) else [value]


def _together(value: object) -> object:
    """Several partners of one report, as the parameter of a notebook has them."""
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return ",".join(value)
    return value


def _notebook(name: str, asked: ValidationInfo) -> str:
    if name == EACH:
        return name
    found = find_notebook(name, asked.context or ())
    return name if found.stem == name else str(found)


def _time_frame(name: str) -> str:
    return name if name == EACH else TimeFrame(name).value


def _period(name: str) -> str:
    frame_of(name)
    return name


def _business_model(name: str) -> str:
    if name not in (EACH, ALL):
        for part in name.split(","):
            BusinessModel(part.strip())
    return name


def _zone(name: str) -> str:
    zone_info(name)
    return name


def _locale(name: str) -> str:
    locale_word(name)
    return name


def _format(name: str) -> str:
    checked_formats([name])
    return name


def _time(words: str) -> str:
    seconds(words)
    return words


def _memory(words: str) -> str:
    memory_bytes(words)
    return words


def _count(words: str) -> str:
    retry_count(words)
    return words


_Several = Annotated[list[_T], BeforeValidator(_listed), Field(min_length=1)]


class LimitWords(BaseModel):
    """The keys of a matrix's limits, as `Limits.changed` takes them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cell: Annotated[str, AfterValidator(_time)] = ""
    run: Annotated[str, AfterValidator(_time)] = ""
    memory: Annotated[str, AfterValidator(_memory)] = ""
    retries: Annotated[str, AfterValidator(_count)] = ""


class MatrixWords(BaseModel):
    """The keys of a matrix; what each may be is checked word by word, so that an error has its line.

    The context of a validation is the folders from which paths of notebooks are taken, the first first.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = ""
    notebooks: _Several[Annotated[str, AfterValidator(_notebook)]]
    time_frames: _Several[Annotated[str, AfterValidator(_time_frame)]] = []
    period: _Several[Annotated[str, AfterValidator(_period)]] = ["last"]
    business_models: _Several[Annotated[str, AfterValidator(_business_model)]] = []
    partners: _Several[Annotated[str, BeforeValidator(_together)]] = []
    zone: _Several[Annotated[str, AfterValidator(_zone)]] = [""]
    currency: _Several[Annotated[str, AfterValidator(currency_code)]] = [""]
    locale: _Several[Annotated[str, AfterValidator(_locale)]] = [USUAL_LOCALE]
    formats: _Several[Annotated[str, AfterValidator(_format)]] = list(USUAL_FORMATS)
    limits: LimitWords = LimitWords()
