"""The process of a forked kernel is like an ordinary kernel's, and inherits what a child would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.multikernelmanager import MultiKernelManager

from tests.scheduler.kernels.comparing import HISTORY_IN_MEMORY, Both, settled
from tests.scheduler.kernels.talking import PATIENCE, running

STATE = """
sys.path
sys.flags
sys.argv
sys.orig_argv[:3]
sys.warnoptions, sys._xoptions, sys.implementation
sys.executable, sys.prefix, sys.base_prefix
sys.getrecursionlimit(), sys.getswitchinterval(), sys.getdlopenflags(), sys.dont_write_bytecode
sys.stdin.name, sys.stdin.encoding, sys.stdout.encoding, sys.__stdout__.errors, sys.__stderr__.line_buffering
type(sys.stdout), type(sys.displayhook), sys.excepthook, sys.unraisablehook, threading.excepthook
[str(each) for each in sys.path_hooks]
sys.gettrace(), sys.getprofile(), faulthandler.is_enabled()
__name__, __doc__, __builtins__.__name__, sys.modules["__main__"].__dict__.get("__spec__")
"__file__" in vars(sys.modules["__main__"]), sys.modules["__main__"].__dict__ is globals()
sorted(vars(builtins))
os.getcwd(), os.stat(".").st_ino
os.getpid() == os.getpgrp() == os.getsid(0), os.getuid(), os.getgid(), os.getgroups()
{name: value for name, value in sorted(os.environ.items()) if not name.startswith("PYDEVD")}
{number: str(signal.getsignal(number)) for number in signal.valid_signals()}
signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.getitimer(signal.ITIMER_REAL)
gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks
threading.main_thread() is threading.current_thread(), threading.stack_size()
logging.root.level, logging.root.handlers, logging.lastResort
locale.getlocale(), locale.setlocale(locale.LC_ALL), locale.getpreferredencoding(), time.tzname
decimal.getcontext(), decimal.DefaultContext
multiprocessing.current_process(), multiprocessing.parent_process(), multiprocessing.get_start_method()
socket.getdefaulttimeout(), type(asyncio.get_event_loop_policy()), type(asyncio.get_running_loop())
tempfile.gettempdir(), getpass.getuser(), os.path.expanduser("~")
numpy.get_printoptions(), numpy.geterr(), numpy.geterrcall()
pandas.describe_option(_print_desc=False).lower()
{name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
os.getpriority(os.PRIO_PROCESS, 0), os.sched_getaffinity(0), os.sched_getscheduler(0), os.nice(0)
open("/proc/self/oom_score_adj").read(), open("/proc/self/coredump_filter").read()
re.findall("(?:Umask|NoNewPrivs|Sig(?:Blk|Ign)|Cap...|Seccomp):.*", open("/proc/self/status").read())
[sorted(map(str, each.type_printers)) for each in get_ipython().display_formatter.formatters.values()]
sorted(get_ipython().magics_manager.magics["line"]), sorted(get_ipython().magics_manager.magics["cell"])
get_ipython().history_manager.hist_file, get_ipython().user_module.__name__
sorted(name for name in globals() if not name.startswith("_"))
""".strip().splitlines()
"""All that Python knows of the process it runs in."""

MODULES = (
    "asyncio, builtins, decimal, faulthandler, gc, getpass, locale, logging, multiprocessing, numpy, os, "
    "pandas, re, resource, signal, socket, sys, tempfile, threading, time"
)


def test_its_process_is_like_an_ordinary_kernels(tmp_path: Path) -> None:
    given: dict[str, Any] = {"cwd": str(tmp_path)}
    with (
        running("analytics", **given) as forked,
        running("python3", extra_arguments=[HISTORY_IN_MEMORY], **given) as ordinary,
    ):
        states = []
        for kernel in (forked, ordinary):
            kernel.run(f"import {MODULES}")
            lines = kernel.text("\n".join(f"print(({expression}, ))" for expression in STATE)).splitlines()
            states.append(dict(zip(STATE, settled(lines), strict=True)))
        differing = {name: [state[name] for state in states] for name in STATE}
        assert {name: both for name, both in differing.items() if both[0] != both[1]} == {}
        of_its_own = {"IOPub", "Heartbeat", "Control", "Shell channel", "MainThread"}
        # Two more read its output, and in an ordinary kernel one watches its owner.
        for kernel, others in ((forked, 2), (ordinary, 3)):
            names = kernel.value("[thread.name for thread in threading.enumerate()]")
            assert of_its_own < set(names)
            assert len(names) == len(of_its_own) + others


OWNER = """
import os, resource, sys
sys.path.insert(0, sys.argv[1])
os.umask(0o027)
os.nice(3)
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (700, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
os.chdir(sys.argv[2])
os.environ["ONE_MORE"] = "of the owner"
from tests.scheduler.kernels.talking import running
with running(sys.argv[3]) as kernel:
    print(kernel.text(sys.argv[4]))
"""

INHERITED = """
import os, resource, subprocess
open("made", "w").close()
print(oct(os.stat("made").st_mode), os.nice(0), len(os.sched_getaffinity(0)), os.getcwd())
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], resource.getrlimit(resource.RLIMIT_CORE)[0])
print(os.environ["ONE_MORE"], subprocess.check_output("umask; nice", shell=True, text=True))
os.unlink("made")
"""


def test_it_takes_over_what_a_child_of_its_owner_would_inherit(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    said = [
        subprocess.run(
            [sys.executable, "-c", OWNER, str(root), str(tmp_path), name, INHERITED],
            stdout=subprocess.PIPE,
            text=True,
            timeout=2 * PATIENCE,
            check=True,
        ).stdout
        for name in ("analytics", "python3")
    ]
    assert said[0] == said[1]
    assert "0o100640 3 1 " in said[0] and "700 0\nof the owner 0027\n3\n" in said[0]


def files(pid: int) -> Counter[str]:
    """The kinds of files that a process has open, and how many."""
    kinds: Counter[str] = Counter()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        kinds[re.sub(r":\[\d+\]$", "", str(handle.readlink()))] += 1
    return kinds


def test_it_has_only_files_that_an_ordinary_kernel_has() -> None:
    """Beside one socket to its owner, also while siblings live that were started before and after it."""
    with (
        running() as older,
        running("python3", stdin=subprocess.DEVNULL, extra_arguments=[HISTORY_IN_MEMORY]) as ordinary,
        running() as younger,
    ):
        allowed = files(ordinary.pid) + Counter({"socket": 1, "/dev/null": 1})
        for kernel in (older, younger):
            assert files(kernel.pid) - allowed == Counter()


def test_an_idle_kernel_and_its_parent_listen_to_no_network(both: Both) -> None:
    with running() as kernel:
        parent = psutil.Process(kernel.pid).parent()
        family = [parent, *parent.children(recursive=True)]
        assert {each.name() for each in family} >= {"kernel", "kernel-parent", "kernel-spare"}
        assert [each.net_connections("inet") for each in family] == [[] for _ in family]
    assert psutil.Process(both[1].pid).net_connections("inet") != []


def test_a_users_own_settings_and_startup_files_are_read(tmp_path: Path) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "10-first.py").write_text("from_startup = [__name__]\n")
    (profile / "startup" / "20-second.ipy").write_text("second = !echo second\nfrom_startup += second\n")
    (profile / "ipython_kernel_config.py").write_text(
        "c = get_config()\n"
        "c.InteractiveShellApp.exec_lines = ['from_settings = 41 + 1']\n"
        "c.InteractiveShell.ast_node_interactivity = 'last_expr_or_assign'\n"
    )
    with running(env=os.environ | {"IPYTHONDIR": str(tmp_path / "ipython")}, cwd=str(tmp_path)) as kernel:
        assert kernel.value("from_startup") == ["__main__", "second"]
        assert kernel.value("from_settings") == 42
        (shown,) = kernel.run("assigned = 5")
        assert shown["data"]["text/plain"] == "5"


def test_history_is_kept_for_people_and_not_for_programs(tmp_path: Path) -> None:
    environment = os.environ | {"IPYTHONDIR": str(tmp_path)}
    kept = tmp_path / "profile_default" / "history.sqlite"
    with running(env=environment) as kernel:
        kernel.run("first = 1")
        assert kernel.text("%history") == "first = 1\n%history\n"
        assert kernel.value("str(get_ipython().history_manager.hist_file)") == ":memory:"
        assert not kept.exists()
    many = MultiKernelManager()
    with running(traits={"parent": many}, env=environment) as kernel:
        assert kernel.value("str(get_ipython().history_manager.hist_file)") == str(kept)
        assert kept.exists()
    many.context.term()


@pytest.mark.parametrize("name", ["analytics", "python3"])
def test_its_own_output_goes_where_it_was_told_to(name: str, tmp_path: Path) -> None:
    out, err = tmp_path / "out", tmp_path / "err"
    logged = "get_ipython().kernel.log.error('logged')"
    direct = "import os, sys\nos.write(sys.stdout._original_stdstream_copy, b'direct');"
    with out.open("wb") as to_out, err.open("wb") as to_err:
        with running(name, stdout=to_out, stderr=to_err) as kernel:
            assert kernel.run(logged) == [] and kernel.run(direct) == []
        assert out.read_text() == "direct" and err.read_text().endswith("ERROR | logged\n")
        with running(name, stdout=to_out, stderr=subprocess.STDOUT) as kernel:
            assert kernel.run(logged) == []
        assert out.read_text().endswith("ERROR | logged\n")
    with running(name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as kernel:
        assert kernel.run(f"{logged}\n{direct}") == []
        assert kernel.text("print(1)") == "1\n"


@pytest.mark.parametrize("folder", ["missing", "a file"])
def test_a_folder_that_is_none_is_the_same_error(folder: str, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    errors = []
    for name in ("analytics", "python3"):
        with pytest.raises(OSError, match="directory") as caught, running(name, cwd=str(tmp_path / folder)):
            pass
        errors.append((caught.type, caught.value.errno, os.fspath(caught.value.filename)))
    assert errors[0] == errors[1]


def test_a_folder_may_be_relative_or_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    for folder in ("below", Path("below"), tmp_path / "below"):
        with running(cwd=folder) as kernel:
            assert kernel.value("__import__('os').getcwd()") == str(tmp_path / "below")
