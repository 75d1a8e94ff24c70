"""What one kernel knows, no other one of its parent can read: not in its variables, memory or files."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from scheduler.kernels.identity import identity_of
from scheduler.kernels.provisioner import OF_THE_SERVER
from tests.scheduler.kernels.canaries import Secrets
from tests.scheduler.kernels.clients import Client, Home, Kernel, waited

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]

SHOW_ENVIRONMENT = """
import ctypes, json, os, subprocess
get = ctypes.CDLL(None).getenv
get.restype = ctypes.c_char_p
names = ("ONE", "TWO", "SECRET_OF_THE_OWNER", "SECRET_OF_THE_KERNEL")
child = subprocess.run(["env", "-0"], capture_output=True, text=True).stdout
print(json.dumps({
    "python": [os.environ.get(name) for name in names],
    "c": [value.decode() if (value := get(name.encode())) else None for name in names],
    "child": [dict(line.split("=", 1) for line in child.split("\\0") if line).get(name) for name in names],
}))
"""


def test_a_kernel_has_its_own_variables_and_nobody_elses(
    stranger: Client, sibling: Kernel, told: Kernel, canaries: Secrets
) -> None:
    one, two = stranger.start({"ONE": "1"}), stranger.start({"TWO": "2"})
    expected = [
        (one, ["1", None, None, None]),
        (two, [None, "2", None, None]),
        (sibling, [None, None, None, None]),
        (told, [None, None, canaries.of_the_owner, canaries.of_the_kernel]),
    ]
    for kernel, values in expected:
        shown = json.loads(kernel.run(SHOW_ENVIRONMENT))
        assert shown == dict.fromkeys(("python", "c", "child"), values)
    for kernel in (one, two):
        kernel.shut_down()


def test_a_variable_that_the_owner_has_not_is_not_the_parents_either(stranger: Client) -> None:
    whole = json.loads(stranger.do("__import__('json').dumps(dict(__import__('os').environ))"))
    kernel = stranger.start()
    shown = json.loads(kernel.run("import json, os; print(json.dumps(dict(os.environ)))"))
    kernel.shut_down()
    # What ipykernel and jupyter_client set themselves, as in an ordinary kernel.
    of_jupyter = {
        *("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "GIT_PAGER", "JPY_PARENT_PID", "JPY_SESSION_NAME"),
        *("MPLBACKEND", "PAGER", "PYDEVD_USE_FRAME_EVAL", "TERM", "COLUMNS", "LINES"),
    }
    assert {name for name in shown if shown[name] != whole.get(name)} <= of_jupyter
    assert whole.keys() - shown.keys() - OF_THE_SERVER == set()


def test_no_kernel_has_the_servers_variables(told: Kernel, teller: Client) -> None:
    assert teller.do("__import__('os').environ['JUPYTER_TOKEN']") == "token of the server"
    names = json.loads(told.run("import json, os; print(json.dumps(sorted(os.environ)))"))
    assert not OF_THE_SERVER & set(names) and "SECRET_OF_THE_OWNER" in names


def memory_has(pid: int, sought: list[bytes]) -> set[bytes]:
    """Which of these are in the memory of a process, or in what the system shows about it."""
    found = {
        each
        for name in ("environ", "cmdline", "comm")
        for each in sought
        if each in Path(f"/proc/{pid}/{name}").read_bytes()
    }
    longest = max(map(len, sought))
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if not rights.startswith("r"):
                continue
            start, end = (int(address, 16) for address in span.split("-"))
            rest = b""
            while start < end:
                try:
                    part = os.pread(memory.fileno(), min(1 << 22, end - start), start)
                except OSError:  # a mapping of the kernel's own, or of a device
                    break
                if not part:
                    break
                start += len(part)
                whole = rest + part
                found |= {each for each in sought if each in whole}
                rest = whole[-longest:]
    return found


def test_no_secret_of_a_kernel_is_in_the_memory_of_another_or_of_the_parent(
    place: Home, told: Kernel, sibling: Kernel, canaries: Secrets, stranger: Client
) -> None:
    sought = canaries.all()
    try:
        known = memory_has(told.pid, sought)
    except PermissionError:
        pytest.skip("this system does not let a user read the memory of their own processes")
    assert known == set(sought), "the search does not find what is there"
    assert waited(lambda: len(place.spares()) == 2)
    later = stranger.start()
    assert later.run("print(1)") == sibling.run("print(1)") == "1"
    assert place.parents() == {told.parent}
    searched = place.processes().keys() - {told.pid}
    assert searched >= {told.parent, sibling.pid, later.pid, *place.spares()} and len(searched) >= 5
    assert {pid: found for pid in searched if (found := memory_has(pid, sought))} == {}
    later.shut_down()


def test_no_secret_of_a_kernel_is_in_a_file(place: Home, told: Kernel, canaries: Secrets) -> None:
    files = [path for path in place.runtime.parent.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files) and any(path.suffix == ".json" for path in files)
    whole = {path: path.read_bytes() for path in files}
    assert [path for path, text in whole.items() if any(each in text for each in canaries.all())] == []


@pytest.mark.parametrize("name", ["LD_SDK_KEY", "PYTHONANYWHERE_API_TOKEN", "MPL_PASSWORD"])
def test_a_secret_that_is_named_like_a_librarys_variable_is_not_the_parents(name: str) -> None:
    assert name not in identity_of({name: "secret"}).environment
