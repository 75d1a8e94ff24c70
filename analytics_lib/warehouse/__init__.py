"""Connect, fetch, versions, snapshots: the only code that reads a database.

warehouse = open_warehouse("duckdb:///platform.duckdb")
with warehouse.reading() as reader:
    frame = reader.fetch(select(...))
"""

from __future__ import annotations

from analytics_lib.warehouse.address import parse_address
from analytics_lib.warehouse.duckdb_file import THREADS_VARIABLE, DuckDBFile
from analytics_lib.warehouse.reading import Contents, Reader, Warehouse

__all__ = [
    "THREADS_VARIABLE",
    "Contents",
    "Reader",
    "Warehouse",
    "bare_address",
    "open_warehouse",
    "shown_address",
]


def open_warehouse(
    url: str, *, snapshot: str | None = None, statement_timeout: float | None = None
) -> Warehouse:
    """Open a database for reading.

    Parameters: `url` is a SQLAlchemy URL ('duckdb:///file', 'postgresql://...', always psycopg 3);
    `snapshot` is what `Warehouse.share` gave another process; `statement_timeout` is in seconds.
    Raises NoData where there is no file or none of our tables, WarehouseError where the database
    cannot be reached or read; no message shows a password.
    """
    address = parse_address(url)
    if address.engine == "duckdb":
        return Warehouse(DuckDBFile(address, statement_timeout))
    # A tenth of a second for its driver, which a file does without.
    from analytics_lib.warehouse.postgresql import PostgreSQLServer

    return Warehouse(PostgreSQLServer(address, statement_timeout, snapshot))


def shown_address(url: str) -> str:
    """A database's address for messages, reports and ledgers: no password, no secret option."""
    return parse_address(url).shown


def bare_address(url: str) -> str:
    """A database's address without any secret, for those who know the password themselves."""
    return parse_address(url).bare
