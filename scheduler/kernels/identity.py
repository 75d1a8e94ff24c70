"""Which processes share a parent: those of one user whose Python would import the same in the same way."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass

PROTOCOL = 1
"""Counts how owners, parents and spares talk to each other; those of different counts never meet."""

_NAMES = frozenset({"HOME", "LANG", "LANGUAGE", "TZ", "GLIBC_TUNABLES"})
_PREFIXES = (
    "ARROW_",
    "BLIS_",
    "DYLD_",
    "KMP_",
    "LC_",
    "LD_",
    "MALLOC_",
    "MIMALLOC_",
    "MKL_",
    "MPL",
    "NUMBA_",
    "NUMEXPR_",
    "OMP_",
    "OPENBLAS_",
    "PYTHON",
)


@dataclass(frozen=True)
class Identity:
    """What a parent is shared by: a key, and the whole environment that the parent gets.

    The environment has only the variables that libraries read while they are imported. Everything else,
    passwords above all, reaches the kernel that it was meant for, and never the parent.
    """

    key: str
    environment: Mapping[str, str]


def identity_of(environment: Mapping[str, str]) -> Identity:
    """The identity of the parent for a kernel with this environment, started by this process."""
    read = {
        name: value
        for name, value in sorted(environment.items())
        if name in _NAMES or name.startswith(_PREFIXES)
    }
    limits = [resource.getrlimit(limit)[1] for limit in LIMITS.values()]
    python = os.path.realpath(sys.executable)
    parts = [PROTOCOL, python, sys.prefix, sys.version, os.getuid(), os.getgid(), os.getgroups()]
    digest = hashlib.sha256(json.dumps([*parts, limits, read]).encode("utf-8", "surrogateescape"))
    return Identity(digest.hexdigest()[:16], read)


LIMITS = {
    name: getattr(resource, name)
    for name in sorted(dir(resource))
    if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE"
}
"""The limits of a process that a kernel takes over from its owner."""
