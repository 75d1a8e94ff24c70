"""What a process that wants kernels does: find its parent, start it if there is none, and order kernels.

A process that has ordered a kernel is an owner until it ends: it stays connected to the parent.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from scheduler.kernels.folders import Remains, base_folder, locked, remove_if_empty, sweep
from scheduler.kernels.identity import Identity, identity_of
from scheduler.kernels.messages import GOODBYE, Order, receive_line, send_order
from scheduler.kernels.process import ForkedProcess, let_go, lifelines
from scheduler.kernels.refusal import NoFork, check_platform, say_once

LINGER_VARIABLE = "ANALYTICS_KERNELS_LINGER"
"""Seconds that a parent waits for another command after its last owner has left."""

_LINGER = 10.0
_LONGEST_LINGER = 86400.0
_TRIES = 5
_START_LIMIT = 120.0
"""Seconds until a kernel must have started, the parent's imports included."""

_REST = 60.0
"""Seconds for which we do not try again after a parent could not be started."""

_given_up: dict[str, tuple[float, str]] = {}
_lock = threading.Lock()
_parents: dict[str, socket.socket] = {}


def order_kernel(order: Order, standard_streams: Sequence[int], remains: Remains) -> ForkedProcess:
    """A running kernel, as ordered. Raises `NoFork` if there is none to be had, `RuntimeError` if it failed.

    A parent that is killed, or that has imported what has changed since, is replaced by another on the way.
    """
    identity = identity_of(order.environment)
    gave_up_at, reason = _given_up.get(identity.key, (-math.inf, ""))
    if time.monotonic() - gave_up_at < _REST:
        raise NoFork(reason)
    for _ in range(_TRIES):
        try:
            return _ask(identity, order, standard_streams, remains)
        except TimeoutError:
            raise NoFork(f"the parent of the kernels did not answer in {_START_LIMIT:.0f} seconds") from None
        except (EOFError, ConnectionError) as error:
            reason = f"the parent of the kernels could not be started: {_last_words(identity) or error}"
        except OSError as error:
            raise NoFork(f"the parent of the kernels could not be reached: {error}") from error
    _given_up[identity.key] = time.monotonic(), reason
    sweep(base_folder())
    raise NoFork(reason)


def greet() -> None:
    """Have a parent start, or stay, for kernels of this process; do not wait until it has imported all."""
    try:
        check_platform()
        _connection(identity_of(os.environ))
    except (NoFork, OSError) as refusal:
        say_once(str(refusal))


def _ask(
    identity: Identity, order: Order, standard_streams: Sequence[int], remains: Remains
) -> ForkedProcess:
    lifeline, theirs = lifelines()
    lifeline.settimeout(_START_LIMIT)
    try:
        with theirs:
            said = json.dumps(asdict(remains)).encode()
            connection = _connection(identity)
            try:
                socket.send_fds(connection, [said], [theirs.fileno()])
            except TimeoutError:
                raise
            except OSError as error:
                # Or another thread has just found out that the parent is dead, and closed the connection.
                _drop(identity, connection)
                raise ConnectionError(str(error)) from error
        try:
            send_order(lifeline, order, standard_streams)
            answer = receive_line(lifeline)
        except (EOFError, ConnectionError):
            # The parent holds the other end too, until it is dead.
            _drop(identity, connection)
            raise
    except BaseException:
        let_go(lifeline)
        raise
    if "pid" in answer:
        return ForkedProcess(answer["pid"], lifeline)
    let_go(lifeline)
    if "failed" in answer:
        raise RuntimeError(f"The kernel could not be started: {answer['failed']}")
    if "refused" in answer:
        _drop(identity, connection)
    raise EOFError(answer.get("refused", "a kernel was killed while it started"))


def _connection(identity: Identity) -> socket.socket:
    """This process's connection to its parent, which is started if there is none."""
    with _lock:
        if identity.key not in _parents:
            _parents[identity.key] = _connect(identity)
        return _parents[identity.key]


def _connect(identity: Identity) -> socket.socket:
    address = _address(identity)
    with locked(address.parent):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(_START_LIMIT)
        try:
            connection.connect(str(address))
        except (FileNotFoundError, ConnectionRefusedError):
            _start(identity, address)
            connection.connect(str(address))
        return connection


def _address(identity: Identity) -> Path:
    return base_folder() / f"{identity.key}.parent"


def _last_words(identity: Identity) -> str:
    """The last line that a parent has written before it ended, which tells what was wrong."""
    with suppress(OSError):
        lines = _address(identity).with_suffix(".log").read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "").rstrip(".")
    return ""


def _start(identity: Identity, address: Path) -> None:
    """Start a parent that is listening already, so that nobody has to wait until it has imported all."""
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(address))
        listener.listen(128)
        module = ["-m", "scheduler.kernels", str(listener.fileno()), str(address), str(_linger())]
        with address.with_suffix(".log").open("w") as log:
            started = subprocess.run(
                [sys.executable, *module],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=dict(identity.environment),
                pass_fds=[listener.fileno()],
                start_new_session=True,  # or Ctrl-C would reach it too
                check=False,
            )
    if started.returncode:
        raise ConnectionError(f"it ended with exit code {started.returncode}")


def _linger() -> float:
    """Seconds that a parent which starts now shall stay. Raises `NoFork` if they are not a number."""
    given = os.environ.get(LINGER_VARIABLE) or str(_LINGER)
    try:
        seconds = float(given)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_LINGER:
        raise NoFork(f"{LINGER_VARIABLE} is '{given}', and not a number of seconds from 0 to a day")
    return seconds


def _drop(identity: Identity, connection: socket.socket) -> None:
    """Forget a connection, unless another thread has done so and has perhaps made a new one meanwhile."""
    with _lock:
        if _parents.get(identity.key) is connection:
            del _parents[identity.key]
            connection.close()


@atexit.register
def _leave() -> None:
    for connection in _parents.values():
        with suppress(OSError), connection:
            address = Path(connection.getpeername())
            try:
                connection.send(GOODBYE)
            except OSError:
                # It was killed.
                sweep(address.parent)
                remove_if_empty(address.parent)
    _parents.clear()


def _forget() -> None:
    """In a fork of an owner: own nothing, so that our life does not count for the owner's."""
    if _lock.locked():
        _lock.release()
    for connection in _parents.values():
        connection.close()
    _parents.clear()


os.register_at_fork(after_in_child=_forget)
