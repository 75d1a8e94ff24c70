"""CDNOW: 2,357 customers of a music shop in 1997 and 1998, as the wheel `lifetimes` carries them."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd


def _folder() -> Path:
    """Found without importing the wheel, which warns."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "datasets"


@lru_cache
def summary() -> pd.DataFrame:
    """Frequency, recency and age in weeks, as the authors give them: `x`, `t_x`, `age`."""
    frame = pd.read_csv(_folder() / "cdnow_customers_summary.csv")
    return frame.rename(columns={"frequency": "x", "recency": "t_x", "T": "age"})


@lru_cache
def spending() -> pd.DataFrame:
    """Repeat purchases and their mean value, rounded to cents: `x`, `zbar`."""
    return pd.read_csv(_folder() / "cdnow_customers_summary_with_transactions.csv")


@lru_cache
def transactions() -> pd.DataFrame:
    """All purchases from January 1997 to June 1998: `customer_id`, `date`, `value`."""
    names = ["master_id", "customer_id", "date", "cds", "value"]
    frame = pd.read_csv(
        _folder() / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names, dtype={"date": str}
    )
    return frame[["customer_id", "date", "value"]]
