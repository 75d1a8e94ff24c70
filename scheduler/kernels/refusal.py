"""Whether kernels can be forked here, why not, and that it is said once."""

from __future__ import annotations

import logging
import os
import sys

SWITCH = "ANALYTICS_KERNELS"
"""Set to `ordinary`, or to anything but `forked`, this variable makes kernels start the ordinary way."""


class NoFork(Exception):
    """No kernel can be forked here; the message says why."""


def check_platform() -> None:
    """Raise `NoFork` where no kernel can be forked, or none shall be."""
    if sys.platform != "linux":
        raise NoFork("only on Linux is it safe to fork a process that has imported this much")
    if (chosen := os.environ.get(SWITCH, "")).lower() not in {"", "forked"}:
        raise NoFork(f"{SWITCH} is set to '{chosen}'")


_log = logging.getLogger(__name__)
_said: set[str] = set()


def say_once(reason: str) -> None:
    """Tell that ordinary kernels start from now on, unless this process has told it for that reason.

    Jupyter's own logs are silent in programs that set none up; ours then goes to standard error.
    """
    if reason not in _said:
        _said.add(reason)
        _log.warning("Kernels start the ordinary way, which takes seconds longer: %s.", reason)
