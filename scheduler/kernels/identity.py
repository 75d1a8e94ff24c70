"""Which processes share a parent: those of one user whose Python would import the same in the same way."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROTOCOL = 1
"""Counts how owners, parents and spares talk to each other; those of different counts never meet."""

_NAMES = frozenset(
    (
        *("GLIBC_TUNABLES", "HOME", "LANG", "LANGUAGE", "LD_AUDIT", "LD_BIND_NOW"),
        *("LD_LIBRARY_PATH", "LD_PRELOAD", "MPLBACKEND", "MPLCONFIGDIR"),
        *("DISABLE_SQLALCHEMY_CEXT_RUNTIME", "JUPYTER_PLATFORM_DIRS", "JUPYTER_WIDGETS_ECHO", "MATPLOTLIBRC"),
        *("TZ", "TZDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PYTHONASYNCIODEBUG"),
        *("PYTHONCOERCECLOCALE", "PYTHONDEVMODE", "PYTHONDONTWRITEBYTECODE"),
        *("PYTHONFAULTHANDLER", "PYTHONHASHSEED", "PYTHONHOME", "PYTHONINTMAXSTRDIGITS"),
        *("PYTHONIOENCODING", "PYTHONMALLOC", "PYTHONMALLOCSTATS", "PYTHONNODEBUGRANGES"),
        *("PYTHONNOUSERSITE", "PYTHONOPTIMIZE", "PYTHONPATH", "PYTHONPERFSUPPORT"),
        *("PYTHONPLATLIBDIR", "PYTHONPROFILEIMPORTTIME", "PYTHONPYCACHEPREFIX"),
        *("PYTHONSAFEPATH", "PYTHONTRACEMALLOC", "PYTHONUNBUFFERED", "PYTHONUSERBASE"),
        *("PYTHONUTF8", "PYTHONVERBOSE", "PYTHONWARNDEFAULTENCODING", "PYTHONWARNINGS"),
        *("PYTHON_CONTEXT_AWARE_WARNINGS", "PYTHON_CPU_COUNT", "PYTHON_FROZEN_MODULES"),
        *("PYTHON_GIL", "PYTHON_JIT", "PYTHON_THREAD_INHERIT_CONTEXT"),
    )
)
_FAMILIES = (
    *("ARROW_", "BLIS_", "DEBUGPY_", "KMP_", "LC_", "MALLOC_", "MIMALLOC_", "MKL_", "NPY_", "NUMBA_"),
    *("NUMEXPR_", "NUMPY_", "OMP_", "OPENBLAS_", "PANDAS_", "PSYCOPG_", "PYARROW_", "PYDEVD_", "SCIPY_"),
    *("SKLEARN_",),
)
_SECRET = re.compile("CREDENTIAL|KEY|PASS|SECRET|TOKEN")


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
        if name in _NAMES or (name.startswith(_FAMILIES) and not _SECRET.search(name))
    }
    python = os.path.realpath(sys.executable)
    user = [os.getuid(), os.getgid(), os.getgroups()]
    parts = [PROTOCOL, python, sys.prefix, sys.version, *user, _confinement(), _share(), read]
    digest = hashlib.sha256(json.dumps(parts).encode())
    return Identity(digest.hexdigest()[:16], read)


def _confinement() -> list[object]:
    """What this process may do and see: a kernel must not get out of what its owner is confined to."""
    root = Path("/").stat()
    status = Path("/proc/self/status").read_text().splitlines()
    spaces = (space for space in Path("/proc/self/ns").iterdir() if not space.name.endswith("_for_children"))
    return [
        [root.st_dev, root.st_ino],
        [line for line in status if line.startswith(("Cap", "NoNewPrivs", "Seccomp:"))],
        sorted(str(space.readlink()) for space in spaces),
        [resource.getrlimit(limit)[1] for limit in LIMITS.values()],
    ]


def _share() -> list[object]:
    """This process's share of the machine, which libraries may look at while they are imported."""
    return [os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0))]


LIMITS = {
    name: getattr(resource, name)
    for name in sorted(dir(resource))
    if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE"
}
"""The limits of a process that a kernel takes over from its owner."""
