"""The process that is the parent of kernels: `python -m scheduler.kernels`, which only `owner.py` runs."""

from __future__ import annotations

import gc
import os
import resource
import socket
import sys
import time
from pathlib import Path

from scheduler.kernels.folders import remove_if_empty, sweep
from scheduler.kernels.freshness import Imported
from scheduler.kernels.heap import settle
from scheduler.kernels.naming import name_process
from scheduler.kernels.parent import Forked, Parent
from scheduler.kernels.preload import preload

_SPIN = "20"
"""Threads of OpenBLAS that have nothing to do spin for 2^20 cycles, less than a millisecond."""


def main() -> None:
    """Import all, then serve. The arguments: the number of the listening socket, its address, the linger."""
    since = time.time()
    listening, address, linger = sys.argv[1:]
    # Whoever starts us is no more to us than other owners are, and does not have to wait for our end.
    if os.fork():
        os._exit(0)
    os.setsid()
    # Python has put the folder it was started in there, which is nobody's.
    if not sys.flags.safe_path:
        del sys.path[0]
    name_process("kernel-parent")
    # Each kernel gets its owner's own limit; the parent has a file for each of them.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    # Each fork starts the threads of its algebra anew, which would spin for a tenth of a second, then sleep.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", _SPIN)
    gc.disable()
    preload()
    from scheduler.kernels.child import compact_modules, live

    modules = compact_modules()
    settle()
    base, process = Path(address).parent, os.getpid()
    sweep(base, Path(address))
    parent = Parent(socket.socket(fileno=int(listening)), Path(address), float(linger), Imported(since))
    try:
        parent.serve()
    except Forked as fork:
        line = fork.line
    else:
        remove_if_empty(base)
        return
    # What the parent knew is kept: to free it would be to write to memory that is shared.
    live(line, process, base, modules)


if __name__ == "__main__":
    main()
