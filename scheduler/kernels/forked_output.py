"""How processes that a cell forks write to the notebook: through a Unix socket, as everything else here."""

from __future__ import annotations

import os
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread
from zmq.eventloop.zmqstream import ZMQStream


class UnixIOPubThread(IOPubThread):
    """ipykernel's thread for output, which would open a TCP port for the output of forked processes."""

    def _setup_pipe_in(self) -> None:
        endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        if not endpoint.startswith("ipc://"):
            super()._setup_pipe_in()  # type: ignore[no-untyped-call]
            return
        self._pipe_uuid = os.urandom(16)
        self._pipe_port = f"{endpoint}-forks"
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(self._pipe_port)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[Any, Any]:
        if isinstance(self._pipe_port, int):
            channel: tuple[Any, Any] = super()._setup_pipe_out()  # type: ignore[no-untyped-call]
            return channel
        context: Any = zmq.Context()
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000
        pipe.connect(self._pipe_port)
        return context, pipe
