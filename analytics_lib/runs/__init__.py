"""The ledger of runs: what was asked for, what ran, what came out of it."""

from __future__ import annotations

from analytics_lib.runs.chain import Head
from analytics_lib.runs.leases import Claim, Standing
from analytics_lib.runs.ledger import Ledger
from analytics_lib.runs.opening import URL_VARIABLE, open_ledger
from analytics_lib.runs.owners import Owner
from analytics_lib.runs.records import Output, Record, Request, State

__all__ = [
    "URL_VARIABLE",
    "Claim",
    "Head",
    "Ledger",
    "Output",
    "Owner",
    "Record",
    "Request",
    "Standing",
    "State",
    "open_ledger",
]
