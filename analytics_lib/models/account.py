"""What a model says of itself: what it did, on how much, how good it has been, when not to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

KEY = "account"
"""Where the frame of a model keeps its account, in `attrs`."""


@dataclass(frozen=True)
class Account:
    """Sentences about one answer of a model.

    `did` says what was done and by which method, `data` on how much, `quality` how good it has been on data
    it had not seen, `doubts` when not to believe it. Nothing to doubt is an empty tuple, never a silence
    about a known limit.
    """

    did: str
    data: str
    quality: str
    doubts: tuple[str, ...] = ()

    def __deepcopy__(self, _memo: object) -> Account:
        return self  # it cannot change, and pandas copies the `attrs` of a frame at each step

    def __str__(self) -> str:
        lines = [self.did, self.data, self.quality, *(f"Caution: {doubt}" for doubt in self.doubts)]
        return "\n".join(line for line in lines if line)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "did": self.did,
            "data": self.data,
            "quality": self.quality,
            "doubts": list(self.doubts),
        }


def accounted(frame: pd.DataFrame, account: Account, **details: object) -> pd.DataFrame:
    """The frame with its account and whatever else the model found, in `attrs`."""
    frame.attrs = {KEY: account}
    frame.attrs.update(details)
    return frame


def account_of(frame: pd.DataFrame) -> Account:
    """What the model that made a frame says of it. Raises `KeyError` for a frame of no model."""
    account = frame.attrs[KEY]
    if not isinstance(account, Account):
        raise TypeError(f"the account of a frame is {type(account).__name__}, not Account")
    return account
