"""Kernels of one parent have nothing in common that one could change for the other.

What one kernel does is looked for in a sibling that was there before, in one that comes later, and in one
that starts after its end.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.scheduler.kernels.clients import Client, Kernel, waited

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
]

DEEDS = {
    "import": ("import wave", "'wave' in __import__('sys').modules"),
    "frames": ("import pandas; pandas.DataFrame.foo = 1", "hasattr(pandas.DataFrame, 'foo')"),
    "built-ins": ("import builtins; builtins.foo = 1", "hasattr(__import__('builtins'), 'foo')"),
    "our library": (
        "import analytics_lib; analytics_lib.AnalyticsService.measure = None",
        "analytics_lib.AnalyticsService.measure is None",
    ),
    "warnings": ("import warnings; warnings.simplefilter('error', UserWarning)", "warnings.filters[0]"),
    "path": ("import sys; sys.path.insert(0, '/nowhere')", "sys.path"),
    "variable": (
        "import os; os.environ['FOO'] = 'bar'",
        "os.environ.get('FOO'), os.popen('echo $FOO').read()",
    ),
    "standard library": ("import decimal; decimal.foo = 1", "hasattr(decimal, 'foo')"),
    "pandas": (
        "import pandas; pandas.set_option('display.max_rows', 7)",
        "pandas.get_option('display.max_rows')",
    ),
    "theme": ("import altair; altair.theme.enable('dark')", "altair.theme.active"),
    "renderer": ("import altair; altair.renderers.enable('mimetype')", "altair.renderers.active"),
    "transformer": (
        "import altair; altair.data_transformers.enable('json')",
        "altair.data_transformers.active",
    ),
    "duckdb": (
        "import duckdb; duckdb.sql('CREATE TABLE t AS SELECT 1')",
        "duckdb.sql('SHOW TABLES').fetchall()",
    ),
    "folder": ("import os; os.chdir('/usr')", "os.getcwd()"),
    "open file": (
        "import os; opened = os.open('/etc/passwd', os.O_RDONLY)",
        "[f for f in os.listdir('/proc/self/fd') if os.path.realpath('/proc/self/fd/' + f) == '/etc/passwd']",
    ),
    "seed": ("import random, numpy; random.seed(1); numpy.random.seed(1)", "numpy.random.get_state()[2]"),
    "decimals": ("import decimal; decimal.getcontext().prec = 3", "decimal.getcontext().prec"),
    "locale": ("import locale; locale.setlocale(locale.LC_CTYPE, 'C')", "locale.setlocale(locale.LC_CTYPE)"),
    "signal": (
        "import signal; before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "int(signal.getsignal(signal.SIGUSR1))",
    ),
    "mask": ("import os; before = os.umask(0o77)", "open('/proc/self/status').read().split('Umask:')[1][:6]"),
    "limit": (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))",
        "resource.getrlimit(resource.RLIMIT_NOFILE)",
    ),
    "priority": ("import os; nice = os.nice(3)", "os.nice(0)"),
    "processors": (
        "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])",
        "len(os.sched_getaffinity(0))",
    ),
    "zone": ("import os, time; os.environ['TZ'] = 'Asia/Tokyo'; time.tzset()", "time.tzname"),
    "numpy": ("import numpy; before = numpy.seterr(all='raise')", "numpy.geterr()"),
    "recursion": ("import sys; sys.setrecursionlimit(5000)", "sys.getrecursionlimit()"),
    "logging": ("import logging; logging.getLogger().setLevel(7)", "logging.getLogger().level"),
    "time-out": ("import socket; socket.setdefaulttimeout(7)", "socket.getdefaulttimeout()"),
    "thread": (
        "import threading; threading.Timer(600, print).start()",
        "[each for each in threading.enumerate() if isinstance(each, threading.Timer)]",
    ),
    "name": ("foo = 1", "'foo' in globals()"),
    "history": ("1", "[text for _, _, text in get_ipython().history_manager.get_range() if 'Tokyo' in text]"),
    "extension": ("%load_ext autoreload", "'autoreload' in get_ipython().magics_manager.magics['line']"),
}
"""What one kernel does, and the expression by which it would be seen elsewhere."""

IMPORTS = (
    "import altair, analytics_lib, decimal, duckdb, locale, logging, numpy, os, pandas, random, resource, "
    "signal, socket, sys, threading, time, warnings"
)

RANDOM = """
import email.utils, json, multiprocessing, os, random, secrets, ssl, tempfile, uuid
import duckdb, numpy, pandas, pyarrow.compute
print(json.dumps({
    "random": random.random(),
    "a new Random": random.Random().random(),
    "numpy of old": numpy.random.random(),
    "numpy": numpy.random.default_rng().random(),
    "a sample": int(pandas.Series(range(10**6)).sample(1).iloc[0]),
    "uuid1": str(uuid.uuid1()),
    "uuid4": str(uuid.uuid4()),
    "secrets": secrets.token_hex(),
    "system": os.urandom(16).hex(),
    "openssl": ssl.RAND_bytes(16).hex(),
    "name of a temporary file": tempfile.mktemp(),
    "key of multiprocessing": bytes(multiprocessing.current_process().authkey).hex(),
    "id of a message": email.utils.make_msgid(),
    "session": get_ipython().kernel.session.session,
    "key": get_ipython().kernel.session.key.decode(),
    "duckdb": str(duckdb.connect().sql("SELECT random(), uuid()").fetchone()),
    "arrow": pyarrow.compute.random(1)[0].as_py(),
}))
"""


Looks = dict[str, str]


def looks(kernel: Kernel) -> Looks:
    """What is seen of each deed in a kernel."""
    parts = [f"look({name!r}, lambda: ({look}))" for name, (_, look) in DEEDS.items()]
    code = [
        # It is looked for what is imported before the looking imports anything.
        "seen = {}",
        "def look(name, see): seen[name] = repr(see())",
        parts[0],
        IMPORTS,
        *parts[1:],
        "print(ascii(seen))",
    ]
    seen: Looks = ast.literal_eval(kernel.run("\n".join(code)).splitlines()[-1])
    return seen


@dataclass(frozen=True)
class Seen:
    """What is seen in a kernel before it has done all the deeds and after, and elsewhere."""

    before: Looks
    after: Looks
    elsewhere: dict[str, Looks]


@pytest.fixture(scope="module")
def seen(stranger: Client, sibling: Kernel) -> Seen:
    doer = stranger.start()
    before = looks(doer)
    for deed, _ in DEEDS.values():
        doer.run(deed)
    after = looks(doer)
    later = stranger.start()
    elsewhere = {"a sibling": looks(sibling), "a later kernel": looks(later)}
    assert waited(lambda: doer.poll() is None)
    doer.shut_down()
    # The spares of that time are used up before a fork of a later time is seen.
    for number in range(3):
        next_one = stranger.start()
        elsewhere[f"kernel {number + 1} after its end"] = looks(next_one)
        next_one.shut_down()
    later.shut_down()
    return Seen(before, after, elsewhere)


@pytest.mark.parametrize("deed", DEEDS)
def test_what_one_kernel_does_shows_in_no_other(seen: Seen, deed: str) -> None:
    if deed == "processors" and seen.before[deed] == "1":
        pytest.skip("there is one processor only")
    assert seen.after[deed] != seen.before[deed], "it does not even show where it was done"
    for where, looked in seen.elsewhere.items():
        assert looked[deed] == seen.before[deed], where


def test_random_numbers_and_names_differ_in_all_kernels(stranger: Client, sibling: Kernel) -> None:
    drawn: list[dict[str, Any]] = [json.loads(sibling.run(RANDOM))]
    # Two that live at the same time, and two one after another.
    first, second = stranger.start(), stranger.start()
    drawn += [json.loads(first.run(RANDOM)), json.loads(second.run(RANDOM))]
    for kernel in (first, second):
        kernel.shut_down()
    third = stranger.start()
    drawn.append(json.loads(third.run(RANDOM)))
    third.shut_down()
    for what in drawn[0]:
        values = [each[what] for each in drawn]
        assert len(set(values)) == len(values), f"{what}: {values}"


def test_random_numbers_of_duckdbs_default_connection_differ(stranger: Client, sibling: Kernel) -> None:
    code = "import duckdb; print(duckdb.sql('SELECT random(), uuid()').fetchone())"
    other = stranger.start()
    drawn = {sibling.run(code), other.run(code)}
    other.shut_down()
    assert len(drawn) == 2


def test_duckdbs_default_connection_can_be_replaced(
    stranger: Client, sibling: Kernel, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    kernel = stranger.start()
    kernel.begin(f"import duckdb; duckdb.set_default_connection(duckdb.connect()); open({str(done)!r}, 'w')")
    try:
        assert waited(done.exists, 10)
    finally:
        os.kill(kernel.pid, signal.SIGKILL)


def test_each_kernel_has_the_folders_that_its_own_environment_names(stranger: Client, tmp_path: Path) -> None:
    code = (
        "import tempfile, os, pathlib; print(tempfile.gettempdir());"
        "open_one = tempfile.NamedTemporaryFile(); print(open_one.name); print(os.getcwd())"
    )
    kernels = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        kernel = stranger.start({"TMPDIR": str(folder)}, cwd=str(folder))
        temporary, file, working = kernel.run(code).splitlines()
        assert temporary == working == str(folder) and Path(file).parent == folder
        kernels.append(kernel)
    for kernel in kernels:
        kernel.shut_down()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
