"""papermill, nbclient, nbval, JupyterLab and Voila find the kernel, and show on it what a stock one shows.

Outputs are compared as they are: byte for byte, nothing is left out. What a notebook says about its run
besides (names of kernels, times) is no output. Each kernel tells how its process is called when it starts:
a fork is a `kernel`, and an ordinary one, which would take its place silently, is a `python`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

import scheduler
from scheduler.kernels.owner import greet
from scheduler.kernels.provisioner import ForkedKernelProvisioner
from tests.browser import chromium, open_page
from tests.house import ROOT, notebooks
from tests.jupyter_servers import LAB, QUIET, free_port, server

BOOKINGS = ROOT / "notebooks" / "bookings.ipynb"
FORK = "kernel"
GONE_WITHIN = 5.0
"""Seconds: a kernel has one after its owner, and a machine that runs other tests beside some more."""

PATIENCE = 60_000
"""Milliseconds for what a page shows in a few seconds, on a machine that runs other tests beside."""

TELL = """
with open({record!r}, "a") as record, open("/proc/self/comm") as name:
    record.write(f"{{__import__('os').getpid()}} {{name.read()}}")
"""


@dataclass(frozen=True)
class Place:
    """A folder for one client, with a user of Jupyter of its own; every kernel of it leaves its name."""

    folder: Path
    sockets_before: frozenset[Path]

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            name: str(self.folder / name.rpartition("_")[0].lower())
            for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
        }
        # What this run of the tests was asked for does not concern a pytest that it starts.
        given = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        # Jupyter looks for its sub-commands there, where another environment may be active.
        path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        return {**given, **ours, "IPYTHONDIR": str(self.folder / "ipython"), "PATH": path}

    def started(self) -> list[tuple[int, str]]:
        """Numbers and names of all kernels that were started here, in this order."""
        record = self.folder / "kernels"
        lines = record.read_text().splitlines() if record.exists() else []
        return [(int(number), name) for number, _, name in (line.partition(" ") for line in lines)]

    def names(self) -> list[str]:
        return [name for _, name in self.started()]

    def command(self, *words: str) -> str:
        """What a command of Jupyter's world says, which must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def left_behind(self) -> list[str]:
        """Kernels that live, and what they needed, once they had time to go."""
        return _soon(self._left, lambda left: not left)

    def _left(self) -> list[str]:
        kernels = [f"{name} {number}" for number, name in self.started() if psutil.pid_exists(number)]
        runtime = [str(path) for path in self.folder.rglob("kernel-*.json")]
        return kernels + runtime + [str(path) for path in _sockets() - self.sockets_before]


def _sockets() -> frozenset[Path]:
    return frozenset(Path(os.environ["XDG_RUNTIME_DIR"]).glob("analytics-*/k-*"))


def _soon(look: Callable[[], Any], is_right: Callable[[Any], bool], within: float = GONE_WITHIN) -> Any:
    """What is to be seen as soon as it is right, or else in the end."""
    until = time.monotonic() + within
    while not is_right(seen := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return seen


def _make_place(folder: Path) -> Place:
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "tell.py").write_text(TELL.format(record=str(folder / "kernels")))
    return Place(folder, _sockets())


@pytest.fixture
def place(small_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A folder with our notebook, on the small platform. No kernel may be left there in the end."""
    monkeypatch.setenv("ANALYTICS_DATABASE_URL", small_url)
    monkeypatch.delenv("ANALYTICS_KERNELS", raising=False)
    made = _make_place(tmp_path)
    (tmp_path / "bookings.ipynb").write_bytes(BOOKINGS.read_bytes())
    yield made
    assert made.left_behind() == []


@pytest.fixture(scope="module")
def stock(small_url: str, tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """Our notebook, executed by plain papermill on the kernel that comes with ipykernel."""
    greet()  # so that the parent of our own kernels imports meanwhile
    made = _make_place(tmp_path_factory.mktemp("stock"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANALYTICS_DATABASE_URL", small_url)
        made.command("papermill", str(BOOKINGS), "stock.ipynb", "-k", "python3", "--no-progress-bar")
    assert len(made.names()) == 1 and FORK not in made.names()
    executed = nbformat.read(made.folder / "stock.ipynb", as_version=4)
    assert sum(bool(outputs) for _, outputs in _outputs(executed)) >= 15
    return executed


def _outputs(notebook: nbformat.NotebookNode) -> list[tuple[int | None, list[Any]]]:
    """Of every cell with code: its number in the order of execution, and its outputs just as they are."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [(cell.execution_count, cell.outputs) for cell in cells]


# What is installed


def test_jupyter_finds_the_kernel_as_it_stands_in_the_source(tmp_path: Path) -> None:
    source = Path(scheduler.__file__).parent / "kernels" / "kernelspec"
    found = json.loads(_make_place(tmp_path).command("jupyter", "kernelspec", "list", "--json"))
    kernel = found["kernelspecs"]["analytics"]
    assert kernel["spec"]["display_name"] == "Analytics"
    installed = Path(kernel["resource_dir"])
    assert installed.is_relative_to(sys.prefix)
    for path in source.iterdir():
        copy = installed / path.name
        assert copy.exists() and copy.read_bytes() == path.read_bytes(), "install the project anew"


def test_the_kernels_provisioner_is_registered(tmp_path: Path) -> None:
    listed = _make_place(tmp_path).command("jupyter", "kernelspec", "provisioners")
    assert re.search(r"^\s*analytics\s+scheduler\.kernels\.provisioner:", listed, re.MULTILINE), listed
    found = json.loads(_make_place(tmp_path / "again").command("jupyter", "kernelspec", "list", "--json"))
    wanted = found["kernelspecs"]["analytics"]["spec"]["metadata"]["kernel_provisioner"]
    (registered,) = entry_points(group="jupyter_client.kernel_provisioners", name=wanted["provisioner_name"])
    assert registered.load() is ForkedKernelProvisioner


@pytest.mark.parametrize("notebook", notebooks(), ids=lambda path: path.stem)
def test_our_notebooks_name_the_kernel(notebook: Path) -> None:
    named = nbformat.read(notebook, as_version=4).metadata.kernelspec
    assert (named.name, named.display_name) == ("analytics", "Analytics")


# On the command line


@pytest.mark.slow
def test_plain_papermill_shows_what_it_shows_on_a_stock_kernel(
    place: Place, stock: nbformat.NotebookNode
) -> None:
    place.command("papermill", "bookings.ipynb", "out.ipynb", "--no-progress-bar")
    assert place.names() == [FORK]
    assert _outputs(nbformat.read(place.folder / "out.ipynb", as_version=4)) == _outputs(stock)


@pytest.mark.slow
def test_nbclient_shows_what_a_stock_kernel_shows(place: Place, stock: nbformat.NotebookNode) -> None:
    place.command("jupyter", "execute", "bookings.ipynb", "--output=out.ipynb")
    assert place.names() == [FORK]
    assert _outputs(nbformat.read(place.folder / "out.ipynb", as_version=4)) == _outputs(stock)


@pytest.mark.slow
def test_nbval_finds_the_outputs_of_a_stock_kernel_again(place: Place, stock: nbformat.NotebookNode) -> None:
    """nbval itself compares; a cell that shows something else, put in for that, it must tell apart."""
    kept = nbformat.from_dict(stock)
    other = nbformat.v4.new_code_cell("1 + 1", outputs=[_result("3")], execution_count=20)
    kept.cells.append(other)
    nbformat.write(kept, place.folder / "kept.ipynb")
    with pytest.raises(AssertionError) as told:
        place.command("pytest", "--nbval", "kept.ipynb", "-p", "no:cacheprovider", "-q")
    passed, failed = len(_outputs(stock)), 1
    assert f"{failed} failed, {passed} passed" in str(told.value)
    assert place.names() == [FORK]


def _result(text: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("execute_result", data={"text/plain": text}, execution_count=20)


# JupyterLab


@pytest.mark.slow
def test_jupyterlab_runs_our_notebook_and_interrupts_and_restarts_the_kernel(
    place: Place, stock: nbformat.NotebookNode
) -> None:
    with chromium() as browser, server(place.folder, *LAB) as address:
        tab = open_page(browser, f"{address}lab/tree/bookings.ipynb", viewport={"width": 1440, "height": 900})
        with tab as (page, seen):
            _wait_until(page, "Idle")
            expect(page.locator(".jp-KernelName")).to_have_text("Analytics")
            _choose(page, "Run", "runmenu:run-all")
            expect(page.locator(".jp-CodeCell").last).to_contain_text("What was missing", timeout=PATIENCE)
            with page.expect_response(lambda answer: answer.request.method == "PUT"):
                _choose(page, "File", "docmanager:save")
            saved = nbformat.read(place.folder / "bookings.ipynb", as_version=4)
            assert _outputs(saved) == _outputs(stock)
            _check_interrupt(page)
            _check_restart(page, place)
            assert seen.complaints == []
    assert place.names() == [FORK, FORK]


def _check_interrupt(page: Page) -> None:
    _type_cell(page, "kept = 'a value of before'; import time; time.sleep(600)")
    _wait_until(page, "Busy")
    page.locator('[data-command="notebook:interrupt-kernel"]').click()
    expect(page.locator(".jp-CodeCell").last).to_contain_text("KeyboardInterrupt", timeout=PATIENCE)
    _wait_until(page, "Idle")
    _type_cell(page, "print(kept)")
    expect(_last_output(page)).to_have_text("a value of before", timeout=PATIENCE)


def _check_restart(page: Page, place: Place) -> None:
    ((before, _),) = place.started()
    page.locator('[data-command="notebook:restart-kernel"]').click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    assert len(_soon(place.started, lambda started: len(started) == 2)) == 2
    _wait_until(page, "Idle")
    assert not _soon(lambda: psutil.pid_exists(before), lambda lives: not lives)
    _type_cell(page, "print('kept' in globals(), __import__('os').getpid())")
    expect(_last_output(page)).to_have_text(f"False {place.started()[1][0]}", timeout=PATIENCE)


def _choose(page: Page, menu: str, command: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(f'.lm-Menu-item[data-command="{command}"]').click()


def _type_cell(page: Page, code: str) -> None:
    """Run this in a new cell at the end."""
    cells = page.locator(".jp-CodeCell").count()
    page.locator(".jp-Notebook-footer").click()
    expect(page.locator(".jp-CodeCell")).to_have_count(cells + 1, timeout=PATIENCE)
    page.locator(".jp-CodeCell").last.locator(".cm-content").click()
    page.keyboard.type(code)
    page.keyboard.press("Control+Enter")


def _last_output(page: Page) -> Any:
    return page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output")


def _wait_until(page: Page, state: str) -> None:
    """JupyterLab's status bar says so; what is asked of it before a kernel is there, it forgets."""
    page.locator(".jp-StatusBar-Widget").get_by_text(f"Analytics | {state}").wait_for(timeout=PATIENCE)


# Voila


@pytest.mark.slow
def test_voila_shows_what_it_shows_on_a_stock_kernel(place: Place, stock: nbformat.NotebookNode) -> None:
    on_stock = nbformat.read(BOOKINGS, as_version=4)
    on_stock.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(on_stock, place.folder / "stock.ipynb")
    with (
        chromium() as browser,
        server(place.folder, "voila", ".", *QUIET, f"--port={free_port()}") as address,
    ):
        ours, theirs = (_areas(browser, f"{address}voila/render/{name}.ipynb", stock) for name in NAMES)
    assert place.names()[0] == FORK and FORK not in place.names()[1:]
    assert ours == theirs
    (headline, *_), text = ours, "\n".join(words for words, _ in ours)
    assert re.match(r"Bookings \w+ .*October 2026", headline[0])
    for said in ("Gross bookings value", "Where bookings came from", "Products by value", "What was missing"):
        assert said in text
    for mark, least in (("<svg", 6), ("<table", 4)):
        assert sum(mark in markup for _, markup in ours) >= least, mark


NAMES = ("bookings", "stock")


def _areas(browser: Browser, address: str, stock: nbformat.NotebookNode) -> list[tuple[str, str]]:
    """The text and the markup, drawings included, of every output on the page, once all are drawn."""
    outputs = [output for _, shown in _outputs(stock) for output in shown]
    charts = sum("application/vnd.vegalite.v6+json" in output.data for output in outputs)
    with open_page(browser, address, viewport={"width": 1440, "height": 900}) as (page, _):
        areas = page.locator(".jp-OutputArea-output")
        expect(areas).to_have_count(len(outputs), timeout=PATIENCE)
        expect(page.locator(".jp-RenderedVegaLite6 svg.marks")).to_have_count(charts, timeout=PATIENCE)
        read: list[tuple[str, str]] = areas.evaluate_all(
            "shown => shown.map(area => [area.innerText, area.innerHTML])"
        )
    return [(words, markup) for words, markup in read]
