"""How people name what was asked: the period, the one compared with, and for whom."""

from __future__ import annotations

from analytics_lib.formatting.dates import period_title
from analytics_lib.formatting.texts import texts
from analytics_lib.scope import Scope


def period_name(scope: Scope, locale: str = "en") -> str:
    """The period as people name it, marked where it is not over yet."""
    title = period_title(scope.period, locale)
    return texts(locale)("{period} to date").format(period=title) if scope.is_partial else title


def compared_name(compared: Scope, locale: str = "en") -> str:
    """The period that a number is compared with; a running one is compared with as much of it."""
    title = period_title(compared.period, locale)
    return texts(locale)("the same part of {period}").format(period=title) if compared.is_partial else title


def whom(scope: Scope, locale: str = "en") -> list[str]:
    """Business models and partners of a scope, if it names any."""
    say = texts(locale)
    named = (
        [" + ".join(model.value.upper() for model in scope.business_models)] if scope.business_models else []
    )
    if scope.partners:
        pattern = say("partner {names}") if len(scope.partners) == 1 else say("partners {names}")
        named.append(pattern.format(names=", ".join(scope.partners)))
    return named
