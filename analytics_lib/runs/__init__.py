"""The ledger of runs: what was asked for, what ran, what came out of it."""

from __future__ import annotations

from analytics_lib.runs.records import Output, Record, Request, State

__all__ = ["Output", "Record", "Request", "State"]
