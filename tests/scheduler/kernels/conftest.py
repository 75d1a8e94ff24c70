"""Parents, owners of their kernels, as processes of their own, and kernels beside each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.kernels.provisioner import OF_THE_SERVER
from tests.scheduler.kernels.canaries import Secrets, canary
from tests.scheduler.kernels.clients import Client, Home, Kernel, home, light_folder
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


@pytest.fixture(scope="module")
def canaries() -> Secrets:
    return Secrets(canary(), canary(), canary())


@pytest.fixture(scope="module")
def place() -> Iterator[Home]:
    with home(ANALYTICS_KERNELS_LINGER=LONGER_THAN_ANY_TEST) as made:
        yield made


@pytest.fixture(scope="module")
def teller(place: Home, canaries: Secrets) -> Client:
    """The first client, and so the one that starts the parent, with a secret and a server's variables."""
    server = dict.fromkeys(OF_THE_SERVER, "token of the server")
    return place.client({"SECRET_OF_THE_OWNER": canaries.of_the_owner, **server})


@pytest.fixture(scope="module")
def told(teller: Client, canaries: Secrets) -> Kernel:
    """A kernel that knows all the secrets."""
    kernel = teller.start({"SECRET_OF_THE_KERNEL": canaries.of_the_kernel})
    kernel.run(f"known = {canaries.of_the_cell!r}")
    return kernel


@pytest.fixture(scope="module")
def stranger(place: Home, told: Kernel) -> Client:
    """Another client of the same parent, which knows no secret."""
    return place.client()


@pytest.fixture(scope="module")
def sibling(stranger: Client, told: Kernel) -> Kernel:
    """Another kernel of the same parent, that knows no secret."""
    kernel = stranger.start()
    assert kernel.parent == told.parent
    return kernel
