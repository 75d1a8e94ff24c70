"""One thread for many small matrices: more of them would wait for each other longer than they work."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


def on_one_thread(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, with the linear algebra of numpy and scipy on one thread while it runs."""

    @wraps(function)
    def limited(*given: _P.args, **named: _P.kwargs) -> _R:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"):
            return function(*given, **named)

    return limited
