"""Cells show on a forked kernel what they show on an ordinary one."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter

import pytest

from tests.scheduler.kernels.comparing import Both, compared
from tests.scheduler.kernels.talking import PATIENCE, running

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
