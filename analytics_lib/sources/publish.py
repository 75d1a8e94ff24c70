"""Write a whole new version of the data, or nothing: what `load` and `sample` have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pyarrow as pa

from analytics_lib.errors import LoadError
from analytics_lib.sources.duckdb_target import DuckDBTarget
from analytics_lib.sources.postgresql_target import PostgreSQLTarget
from analytics_lib.sources.staging import Staging
from analytics_lib.warehouse.address import parse_address

REQUIRED_ABOUT = ("reporting_currency", "zone", "data_from", "data_through", "resolution")


class Publication:
    """A version being written: append rows, in any number of batches, to any canonical table."""

    def __init__(self, staging: Staging, source: str) -> None:
        self._staging = staging
        self._source = source
        self.version = ""
        """The fingerprint of the content; known once the context has ended well."""

    def append(self, table_name: str, rows: pa.Table) -> None:
        """Add rows of a canonical table; columns that are not given are NULL.

        Rows may come in any order; it is fastest if they ascend by their first instant, then key.
        Raises LoadError for an unknown table or column, a value of a wrong type, or a missing key.
        """
        self._staging.append(table_name, rows)

    def finish(self) -> None:
        """Check what the source says about itself and fingerprint the content."""
        about = self._staging.about()
        for name in REQUIRED_ABOUT:
            if not about.get(name):
                raise LoadError(
                    f"The source '{self._source}' does not say its '{name}' in the table 'about'."
                )
        for name in ("data_from", "data_through"):
            try:
                datetime.fromisoformat(about[name])
            except ValueError:
                raise LoadError(
                    f"The source '{self._source}' says {name}={about[name]}: write YYYY-MM-DDTHH:MM:SS."
                ) from None
        self.version = self._staging.finish({"source": self._source})


@contextmanager
def publish(
    url: str, *, replace: bool = False, source: str, checks_keys: bool = True
) -> Iterator[Publication]:
    """Publish a new version of the database at `url`, made of what is appended inside the context.

    Readers see the version before or the new one, never a mixture and never an error. If the context
    ends in any error, or is interrupted, the database is as it was. The rows must include the table
    'about' with the keys of REQUIRED_ABOUT, and the table 'coverage'. Keys that repeat are an error unless
    `checks_keys` is false.

    Raises LoadError if the database holds another source (unless `replace`) or is not ours to
    overwrite, WarehouseError if it cannot be reached.
    """
    address = parse_address(url)
    target = DuckDBTarget(address) if address.engine == "duckdb" else PostgreSQLTarget(address)
    with target.workplace() as folder:
        target.refuse_unless_ours(source, replace=replace)
        staging = Staging(folder, checks_keys=checks_keys)
        try:
            publication = Publication(staging, source)
            yield publication
            publication.finish()
            target.take(staging, publication.version, source, replace=replace)
        finally:
            staging.close()
