"""Everything that can go wrong, as one tree.

AnalyticsError
├── InputError            what was asked cannot be answered: a wrong name, value, date or parameter
│   ├── UnknownName       a name that is not in a list; suggests the nearest ones
│   └── ParameterError    a notebook parameter with a wrong name, type or value
├── WarehouseError        the database cannot be reached, read or written
│   └── NoData            the database holds none of our tables
├── LoadError             foreign data refused; the database is as it was
├── LeaseLost             a run was given to somebody else, or up, meanwhile; nothing was recorded
└── RunError              a notebook failed; nothing was published

Each message is one sentence that names the input and the way out. Bottom floor: this module
imports nothing from the package.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AnalyticsError(Exception):
    """Base of every error that a user is meant to read."""


class InputError(AnalyticsError, ValueError):
    """What was asked cannot be answered."""


class UnknownName(InputError):
    """A name that is not in a known list.

    Parameters: `kind` says what was named ("metric", "dimension"), `name` is what was given,
    `known` are the allowed names; the nearest of them are suggested.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        choices = sorted(known)
        near = difflib.get_close_matches(name, choices, n=3, cutoff=0.5)
        if near:
            way_out = f"did you mean {' or '.join(near)}?"
        elif not choices:
            way_out = "there is none to choose from."
        elif len(choices) <= 12:
            way_out = f"choose one of {', '.join(choices)}."
        else:
            way_out = f"there are {len(choices)}, among them {', '.join(choices[:6])}."
        super().__init__(f"Unknown {kind} '{name}': {way_out}")
        self.kind = kind
        self.name = name


class ParameterError(InputError):
    """A notebook parameter with a wrong name, type or value."""


class WarehouseError(AnalyticsError):
    """The database cannot be reached, read or written."""


class NoData(WarehouseError):
    """The database holds none of our tables."""


class LoadError(AnalyticsError):
    """Foreign data was refused; the database is as it was."""


class LeaseLost(AnalyticsError):
    """A run is no longer held by who speaks of it; nothing was recorded."""


class RunError(AnalyticsError):
    """A notebook failed; nothing was published."""
