"""A small client of kernels for the tests: runs code and gives what a notebook would show."""

from __future__ import annotations

import ast
import os
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_core.utils import run_sync

PATIENCE = 60.0
"""Seconds for anything that a kernel does, on a busy machine."""

_SHOWN = {"display_data", "error", "execute_result", "stream"}
_ASIDE = {"clear_output", "update_display_data"}


class Talk:
    """A running kernel and a client that is connected to it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client
        self.messages: list[dict[str, Any]] = []
        """Everything that the kernel has published for the last code that was run."""
        self.reply: dict[str, Any] = {}
        """What it has replied to that code."""
        self.asked: list[dict[str, Any]] = []
        """What it has asked the user while it ran that code."""

    @property
    def provisioner(self) -> Any:
        """What started the kernel."""
        return self.manager.provisioner

    @property
    def pid(self) -> int:
        """The process id of the kernel."""
        pid: int = self.provisioner.pid
        return pid

    def run(self, code: str, answers: Sequence[str] = (), timeout: float = PATIENCE) -> list[dict[str, Any]]:
        """The outputs of a cell, as a notebook would save them; `answers` are typed when it asks for input.

        Changes of what is displayed, which a notebook saves as their result only, are listed too.
        """
        return self.outputs_of(self.ask(code, stdin=bool(answers)), answers, timeout)

    def ask(self, code: str, *, stdin: bool = False) -> str:
        """Have the kernel begin to run code; the answer is the id by which to ask for its outputs."""
        request: str = self.client.execute(code, allow_stdin=stdin, stop_on_error=False)
        return request

    def outputs_of(
        self, request: str, answers: Sequence[str] = (), timeout: float = PATIENCE
    ) -> list[dict[str, Any]]:
        """Wait until the code is done. Raises `EOFError` if the kernel dies, `TimeoutError` if it hangs."""
        self.messages = list(self.published(request, answers, timeout))
        self.reply = self.answer(request)
        return outputs(self.messages)

    def answer(self, request: str, channel: str = "shell") -> dict[str, Any]:
        """The content of the reply to a message."""
        while True:
            reply = getattr(self.client, f"get_{channel}_msg")(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == request:
                content: dict[str, Any] = reply["content"]
                return content

    def published(
        self, request: str, answers: Sequence[str] = (), timeout: float = PATIENCE
    ) -> Iterator[dict[str, Any]]:
        """What the kernel publishes for a request, until it is idle again."""
        until = time.monotonic() + timeout
        typed = list(answers)
        self.asked = []
        while True:
            if typed:
                typed = self._type(typed)
            try:
                message: dict[str, Any] = self.client.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if not self.manager.is_alive():
                    raise EOFError("the kernel has died") from None
                if time.monotonic() > until:
                    raise TimeoutError("the kernel has not finished") from None
                continue
            if message["parent_header"].get("msg_id") == request:
                yield message
                if message["content"].get("execution_state") == "idle":
                    return

    def send(self, kind: str, content: Mapping[str, Any], channel: str = "shell") -> str:
        """Send a message of any kind; the answer is its id."""
        message = self.client.session.msg(kind, dict(content))
        getattr(self.client, f"{channel}_channel").send(message)
        identity: str = message["header"]["msg_id"]
        return identity

    def request(self, kind: str, content: Mapping[str, Any], channel: str = "shell") -> dict[str, Any]:
        """The content of the reply to a message of any kind."""
        return self.answer(self.send(kind, content, channel), channel)

    def text(self, code: str, timeout: float = PATIENCE) -> str:
        """What a cell prints to its standard output; nothing else may be shown by it."""
        shown = self.run(code, timeout=timeout)
        assert [each.get("name") for each in shown] in ([], ["stdout"]), shown
        return "".join(each["text"] for each in shown)

    def value(self, expression: str) -> Any:
        """An expression's value, which must be a literal."""
        return ast.literal_eval(self.text(f"print(ascii(({expression})))"))

    def exit_code(self) -> int:
        """The exit code of the kernel, as soon as it has ended."""
        until = time.monotonic() + PATIENCE
        while (code := run_sync(self.provisioner.poll)()) is None:
            assert time.monotonic() < until, "the kernel lives"
            time.sleep(0.01)
        ended: int = code
        return ended

    def _type(self, typed: list[str]) -> list[str]:
        try:
            question = self.client.get_stdin_msg(timeout=0.05)
        except queue.Empty:
            return typed
        self.asked.append(question["content"])
        self.client.input(typed[0])
        return typed[1:]


def outputs(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What messages show; pieces of one stream are put together, for their number is a matter of time."""
    shown: list[dict[str, Any]] = []
    for message in messages:
        kind, content = message["msg_type"], message["content"]
        if kind == "stream" and shown and shown[-1].get("name") == content["name"]:
            shown[-1]["text"] += content["text"]
        elif kind in _SHOWN:
            shown.append(dict(nbformat.v4.output_from_msg(message)))
        elif kind in _ASIDE:
            shown.append({"output_type": kind, **content})
    return shown


@contextmanager
def running(
    kernel_name: str = "analytics", traits: Mapping[str, Any] | None = None, **start_kwargs: Any
) -> Iterator[Talk]:
    """A kernel that is started with these arguments of `start_kernel`, and is ended in the end.

    `traits` are settings of its `KernelManager`.
    """
    environment = dict(start_kwargs.pop("env", os.environ))
    # ipykernel would leave the output of subprocesses to pytest.
    environment.pop("PYTEST_CURRENT_TEST", None)
    manager = KernelManager(kernel_name=kernel_name, **(traits or {}))
    manager.start_kernel(env=environment, **start_kwargs)
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        yield Talk(manager, client)
    finally:
        client.stop_channels()
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
