"""Input, questions, comms, interrupts and the debugger are as with an ordinary kernel."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import psutil
import pytest

from tests.scheduler.kernels.comparing import HISTORY_IN_MEMORY, Both, settled
from tests.scheduler.kernels.talking import PATIENCE, Talk, outputs, running


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
        # In how many pieces a text arrives is a matter of time.
        pieces = [one for place, one in enumerate(shown) if one[0] != "stream" or one not in shown[:place]]
        said.append([*pieces, (reply["status"], reply.get("ename"))])
        assert kernel.value("1 + 1") == 2
        end = time.monotonic() + PATIENCE
        while any(child.name() == "sleep" for child in psutil.Process(kernel.pid).children(recursive=True)):
            assert time.monotonic() < end, "what the cell started lives on"
            time.sleep(0.02)
    if what == "a pool":
        # Whether its processes have said something of their own interrupt by then is a matter of time.
        said = [[each for each in one if each[0] != "stream"] for one in said]
    assert said[0] == said[1]


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
