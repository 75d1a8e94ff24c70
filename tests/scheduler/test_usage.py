"""What a kernel takes, looked at from outside."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scheduler.usage import KernelUsage, limit_memory

MIB = 2**20
WORK = """
import sys
def burn(n): return sum(i * i for i in range(n))
held = bytearray(150 * 2**20); held = None; burn(3_000_000)
print("done", flush=True)
sys.stdin.readline()
"""
EAT = """
import sys
print("ready", flush=True); sys.stdin.readline()
try:
    held = [bytearray(2**20) for _ in range({mib})]
except MemoryError:
    print("no more", flush=True)
else:
    print("enough", flush=True)
"""


def started(script: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe, text=True)


def test_the_peak_counts_and_not_what_is_held_now() -> None:
    with started(WORK) as process:
        assert process.stdout is not None and process.stdout.readline() == "done\n"
        usage = KernelUsage(process.pid)
        usage.look()
        process.communicate("\n")
    assert 150 * MIB < usage.peak_memory < 300 * MIB
    assert 0.05 < usage.processor_seconds < 30
    before = usage.processor_seconds, usage.peak_memory
    usage.look()
    assert (usage.processor_seconds, usage.peak_memory) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process")
@pytest.mark.parametrize(("mib", "said"), [(50, "enough\n"), (300, "no more\n")])
def test_a_limit_is_what_may_come_on_top(mib: int, said: str) -> None:
    with started(EAT.format(mib=mib)) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        limit_memory(process.pid, 100 * MIB)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == said
