"""The house rules that a machine can check: sizes, names, imports, locks and the front door."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import lru_cache
from importlib import import_module
from importlib.metadata import packages_distributions
from typing import Any

import pytest

from tests.house import MACHINE_PATH, ROOT, files, papers, relative

PACKAGES = ("analytics_lib", "scheduler")
CODE = (*PACKAGES, "tests", "benchmarks")
WRITTEN_BY_HAND = {".py", ".js", ".css", ".j2", ".html", ".typ", ".sql"}
LONGEST_FILE = 300
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "common", "misc", "core"}
FRONT_DOOR = [
    "AnalyticsService",
    "BusinessModel",
    "Period",
    "Scope",
    "TimeFrame",
    "connect",
    "explain",
    "measure",
]
BUILD_ONLY = {"hatchling"}
NEVER_IMPORTED = {"duckdb-sqlalchemy", "ipykernel", "tzdata"}
"""Asked for all the same: a dialect, the kernel, and the zones of machines that have none."""
ON_IMPORT = """
import importlib, pkgutil, sys

def import_everything():
    for name in sys.argv[1:]:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, name + "."):
            importlib.import_module(module.name)

def watch(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    if writes or event in {"os.mkdir", "os.remove", "os.rename", "socket.connect", "subprocess.Popen"}:
        seen.append((event, str(arguments[0])))

seen = []
import_everything()
# A second time, now that every foreign library is there: what is seen now is our own doing.
for module in [name for name in sys.modules if name.partition(".")[0] in sys.argv[1:]]:
    del sys.modules[module]
sys.addaudithook(watch)
import_everything()
print(seen)
"""


@lru_cache
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# Files


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        relative(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in files(*PACKAGES, suffixes=WRITTEN_BY_HAND)
    }
    assert lengths, "the packages are gone"
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_names_say_what_is_inside() -> None:
    vague = [
        relative(path)
        for path in files(*CODE, suffixes=WRITTEN_BY_HAND)
        if VAGUE_NAMES & {part.strip("_") for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}
    ]
    assert vague == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    texts = [
        *files(*PACKAGES, "benchmarks", suffixes=WRITTEN_BY_HAND),
        *files("notebooks", "parameters", "locks", suffixes={".ipynb", ".sql", ".yaml", ".toml", ".txt"}),
        *papers(),
    ]
    own = (relative(path) for path in texts if re.search(MACHINE_PATH, path.read_text(encoding="utf-8")))
    assert list(own) == []


# Packages


def test_the_front_door_is_exactly_this_wide() -> None:
    library = import_module("analytics_lib")
    assert sorted(library.__all__) == sorted(FRONT_DOOR)
    assert [name for name in FRONT_DOOR if not hasattr(library, name)] == []


def test_importing_does_nothing_but_import() -> None:
    asked = [sys.executable, "-B", "-c", ON_IMPORT, *PACKAGES]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_entry_points_lead_somewhere() -> None:
    metadata = project()["project"]
    targets = [*metadata["scripts"].values(), *metadata["entry-points"]["nbconvert.exporters"].values()]
    for target in targets:
        module, _, name = target.partition(":")
        assert callable(getattr(import_module(module), name)), target


# Dependencies


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wished(wishes: list[str]) -> set[str]:
    return {canonical(re.split(r"[\[<>=!~ ;]", wish, maxsplit=1)[0]) for wish in wishes}


def test_what_the_packages_import_is_what_the_project_asks_for() -> None:
    imported: set[str] = set()
    for path in files(*PACKAGES, suffixes={".py"}):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            if isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").partition(".")[0])
    makers = packages_distributions()
    foreign = imported - set(sys.stdlib_module_names) - set(PACKAGES) - BUILD_ONLY
    used = {canonical(makers[name][0]) for name in foreign}
    about = project()["project"]
    asked, further = wished(about["dependencies"]), wished(about["optional-dependencies"]["dask"])
    assert sorted(used - asked - further) == [], "imported, but not a dependency"
    assert sorted(asked - used - NEVER_IMPORTED) == [], "a dependency, but nobody imports it"


# Locks


def locked(name: str) -> dict[str, set[str]]:
    """Package -> the versions pinned for it (more than one where they depend on the machine)."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / "locks" / name).read_text(encoding="utf-8").splitlines():
        pin = re.fullmatch(r"([a-z0-9-]+)==([\w.!+]+)(?: ; .+)?", line)
        assert pin, f"locks/{name} holds a line that is no exact version: {line}"
        pins.setdefault(pin[1], set()).add(pin[2])
    return pins


@pytest.mark.parametrize("name", ["core.txt", "all.txt"])
def test_locks_hold_versions_and_no_addresses(name: str) -> None:
    text = (ROOT / "locks" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "/" not in text
    assert "\\" not in text
    assert "@" not in text


def test_locks_cover_what_the_project_asks_for() -> None:
    metadata = project()["project"]
    extras = [wish for wishes in metadata["optional-dependencies"].values() for wish in wishes]
    build = project()["build-system"]["requires"]
    for lock, wishes in (("core.txt", metadata["dependencies"] + build), ("all.txt", extras)):
        missing = sorted(wished(wishes) - locked(lock).keys())
        assert missing == [], f"run 'make lock': locks/{lock} is behind pyproject.toml"


def test_what_a_report_needs_is_the_same_for_the_tests() -> None:
    everything = locked("all.txt")
    assert {name for name, pins in locked("core.txt").items() if everything.get(name) != pins} == set()
