"""Database addresses: what a SQLAlchemy URL names, and how it may be shown to people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from analytics_lib.errors import WarehouseError

_SECRET = re.compile(r"pass|secret|token|key", re.IGNORECASE)
_EXAMPLE = "write duckdb:///FILE or postgresql://USER@HOST/DATABASE"


@dataclass(frozen=True)
class Address:
    """Where a database is: `engine` is 'duckdb' or 'postgresql', `url` still holds the password."""

    engine: str
    url: URL

    @property
    def shown(self) -> str:
        """The URL for messages and reports: the password is starred out, secret options are left out."""
        secrets = [name for name in self.url.query if _SECRET.search(name)]
        return self.url.difference_update_query(secrets).render_as_string(hide_password=True)

    @property
    def bare(self) -> str:
        """The URL without any secret: whoever opens it must know the password from elsewhere."""
        secrets = [name for name in self.url.query if _SECRET.search(name)]
        without = self.url.difference_update_query(secrets)._replace(password=None)
        return without.render_as_string(hide_password=False)

    @property
    def spelled(self) -> str:
        """The URL with its password, for other processes of ours only."""
        return self.url.render_as_string(hide_password=False)

    @property
    def path(self) -> Path:
        """The file (or the link to it) that a DuckDB address names; absolute."""
        return Path(self.url.database or "").absolute()


def parse_address(url: str) -> Address:
    """Read a SQLAlchemy URL; 'postgresql://' means psycopg 3.

    Raises WarehouseError for what is not a URL, for another engine and for an in-memory database,
    which nobody else could read.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise WarehouseError(f"The database address is not a URL: {_EXAMPLE}.") from None
    engine = parsed.get_backend_name()
    if engine == "duckdb":
        if not parsed.database or parsed.database.startswith(":"):
            raise WarehouseError(f"The database address '{url}' names no file: {_EXAMPLE}.")
        return Address(engine, parsed)
    if engine in ("postgresql", "postgres"):
        return Address("postgresql", parsed.set(drivername="postgresql+psycopg"))
    raise WarehouseError(
        f"There is no engine for database addresses that begin with '{engine}:' ({_EXAMPLE})."
    )
