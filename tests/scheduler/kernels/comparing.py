"""What two kernels say, compared: a forked one and an ordinary one."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from tests.scheduler.kernels.talking import Talk

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
