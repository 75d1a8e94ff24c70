"""One thread for many small matrices: more of them would wait for each other longer than they work."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_P = ParamSpec("_P")
_R = TypeVar("_R")


def on_one_thread(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, with the linear algebra of numpy and scipy on one thread while it runs."""

    @wraps(function)
    def limited(*given: _P.args, **named: _P.kwargs) -> _R:
        with _algebra().limit(limits=1, user_api="blas"):
            return function(*given, **named)

    return limited


@cache
def _algebra() -> ThreadpoolController:
    """The libraries of linear algebra in this process, looked for once."""
    import scipy.linalg  # noqa: F401 - which brings one of its own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
