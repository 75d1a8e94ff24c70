"""Kernels for runs: jupyter_client's own, which does not sleep where there is something to wait for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from traitlets import Type

_ANSWER_LIMIT = 1.0
"""Seconds until a kernel that does not answer is asked again."""

_SUBSCRIPTION_LIMIT = 0.2
"""Seconds until one whose answer is seen, but not that it is idle again, is asked again."""

_DEATH_LIMIT = 5.0
"""Seconds that a killed kernel may take to be gone."""


class PromptClient(AsyncKernelClient):
    """A client that is ready when the kernel is: the usual one listens 0.2 seconds longer, to be sure."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers, and what it publishes arrives here. Raises `RuntimeError`."""
        until = time.monotonic() + timeout if timeout is not None else float("inf")
        while not await self._is_heard():
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")

    async def _is_heard(self) -> bool:
        """Whether the kernel answers a question, and says on the other channel that it has done so."""
        question = self.kernel_info()
        with suppress(Empty):
            reply = await self.get_shell_msg(timeout=_ANSWER_LIMIT)
            if reply["msg_type"] != "kernel_info_reply":
                return False
            while True:
                said = await self.get_iopub_msg(timeout=_SUBSCRIPTION_LIMIT)
                if _is_idle_after(said, question):
                    return True
        return False


def _is_idle_after(message: dict[str, Any], question: str) -> bool:
    state = message["content"].get("execution_state")
    return bool(message["parent_header"].get("msg_id") == question and state == "idle")


class PromptKernelManager(AsyncKernelManager):
    """A manager whose clients are prompt, and which notices at once that a kernel it has killed is gone."""

    client_factory = Type(PromptClient, klass=AsyncKernelClient)

    async def kill(self) -> None:
        """Kill the kernel, if there is one, and do not wait until it has given up its memory."""
        if self.provisioner is not None and self.has_kernel:
            await self.provisioner.kill()

    async def end(self) -> None:
        """Kill the kernel, if there is one, wait until it is gone, and remove what it needed."""
        if self.provisioner is None:
            return
        await self.kill()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.provisioner.wait(), _DEATH_LIMIT)
        await self.shutdown_kernel(now=True)


@contextmanager
def kernel_manager(kernel_name: str) -> Iterator[PromptKernelManager]:
    """A manager whose kernel has ended when the context has."""
    manager = PromptKernelManager(kernel_name=kernel_name)
    try:
        yield manager
    finally:
        run_sync(manager.end)()
