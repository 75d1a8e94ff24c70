"""Jupyter servers of the tests' own: JupyterLab and Voila over a folder."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

QUIET = ["--no-browser", "--ip=127.0.0.1"]
LAB = [
    "jupyterlab",
    *QUIET,
    "--port=0",
    "--allow-root",
    "--IdentityProvider.token=",
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]


@contextmanager
def server(folder: Path, *command: str) -> Iterator[str]:
    """A Jupyter server of its own over `folder`; yields its address."""
    runtime = folder / "runtime"
    environment = {
        **os.environ,
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_ALLOW_INSECURE_WRITES": "true",
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment, stdout=output, stderr=output
        )
        try:
            yield _address(process, runtime, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()  # its kernels end by themselves when their parent is gone
                process.wait()


def _address(process: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    for _ in range(300):
        assert process.poll() is None, log.read_text(errors="replace")
        for found in runtime.glob("jpserver-*.json"):
            try:
                return str(json.loads(found.read_text())["url"])
            except ValueError:
                continue  # being written
        text = log.read_text(errors="replace")
        if "Voilà is running at:" in text:
            return text.split("Voilà is running at:")[1].split()[0]
        time.sleep(0.2)
    pytest.fail(log.read_text(errors="replace"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
