"""What owners, their parent and its kernels say to each other: lines of JSON, with open files beside them.

Between an owner and a kernel runs a *lifeline*, a pair of connected sockets. Its first message is the
`Order`, which the parent passes on unread. It ends when either side dies, and so each learns of it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

GOODBYE = b"goodbye"
"""What an owner says before it closes a connection on purpose."""

LONGEST_MESSAGE = 65536
"""Bytes of a message to the parent."""

_LENGTH = 8

_SO_PEEK_OFF = 42
"""Linux's option to look at what lies further on; Python has no name for it."""


@dataclass(frozen=True)
class Order:
    """What makes a fork the kernel that its owner asked for.

    `arguments` are those of ipykernel's command, `limits` the soft and hard limits by name, `cpus` the
    processors that the owner may run on.
    """

    arguments: list[str]
    environment: dict[str, str]
    working_folder: str
    umask: int
    priority: int
    limits: dict[str, tuple[int, int]]
    cpus: list[int]
    owner: int


def ends_with_goodbye(connection: socket.socket) -> bool:
    """Whether the last that was sent is goodbye. What lies before it, perhaps an order, stays unread."""
    unread = int.from_bytes(fcntl.ioctl(connection, termios.FIONREAD, bytes(4)), sys.byteorder)
    if unread < len(GOODBYE):
        return False
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, _SO_PEEK_OFF, unread - len(GOODBYE))
    try:
        return connection.recv(len(GOODBYE), socket.MSG_PEEK) == GOODBYE
    except OSError:
        return False


def send_order(lifeline: socket.socket, order: Order, standard_streams: Sequence[int]) -> None:
    """Send an order, with the files that become the kernel's standard input, output and error."""
    text = json.dumps(asdict(order)).encode()
    socket.send_fds(lifeline, [len(text).to_bytes(_LENGTH, "big")], standard_streams)
    lifeline.sendall(text)


def receive_files(connection: socket.socket, size: int, count: int) -> tuple[bytes, list[int]]:
    """Bytes and open files, at most so many; what this process starts does not inherit the files."""
    said, files, _, _ = socket.recv_fds(connection, size, count)
    for file in files:
        os.set_inheritable(file, False)
    return said, list(files)


def receive_order(lifeline: socket.socket) -> tuple[Order, list[int]]:
    """The order that was sent, and the standard streams."""
    length, streams = receive_files(lifeline, _LENGTH, 3)
    if len(length) < _LENGTH or len(streams) < 3:
        raise EOFError("the owner went away before it had said what it wants")
    text = bytearray()
    while len(text) < int.from_bytes(length, "big"):
        part = lifeline.recv(1 << 20)
        if not part:
            raise EOFError("the owner went away before it had said all")
        text += part
    return Order(**json.loads(text)), streams


def send_line(lifeline: socket.socket, message: Mapping[str, Any]) -> None:
    """Send a short message, such as `{"exit_code": 0}`."""
    lifeline.sendall(json.dumps(message).encode() + b"\n")


def receive_line(lifeline: socket.socket, flags: int = 0) -> dict[str, Any]:
    """The next short message. Raises `EOFError` if the other side is gone."""
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LONGEST_MESSAGE:
        try:
            letter = lifeline.recv(1, flags)
        except ConnectionError:
            letter = b""
        if not letter:
            raise EOFError("the other side is gone")
        line += letter
        # The rest of a line that has begun is there, or about to be.
        flags = 0
    message: dict[str, Any] = json.loads(line)
    return message
