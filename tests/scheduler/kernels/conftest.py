"""A parent that starts soon, and owners of its kernels, as processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scheduler.kernels.clients import Client, Home, home, light_folder
from tests.scheduler.kernels.comparing import HISTORY_IN_MEMORY, Both
from tests.scheduler.kernels.talking import running

LONGER_THAN_ANY_TEST = "600"


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A value for PYTHONPATH with which a parent starts soon."""
    return light_folder(tmp_path_factory.mktemp("light"))


@pytest.fixture(scope="module")
def shared_home(light: Path) -> Iterator[Home]:
    """For tests that leave the parent alone."""
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER=LONGER_THAN_ANY_TEST) as made:
        yield made


@pytest.fixture(scope="module")
def keeper(shared_home: Home) -> Client:
    """An owner that keeps the shared parent alive and has no kernel any more."""
    client = shared_home.client()
    client.start().shut_down()
    return client


@pytest.fixture
def own_home(light: Path) -> Iterator[Home]:
    """For one test alone; its parents stay longer than the test when they are left in peace."""
    with home(PYTHONPATH=str(light), ANALYTICS_KERNELS_LINGER=LONGER_THAN_ANY_TEST) as made:
        yield made


@pytest.fixture
def client(shared_home: Home, keeper: Client) -> Iterator[Client]:
    """An owner of its own beside the keeper."""
    made = shared_home.client()
    yield made
    made.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A forked kernel and an ordinary one, both started in the same way."""
    environment = os.environ | {"IPYTHONDIR": str(tmp_path_factory.mktemp("plain"))}
    given: dict[str, Any] = {"cwd": str(tmp_path_factory.mktemp("folder")), "env": environment}
    with (
        running("analytics", **given) as forked,
        running("python3", extra_arguments=[HISTORY_IN_MEMORY], **given) as ordinary,
    ):
        yield forked, ordinary
