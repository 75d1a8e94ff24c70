"""Whether kernels can be forked here, why not, and that it is said once."""

from __future__ import annotations

import logging
import os
import sys

SWITCH = "ANALYTICS_KERNELS"
"""Set to `ordinary`, this environment variable makes all kernels start the ordinary way."""


class NoFork(Exception):
    """No kernel can be forked here; the message says why."""


def check_platform() -> None:
    """Raise `NoFork` where no kernel can be forked, or none shall be."""
    if sys.platform != "linux":
        raise NoFork("only on Linux is it safe to fork a process that has imported this much")
    if os.environ.get(SWITCH) == "ordinary":
        raise NoFork(f"{SWITCH} is set to 'ordinary'")


_said: set[str] = set()


def say_once(log: logging.Logger | logging.LoggerAdapter[logging.Logger], reason: str) -> None:
    """Tell that ordinary kernels start from now on, unless this process has told it for that reason."""
    if reason not in _said:
        _said.add(reason)
        log.warning("Kernels start the ordinary way, which takes seconds longer: %s.", reason)
