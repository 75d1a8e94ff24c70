"""A forked kernel is an ordinary one to all who use it: the same code does the same on both."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.multikernelmanager import MultiKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from tests.scheduler.kernels.talking import PATIENCE, Talk, outputs, running

Both = tuple[Talk, Talk]

HISTORY_IN_MEMORY = "--HistoryManager.hist_file=:memory:"
"""What nbclient starts ordinary kernels with, and what forked kernels of programs have by themselves."""

WANDERING = [
    (r"0x[0-9a-f]{6,}", "ADDRESS"),
    (r"(?<![0-9a-f])([0-9a-f]{16}|[0-9a-f]{32})(?![0-9a-f])", "ID"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID"),
    (r"ipykernel_\d+", "ipykernel_PID"),
    (r"Tip: [^\"]*", "TIP"),
    (r"In ?\[\d+\]", "In[N]"),
    (r"(/[\w.-]+)*/(tmp\w+|connection)\.json", "CONNECTION"),
]
"""What two kernels of one kind say differently: where things lie in memory, and numbers given at random."""


def settled(said: Any) -> Any:
    """The same without what two kernels of one kind say differently."""
    text = json.dumps(said, default=str, sort_keys=True)
    for pattern, name in WANDERING:
        text = re.sub(pattern, name, text)
    return json.loads(
        text, object_hook=lambda each: {k: v for k, v in each.items() if k != "execution_count"}
    )


def done(kernel: Talk, code: str, answers: Sequence[str] = ()) -> Any:
    """All that comes back for a cell: outputs, the reply, and what was asked."""
    shown = kernel.run(code, answers)
    return settled({"outputs": shown, "reply": kernel.reply, "asked": kernel.asked})


def compared(both: Both, code: str, answers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The outputs of a cell, after having shown that both kernels do the same."""
    forked, ordinary = (done(kernel, code, answers) for kernel in both)
    assert forked == ordinary
    shown: list[dict[str, Any]] = forked["outputs"]
    return shown


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


CELLS = {
    "an expression": "{'a': [1, 2.5, None], 'b': (1,), 'c': {3}}",
    "the last result": "6 * 7\n",
    "of the last result": "print(_)",
    "nothing": "None",
    "a print": "print('one', 'två', '三', end='')",
    "long text": "print('x' * 300_000)",
    "both streams": "import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)",
    "a frame": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]}, index=['p', 'q'])",
    "a long frame": "pd.DataFrame({'a': range(500)}).assign(b=1.5)",
    "a wide frame": "pd.DataFrame([range(40)])",
    "a series": "pd.Series(pd.date_range('2026-01-01', periods=3))",
    "an array": "import numpy as np\nnp.linspace(0, 1, 2000)",
    "every display": """
from IPython.display import *
display(HTML("<b>bold</b>"), Markdown("*x*"), Latex("$x^2$"), Math("x^2"), JSON({"a": [1]}))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>"), Javascript("1"))
display(IFrame("about:blank", 10, 10), Pretty("p"), GeoJSON({"type": "Point", "coordinates": [1, 2]}))
display({"text/plain": "raw", "application/x-own+json": [1]}, raw=True, metadata={"a": {"b": 1}})
""",
    "an image": """
import base64
png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
Image(base64.b64decode(png))""",
    "an updated display": """
shown = display("first", display_id="an id")
shown.update("second")
update_display(HTML("third"), display_id="an id")
display("without a name", display_id=True)""",
    "a cleared output": "print('old')\nclear_output(wait=True)\nprint('new')\nclear_output()",
    "a progress bar": "bar = ProgressBar(3)\nbar.display()\nfor _ in bar: pass",
    "own representations": """
class Own:
    def _repr_html_(self): return "<i>own</i>"
    def _repr_mimebundle_(self, **kwargs): return {"application/x-own+json": 1}
Own()""",
    "an error": "def outer(x):\n    return inner(x)\ndef inner(x):\n    return 1 / x\nouter(0)",
    "a chain of errors": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('b') from error",
    "an error in a library": "pd.DataFrame({'a': [1]})['b']",
    "an error in C": "np.zeros(2) @ np.zeros(3)",
    "a group of errors": "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
    "a syntax error": "a = = b",
    "an error that shows an output": "print('before')\ndisplay(1)\nraise RuntimeError('after')",
    "a recursion": "def deeper(): return deeper()\ntry:\n    deeper()\nexcept RecursionError as e: print(e)",
    "an end": "import sys\nsys.exit('enough')",
    "warnings": """
import warnings
for kind in (UserWarning, DeprecationWarning, FutureWarning, PendingDeprecationWarning, ResourceWarning):
    warnings.warn(f"of {kind.__name__}", kind)""",
    "the same warning again": "for _ in range(3): warnings.warn('twice')",
    "a library's warning": "np.float64(1) / 0",
    "logging": "import logging\nlogging.warning('warned')\nlogging.getLogger('a').info('not said')",
    "tracing": "import traceback\ntraceback.print_stack(limit=1)",
    "a bash cell": "%%bash\necho out\necho $0",
    # Apart, for which of two streams comes first is a matter of time, in any kernel.
    "a bash cell's errors": "%%bash\necho err >&2",
    "a long bash cell": "%%bash\nfor i in $(seq 2000); do echo line $i; done",
    "a bash cell that fails": "%%bash\necho out\nexit 3",
    "a shell line": "!echo hello; echo other >&2; pwd",
    "a shell line's result": "lines = !printf 'a\\nb'\nlines",
    "a failing shell line": "!exit 4\nprint(_exit_code)",
    "a checked subprocess": "import subprocess\nsubprocess.run(['false'], check=True)",
    "a captured subprocess": "subprocess.run(['cat'], input=b'in', capture_output=True).stdout",
    "a subprocess's input": "subprocess.run(['cat']).returncode",
    "a pool of forks": """
import multiprocessing, os
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(abs, range(-20, 0)), pool.apply(os.getpid) != os.getpid())""",
    "a pool of a notebook's function": """
def square(x): return x * x
with multiprocessing.Pool(2) as pool:
    print(pool.map(square, range(10)))""",
    "a pool of spawned processes": """
with multiprocessing.get_context("spawn").Pool(1) as pool:
    print(pool.map(abs, [-1, 2]))""",
    "a pool of a server's forks": """
from concurrent.futures import ProcessPoolExecutor
with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool:
    print(list(pool.map(abs, [-1, 2])))""",
    "an error in a pool": """
def fail(x): raise ValueError(x)
with ProcessPoolExecutor(1) as pool:
    try:
        pool.submit(fail, 5).result()
    except ValueError as error:
        print(repr(error), type(error.__cause__).__name__)""",
    "a queue": """
def put(queue): queue.put([1, 2])
queue = multiprocessing.Queue()
fork = multiprocessing.Process(target=put, args=(queue,))
fork.start()
print(queue.get())
fork.join()""",
    "shared memory": """
from multiprocessing.shared_memory import SharedMemory
memory = SharedMemory(create=True, size=10)
memory.buf[0] = 5
print(memory.buf[0])
memory.close()
memory.unlink()""",
    "threads that print": """
from threading import Thread
threads = [Thread(target=print, args=(f"{n}\\n",), kwargs={"end": ""}) for n in range(5)]
for thread in threads:
    thread.start()
    thread.join()""",
    "an error in a thread": "thread = Thread(target=lambda: 1 / 0)\nthread.start()\nthread.join()",
    "many threads": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(20) as pool:
    print(sum(pool.map(lambda n: n * n, range(1000))))""",
    "an await": "import asyncio\nprint(await asyncio.gather(*(asyncio.sleep(0.01, n) for n in range(3))))",
    "an async loop": "async def count():\n    yield 1\n    yield 2\nasync for n in count(): print(n)",
    "a second loop": "coroutine = asyncio.sleep(0)\nasyncio.run(coroutine)",
    "a task": "task = asyncio.create_task(asyncio.sleep(0.01, 'done'))",
    "a task's result": "await task",
    "an async subprocess": """
process = await asyncio.create_subprocess_exec("echo", "async", stdout=subprocess.PIPE)
print(await process.communicate())""",
    "input that nobody types": "input('? ')",
    "help": "help(abs)",
    "a question": "abs?",
    "a source": "square??",
    "magics": "%who_ls function\n%precision 3\n3.14159",
    "a captured cell": "%%capture caught\nprint('caught')",
    "what was captured": "print(repr(caught.stdout))",
    "a file that is run": "len_ = open('script.py', 'w').write('print(__name__, __file__)')",
    "its run": "%run script.py",
    "a module of the folder": "import script\nprint(script.__name__)",
    "pickles": "import pickle\npickle.loads(pickle.dumps(square))(3)",
    "a matplotlib figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "a figure's defaults": "import matplotlib\nmatplotlib.get_backend(), dict(matplotlib.rcParams)",
    "a pandas figure": "pd.Series([1, 3, 2]).plot();",
    "a figure by magic": "%matplotlib inline\nplt.bar(['a', 'b'], [1, 2])\nplt.show()",
}
"""Cells of one notebook, which builds on itself."""


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_gives_the_same(both: Both, name: str) -> None:
    compared(both, CELLS[name])


BY_OTHER_WAYS = {
    "os.system": ("import os\nos.system('echo out; echo err >&2')", {"stdout": "out\n", "stderr": "err\n"}),
    "a subprocess": (
        "import subprocess\nsubprocess.run('echo out; echo err >&2', shell=True)",
        {"stdout": "out\n", "stderr": "err\n"},
    ),
    "another Python": (
        "subprocess.run([sys.executable, '-c', 'import sys; print(sys.prefix, sys.flags[:3])'])",
        {"stdout": f"{sys.prefix} {sys.flags[:3]}\n"},
    ),
    "a handle": ("os.write(1, b'out\\n')\nos.write(2, b'err\\n')", {"stdout": "out\n", "stderr": "err\n"}),
    "a fork": (
        """
import multiprocessing
def speak():
    print("out", flush=True)
    print("err", file=sys.stderr, flush=True)
fork = multiprocessing.get_context("fork").Process(target=speak)
fork.start()
fork.join()""",
        {"stdout": "out\n", "stderr": "err\n"},
    ),
    "a fork of the system's": (
        """
if (pid := os.fork()) == 0:
    print("out", flush=True)
    os._exit(0)
os.waitpid(pid, 0)""",
        {"stdout": "out\n"},
    ),
    "a process that outlives its cell": (
        """
late = subprocess.Popen("read line; echo $line", shell=True, stdin=subprocess.PIPE)
late.stdin.write(b"out\\n")
late.stdin.close()""",
        {"stdout": "out\n"},
    ),
}
"""What writes to the notebook beside Python, and what is read there: perhaps later than the cell's end."""


@pytest.mark.parametrize("way", BY_OTHER_WAYS)
def test_output_that_comes_by_other_ways_arrives(both: Both, way: str) -> None:
    code, expected = BY_OTHER_WAYS[way]
    for kernel in both:
        kernel.run("import os, subprocess, sys")
        request = kernel.ask(code)
        heard: Counter[str] = Counter()
        said = dict.fromkeys(expected, "")
        while said != expected or heard["status"] < 2:
            message = kernel.client.get_iopub_msg(timeout=PATIENCE)
            assert message["parent_header"]["msg_id"] == request, said
            heard[message["msg_type"]] += 1
            if message["msg_type"] == "stream":
                said[message["content"]["name"]] += message["content"]["text"]
        assert heard["error"] == 0 and kernel.answer(request)["status"] == "ok"


@pytest.mark.parametrize("threads", [1, 4])
def test_duckdb_works_with_as_many_threads_as_it_is_told_to(threads: int) -> None:
    count = "duckdb.sql('FROM range(1000000)').count('*').fetchall()"
    with running() as kernel:
        kernel.run(f"import duckdb\nduckdb.sql('SET threads = {threads}')")
        assert kernel.value(count) == [(1_000_000,)]


def test_figures_are_shown_without_being_asked_for(both: Both) -> None:
    (figure,) = compared(both, "import matplotlib.pyplot as plt\nplt.close('all')\nplt.plot([3, 1, 2]);")
    assert "image/png" in figure["data"]


def test_matplotlib_uses_what_the_environment_names() -> None:
    with running(env=os.environ | {"MPLBACKEND": "svg"}) as kernel:
        assert kernel.run("import matplotlib.pyplot as plt\nplt.plot([3, 1, 2]);") == []
        assert kernel.value("plt.get_backend()") == "svg"


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("%%time\nsum(range(1000))", r"CPU times: .*total: .*\nWall time: [\d.]+ .?s\n"),
        ("%time x = 1", r"CPU times: .*total: .*\nWall time: [\d.]+ .?s\n"),
        ("%timeit -n 2 -r 2 pass", r".* ± .* per loop \(mean ± std\. dev\. of 2 runs, 2 loops each\)\n"),
    ],
)
def test_times_are_told_in_the_same_shape(both: Both, code: str, lines: str) -> None:
    forked, ordinary = (kernel.run(code) for kernel in both)
    assert [each["output_type"] for each in forked] == [each["output_type"] for each in ordinary]
    assert re.fullmatch(lines, forked[0]["text"]) and re.fullmatch(lines, ordinary[0]["text"])


NOISE = r"head -c 10000000 /dev/zero | tr '\0' x"


@pytest.mark.parametrize("code", [f"!{NOISE}", f"import os\nos.system({NOISE!r});"], ids=["line", "system"])
def test_a_noisy_subprocess_neither_hangs_nor_loses_anything(both: Both, code: str) -> None:
    forked = both[0]
    request = forked.ask(code)
    said = 0
    # The last of it may come after the cell, for which an ordinary kernel does not wait either.
    while said < 10_000_000:
        message = forked.client.get_iopub_msg(timeout=PATIENCE)
        assert message["parent_header"]["msg_id"] == request
        said += len(message["content"].get("text", ""))
    assert forked.answer(request)["status"] == "ok"
    assert forked.value("1 + 1") == 2


def test_input_and_passwords_are_asked_of_the_user(both: Both) -> None:
    code = "import getpass\nname = input('Who? ')\nsecret = getpass.getpass('And? ')\nprint([name, secret])"
    for kernel in both:
        shown = kernel.run(code, answers=["Zoë", "hush"])
        assert shown == [{"output_type": "stream", "name": "stdout", "text": "['Zoë', 'hush']\n"}]
        assert kernel.asked == [
            {"prompt": "Who? ", "password": False},
            {"prompt": "And? ", "password": True},
        ]


QUESTIONS: dict[str, dict[str, Any]] = {
    "kernel_info_request": {},
    "complete_request": {"code": "import os\nos.path.jo", "cursor_pos": 20},
    "inspect_request": {"code": "len", "cursor_pos": 3, "detail_level": 1},
    "is_complete_request": {"code": "for x in y:"},
    "comm_info_request": {"target_name": "nobody's"},
    "history_request": {"output": True, "raw": True, "hist_access_type": "tail", "n": 0},
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_has_the_same_answer(both: Both, kind: str) -> None:
    forked, ordinary = (settled(kernel.request(kind, QUESTIONS[kind])) for kernel in both)
    assert forked == ordinary
    assert forked["status"] in ("ok", "incomplete")


def test_a_subshell_answers_while_a_cell_runs(both: Both) -> None:
    for kernel in both:
        subshell = {"subshell_id": kernel.request("create_subshell_request", {}, "control")["subshell_id"]}
        kernel.run("from threading import Event\ngo_on = Event()")
        waiting = kernel.ask("print(go_on.wait(60))")
        message = kernel.client.session.msg("execute_request", {"code": "go_on.set()", "silent": False})
        message["header"] |= subshell
        kernel.client.shell_channel.send(message)
        assert kernel.outputs_of(waiting)[0]["text"] == "True\n"
        assert kernel.request("delete_subshell_request", subshell, "control")["status"] == "ok"


def heard(messages: Sequence[Any]) -> list[Any]:
    """What a front end hears, apart from what is done with it."""
    return [(each["msg_type"], settled(each["content"])) for each in messages]


def test_comms_speak_both_ways(both: Both) -> None:
    said = []
    for kernel in both:
        kernel.run(
            "def opened(comm, message):\n"
            "    print('opened with', message['content']['data'])\n"
            "    comm.on_msg(lambda message: comm.send({'back': message['content']['data']}))\n"
            "    comm.on_close(lambda message: print('closed'))\n"
            "get_ipython().kernel.comm_manager.register_target('ours', opened)\n"
        )
        theirs = {"comm_id": "an-id", "data": {"n": 1}}
        requests = [
            kernel.send("comm_open", {**theirs, "target_name": "ours"}),
            kernel.send("comm_msg", theirs),
            kernel.send("comm_close", theirs),
        ]
        said.append([heard(list(kernel.published(request))) for request in requests])
        kernel.run("from comm import create_comm\nc = create_comm('theirs', data=1)\nc.send(2)\nc.close(3)")
        said[-1].append(heard(kernel.messages))
    assert said[0] == said[1]
    assert {kind for one in said[0] for kind, _ in one} >= {"comm_open", "comm_msg", "comm_close", "stream"}
    assert ("stream", {"name": "stdout", "text": "closed\n"}) in said[0][2]


def test_a_slider_moves_from_either_side(both: Both) -> None:
    said = []
    for kernel in both:
        (shown,) = kernel.run(
            "from ipywidgets import IntSlider\n"
            "slider = IntSlider(value=3, max=10)\n"
            "slider.observe(lambda change: print('moved to', change.new), 'value')\n"
            "slider"
        )
        view = shown["data"]["application/vnd.jupyter.widget-view+json"]
        said.append([heard(kernel.messages)])
        moved = {"method": "update", "state": {"value": 7}, "buffer_paths": []}
        request = kernel.send("comm_msg", {"comm_id": view["model_id"], "data": moved})
        said[-1].append(heard(list(kernel.published(request))))
        assert kernel.value("slider.value") == 7
        kernel.run("slider.value = 5")
        said[-1].append(heard(kernel.messages))
    assert said[0] == said[1]
    assert ("stream", {"name": "stdout", "text": "moved to 7\n"}) in said[0][1]
    assert any(kind == "comm_msg" and '"value": 5' in json.dumps(content) for kind, content in said[0][2])


INTERRUPTED = {
    "a sleep": "import time\nprint('ready')\ntime.sleep(600)",
    "a busy loop": "print('ready')\nwhile True: pass",
    "a subprocess": "import subprocess\nsubprocess.run('echo ready; exec sleep 600', shell=True)",
    "a shell line": "!echo ready; exec sleep 600",
    "a bash cell": "%%bash\necho ready\nsleep 600",
    "a pool": "import multiprocessing, time\nwith multiprocessing.Pool(1) as pool:\n"
    "    print('ready')\n    pool.map(time.sleep, [600])",
}


@pytest.mark.parametrize("what", INTERRUPTED)
def test_an_interrupt_ends_the_cell_and_not_the_kernel(both: Both, what: str) -> None:
    said = []
    for kernel in both:
        messages = []
        request = kernel.ask(INTERRUPTED[what])
        for message in kernel.published(request):
            messages.append(message)
            if message["content"].get("text", "").startswith("ready"):
                kernel.manager.interrupt_kernel()
        reply = kernel.answer(request)
        shown = [(each["output_type"], each.get("ename")) for each in outputs(messages)]
        said.append([*shown, (reply["status"], reply.get("ename"))])
        assert kernel.value("1 + 1") == 2
        end = time.monotonic() + PATIENCE
        while any(child.name() == "sleep" for child in psutil.Process(kernel.pid).children(recursive=True)):
            assert time.monotonic() < end, "what the cell started lives on"
            time.sleep(0.02)
    if what == "a pool":
        # Whether its processes have said something of their own interrupt by then is a matter of time.
        said = [[each for each in one if each[0] != "stream"] for one in said]
    assert said[0] == said[1]


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


DEBUGGED = "def twice(n):\n    doubled = 2 * n\n    return doubled\ntwice(21)"


def test_the_debugger_stops_and_goes_on() -> None:
    with running() as forked, running("python3", extra_arguments=[HISTORY_IN_MEMORY]) as ordinary:
        said = [debugged(kernel) for kernel in (forked, ordinary)]
    assert said[0] == said[1]
    assert said[0][-1] == ["breakpoint", "twice", ["n", "21"], "42"]


def debugged(kernel: Talk) -> list[Any]:
    """What a debugger's user sees on the way through one breakpoint."""

    def ask(command: str, **arguments: Any) -> Any:
        content = {"type": "request", "seq": 1, "command": command, "arguments": arguments}
        reply = kernel.request("debug_request", content, "control")
        assert reply["success"], reply
        return reply.get("body")

    seen: list[Any] = [settled(ask("debugInfo"))]
    seen.append(settled(ask("initialize", clientID="tests", adapterID="", pathFormat="path")))
    ask("attach")
    source = {"path": ask("dumpCell", code=DEBUGGED)["sourcePath"]}
    points = ask("setBreakpoints", breakpoints=[{"line": 2}], source=source, sourceModified=False)
    seen.append([point["verified"] for point in points["breakpoints"]])
    ask("configurationDone")
    request = kernel.ask(DEBUGGED)
    while True:
        message = kernel.client.get_iopub_msg(timeout=PATIENCE)
        if message["msg_type"] == "debug_event" and message["content"]["event"] == "stopped":
            break
    stopped = message["content"]["body"]
    frame = ask("stackTrace", threadId=stopped["threadId"])["stackFrames"][0]
    scope = ask("scopes", frameId=frame["id"])["scopes"][0]
    variables = ask("variables", variablesReference=scope["variablesReference"])["variables"]
    known = next([each["name"], each["value"]] for each in variables if each["name"] == "n")
    ask("continue", threadId=stopped["threadId"])
    (result,) = kernel.outputs_of(request)
    seen.append([stopped["reason"], frame["name"], known, result["data"]["text/plain"]])
    ask("disconnect")
    return seen


def test_a_restart_keeps_the_connection_and_forgets_the_rest() -> None:
    with running() as kernel:
        path = Path(kernel.manager.connection_file)
        connection, old = path.read_text(), kernel.pid
        kernel.run("kept = 1\nimport pandas\npandas.own = 1")
        other = BlockingKernelClient(connection_file=str(path))
        other.load_connection_file()
        other.start_channels()
        try:
            other.wait_for_ready(timeout=PATIENCE)
            kernel.manager.restart_kernel()
            kernel.client.wait_for_ready(timeout=PATIENCE)
            assert kernel.pid != old and not psutil.pid_exists(old)
            assert (Path(kernel.manager.connection_file), path.read_text()) == (path, connection)
            assert kernel.value("'kept' in globals(), hasattr(__import__('pandas'), 'own')") == (False, False)
            other.wait_for_ready(timeout=PATIENCE)
            assert Talk(kernel.manager, other).value("1 + 1") == 2
            kernel.manager.restart_kernel(now=True)
            kernel.client.wait_for_ready(timeout=PATIENCE)
            assert kernel.value("1 + 1") == 2
        finally:
            other.stop_channels()


FAREWELL = "import atexit, pathlib\natexit.register(pathlib.Path('farewell').write_text, 'bye');"


@pytest.mark.parametrize("name", ["analytics", "python3"])
def test_a_polite_end_lets_the_kernel_say_goodbye(name: str, tmp_path: Path) -> None:
    with running(name, cwd=str(tmp_path)) as kernel:
        kernel.run(FAREWELL)
        assert kernel.request("shutdown_request", {"restart": False}, "control")["status"] == "ok"
        assert kernel.exit_code() == 0
        assert (tmp_path / "farewell").read_text() == "bye"


def test_the_managers_polite_end_does_so_too(tmp_path: Path) -> None:
    with running(cwd=str(tmp_path)) as kernel:
        kernel.run(FAREWELL)
        pid = kernel.pid
        kernel.manager.shutdown_kernel()
        assert (tmp_path / "farewell").read_text() == "bye"
        assert not psutil.pid_exists(pid) and not kernel.manager.is_alive()


def test_an_end_at_once_does_not_ask(tmp_path: Path) -> None:
    with running(cwd=str(tmp_path)) as kernel:
        kernel.run(FAREWELL)
        pid = kernel.pid
        kernel.ask("while True: pass")
        kernel.manager.shutdown_kernel(now=True)
        assert not psutil.pid_exists(pid) and not kernel.manager.is_alive()
        assert not (tmp_path / "farewell").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT])
def test_death_by_a_signal_is_told(number: signal.Signals) -> None:
    with running() as kernel:
        os.kill(kernel.pid, number)
        assert kernel.exit_code() == -number
        assert not kernel.manager.is_alive()


@pytest.mark.parametrize(
    ("code", "expected"), [("import os\nos._exit(3)", 3), ("exit()", 0), ("import os\nos.abort()", -6)]
)
def test_an_exit_code_is_told(code: str, expected: int) -> None:
    with running() as kernel:
        kernel.run("import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))")
        kernel.ask(code)
        assert kernel.exit_code() == expected


def test_a_notebooks_dead_kernel_is_noticed_soon() -> None:
    cell = nbformat.v4.new_code_cell("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    since = time.monotonic()
    with pytest.raises(DeadKernelError):
        NotebookClient(notebook, kernel_name="analytics", timeout=PATIENCE).execute()
    # A parent that has to start first takes most of that; the limit of the cell is far beyond.
    assert time.monotonic() - since < PATIENCE / 2


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
