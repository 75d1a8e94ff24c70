"""Opening a ledger: where it is kept, by the folder of reports and an address."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from analytics_lib.errors import InputError
from analytics_lib.runs.head_file import HeadFile
from analytics_lib.runs.journal import Journal
from analytics_lib.runs.ledger import Ledger
from analytics_lib.runs.sqlite_store import SQLiteStore
from analytics_lib.runs.store import Store

URL_VARIABLE = "ANALYTICS_LEDGER_URL"
_WAY_OUT = "write sqlite:///FILE or postgresql://USER@HOST/DATABASE, or name none"


def open_ledger(
    reports: Path, url: str | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Ledger:
    """The ledger of a folder of reports; nothing is read or written yet.

    Without a `url`, here or in ANALYTICS_LEDGER_URL, it is one SQLite file beside the folder. With one it may
    be shared with other folders, in SQLite or PostgreSQL. However the folder is spelled, and through whatever
    links, it has one ledger. `clock` tells seconds and is never set. Raises `InputError` for another address,
    and for a folder with nothing beside it.
    """
    folder = reports.resolve()
    if not folder.name:
        raise InputError(
            f"'{reports}' cannot be the folder of reports, because their ledger lies beside it: "
            "name a folder inside it."
        )
    address = url or os.environ.get(URL_VARIABLE)
    store = _store(address) if address else SQLiteStore(folder.with_name(f"{folder.name}.ledger.sqlite"))
    head_file = HeadFile(folder.with_name(f"{folder.name}.ledger.head"))
    return Ledger(Journal(store, head_file, is_shared=bool(address)), clock)


def _store(url: str) -> Store:
    # Whoever keeps the ledger in a file beside the reports does without what these read.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from analytics_lib.runs.postgresql_store import PostgreSQLStore
    from analytics_lib.warehouse.address import parse_address

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise InputError(f"The address of the ledger is not a URL: {_WAY_OUT}.") from None
    engine = parsed.get_backend_name()
    if engine in ("postgresql", "postgres"):
        return PostgreSQLStore(parse_address(url))
    if engine != "sqlite":
        raise InputError(f"A ledger cannot be kept in a database of '{engine}': {_WAY_OUT}.")
    if not parsed.database or parsed.database.startswith((":", "file:")):
        raise InputError(f"The address of the ledger names no file: {_WAY_OUT}.")
    return SQLiteStore(Path(parsed.database).absolute())
