"""Where no kernel can be forked, an ordinary one starts, and it is said once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.scheduler.kernels.clients import (
    PATIENCE,
    Client,
    Home,
    Kernel,
    waited,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]


def said_of_fallback(client: Client) -> list[str]:
    return [line for line in client.said() if line.startswith("Kernels start the ordinary way")]


def assert_ordinary(kernel: Kernel) -> None:
    assert "ipykernel_launcher" in Path(f"/proc/{kernel.pid}/cmdline").read_text()
    assert kernel.parent == kernel.client.pid
    assert kernel.run("print(1 + 1)") == "2"


def test_switched_off_ordinary_kernels_start_and_it_is_said_once(own_home: Home) -> None:
    client = own_home.client({"ANALYTICS_KERNELS": "ordinary"})
    kernels = [client.start(), client.start()]
    for kernel in kernels:
        assert_ordinary(kernel)
    (said,) = said_of_fallback(client)
    assert "ANALYTICS_KERNELS is set to 'ordinary'" in said
    for kernel in kernels:
        kernel.shut_down()
    client.leave()
    assert own_home.left() == []


@pytest.mark.parametrize("mode", [0o755, 0o710])
def test_a_folder_that_others_can_look_into_is_not_used(own_home: Home, mode: int) -> None:
    own_home.base.mkdir()
    own_home.base.chmod(mode)
    client = own_home.client()
    kernel = client.start()
    assert_ordinary(kernel)
    (said,) = said_of_fallback(client)
    assert f"the folder {own_home.base} is not this user's alone" in said
    assert list(own_home.base.iterdir()) == [] and not own_home.parents()
    # Put right, it is used without a restart.
    own_home.base.chmod(0o700)
    assert client.start().parent in own_home.parents()


def test_a_link_in_the_place_of_the_folder_is_not_followed(own_home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    own_home.base.symlink_to(elsewhere)
    client = own_home.client()
    assert_ordinary(client.start())
    (said,) = said_of_fallback(client)
    assert "is not this user's alone" in said
    assert list(elsewhere.iterdir()) == []


def test_a_parent_that_cannot_start_is_named_and_ordinary_kernels_start(own_home: Home, light: Path) -> None:
    broken = light.with_name("broken")
    shutil.copytree(light, broken)
    (broken / "dependency" / "__init__.py").write_text("raise ImportError('the library is torn')\n")
    client = own_home.client({"PYTHONPATH": str(broken)})
    kernels = [client.start()]
    began = time.monotonic()
    kernels.append(client.start())
    assert time.monotonic() - began < PATIENCE
    for kernel in kernels:
        assert_ordinary(kernel)
    (said,) = said_of_fallback(client)
    assert "ImportError: the library is torn" in said
    client.kill()
    assert waited(lambda: not own_home.processes())


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"umask": 0o27}, "umask"),
        ({"close_fds": False}, "close_fds"),
        ({"stdin": subprocess.PIPE}, "pipes"),
        ({"independent": True}, "independent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_that_a_fork_cannot_honour_start_an_ordinary_kernel(
    client: Client, options: dict[str, object], named: str
) -> None:
    forked = client.start()
    kernel = client.start(**options)
    assert "ipykernel_launcher" in Path(f"/proc/{kernel.pid}/cmdline").read_text()
    (said,) = said_of_fallback(client)
    assert named in said
    again = client.start()
    assert again.parent == forked.parent
    if options.get("independent"):
        kernel.shut_down()
