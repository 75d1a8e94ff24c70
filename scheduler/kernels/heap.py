"""The parent's memory, made ready to be shared: what a fork does not write to is never copied."""

from __future__ import annotations

import ctypes
import gc
from pathlib import Path

_MADV_POPULATE_READ = 22
_SIZES = tuple(2**power for power in range(16, 3, -1))


def settle() -> None:
    """Leave as little as possible for forks to write to; call it once, when all is imported.

    The garbage collector forgets what is there now, so that it never marks it; to look for garbage first
    would take a third of a second and find some thousand objects. The gaps in the heap are filled, so that
    what a fork allocates lies together instead of beside what it shares. And the code of the libraries is
    mapped, so that it counts, and is read from disk, once for all.
    """
    _fill_gaps()
    gc.freeze()
    _map_libraries()


class _Statistics(ctypes.Structure):
    """glibc's `struct mallinfo2`, of which we read the size of the free space at the end of the heap."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def _fill_gaps() -> None:
    """Take all free space between what is allocated, from the largest pieces to the smallest."""
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):  # another C library, or an old one
        return
    library.mallinfo2.restype = _Statistics
    library.sbrk.restype = library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = (ctypes.c_size_t,)
    for size in _SIZES:
        # What lies at or behind the free space at the heap's end was taken from there, and not from a gap.
        end = library.sbrk(0) - library.mallinfo2().keepcost
        while (library.malloc(size) or end) < end:
            pass


def _map_libraries() -> None:
    library = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights, *_, name = line.split(None, 5)
        if ".so" in name and rights.startswith("r") and "w" not in rights:
            start, end = (int(address, 16) for address in span.split("-"))
            # An older Linux does not know this advice, and loses nothing.
            library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_POPULATE_READ)
