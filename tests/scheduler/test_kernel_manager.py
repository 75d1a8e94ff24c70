"""Kernels for runs: ready when they answer, gone when they are killed, and no word of theirs is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
import zmq

from scheduler.kernel_manager import PromptClient, PromptKernelManager
from tests.scheduler.conftest import Watch

PATIENCE = 60.0


@asynccontextmanager
async def started() -> AsyncIterator[tuple[PromptKernelManager, PromptClient]]:
    """A kernel that has just been started, and a client that has not yet waited for it."""
    manager = PromptKernelManager(kernel_name="analytics")
    await manager.start_kernel()
    client = manager.client()
    assert isinstance(client, PromptClient)
    client.start_channels()
    try:
        yield manager, client
    finally:
        client.stop_channels()
        await manager.end()


def test_a_client_that_is_ready_hears_all_that_the_first_cell_says(watch: Watch) -> None:
    async def first_words() -> list[str]:
        async with started() as (_, client):
            await client.wait_for_ready(PATIENCE)
            asked = client.execute("print('first')\n'last'")
            said = []
            while True:
                message = await client.get_iopub_msg(timeout=PATIENCE)
                if message["parent_header"].get("msg_id") == asked:
                    said.append(message["content"].get("execution_state") or message["msg_type"])
                    if said[-1] == "idle":
                        return said

    for _ in range(5):
        assert asyncio.run(first_words()) == ["busy", "execute_input", "stream", "execute_result", "idle"]
    assert watch.left_behind() == []


@pytest.mark.parametrize(
    ("fate", "patience", "reason"),
    [(signal.SIGKILL, PATIENCE, "died before"), (signal.SIGSTOP, 1.5, "didn't respond")],
)
def test_a_kernel_that_does_not_answer_is_not_waited_for(
    watch: Watch, fate: signal.Signals, patience: float, reason: str
) -> None:
    async def wait_in_vain() -> None:
        async with started() as (manager, client):
            os.kill(process_of(manager), fate)
            await client.wait_for_ready(patience)

    with pytest.raises(RuntimeError, match=reason):
        asyncio.run(wait_in_vain())
    assert watch.left_behind() == []


def test_a_client_is_not_ready_while_it_does_not_hear_what_the_kernel_says(watch: Watch) -> None:
    async def listen_in_vain() -> None:
        async with started() as (_, client):
            client.iopub_channel.socket.setsockopt(zmq.UNSUBSCRIBE, b"")
            await client.wait_for_ready(1.5)

    with pytest.raises(RuntimeError, match="didn't respond"):
        asyncio.run(listen_in_vain())
    assert watch.left_behind() == []


def test_a_kernel_that_was_ended_is_gone_and_may_be_ended_again(watch: Watch) -> None:
    async def end() -> int:
        async with started() as (manager, client):
            await client.wait_for_ready(PATIENCE)
            process = process_of(manager)
            await manager.kill()
            await manager.end()
            assert not manager.has_kernel
            return process

    assert not psutil.pid_exists(asyncio.run(end()))
    assert watch.left_behind() == []


def process_of(manager: PromptKernelManager) -> int:
    """The number of the kernel's process."""
    return int(getattr(manager.provisioner, "pid"))  # noqa: B009 - of our own provisioner, which mypy cannot know
