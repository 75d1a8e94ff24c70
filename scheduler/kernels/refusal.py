"""Why no kernel can be forked, and that it is said once."""

from __future__ import annotations

import logging


class NoFork(Exception):
    """No kernel can be forked here; the message says why."""


_said: set[str] = set()


def say_once(log: logging.Logger | logging.LoggerAdapter[logging.Logger], reason: str) -> None:
    """Tell that ordinary kernels start from now on, unless this process has told it for that reason."""
    if reason not in _said:
        _said.add(reason)
        log.warning("Kernels start the ordinary way, which takes seconds longer: %s.", reason)
