"""Which values of an environment are secrets: by the names that they have, and by what they stand in.

What is taken for a secret is gone from every report, so that an innocent word costs a reader something, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from scheduler.redaction import SHORTEST, Redactor

_NAMES = re.compile(
    r"CREDENTIAL|PASSPHRASE|PASSW|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTHORI[SZ]ATION"
    r"|(?:^|_)(?:PASS|KEY|PAT|AUTH)$|(?:^|_)AUTH_(?:CONFIG|COOKIE|HEADER)$|SSHPASS$|_PWD$"
)
_OPEN_NAMES = re.compile(r"(?:^|_)(?:FOREIGN|PARTITION|PRIMARY|PUBLIC|SORT)_KEY$")
"""Keys that open nothing."""

_PASSWORDS = re.compile(r"CREDENTIAL|PASS|PWD|SECRET")
"""Of the names, those of what people choose, which may be a number."""

_NUMBER = re.compile(r"[-+]?\d{1,15}(?:\.\d+)?")
_WORDS = frozenset(
    {
        *("anonymous", "bearer", "default", "digest", "disabled", "enabled", "external", "internal"),
        *("kerberos", "negotiate", "optional", "password", "required", "secret", "unknown"),
    }
)
"""What says how, or whether, and not with what."""

_IN_ADDRESSES = re.compile(r"pass|secret|token|key", re.IGNORECASE)
_WEB = frozenset({"http", "https"})

_PAIRS = re.compile(
    r"""
    (?:passw(?:or)?d|passphrase|(?<![a-z])(?:pass|pwd)|secret|token|authorization
        |(?:access|account|api|encryption|private|signing)[_-]?key)
    \s*=\s*
    (?: '(?P<single>(?:[^'\\]|\\.)*)' | "(?P<double>(?:[^"\\]|\\.)*)" | \{(?P<braces>[^}]*)\}
        | (?P<bare>(?:[^\s\\]|\\.)+) )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
"""`password=...` as libpq, ODBC and command lines write it."""

_ENDS = re.compile(r"[;,&]")
"""Where a bare value ends for some of those who read it, and for others it does not."""


def redactor(addresses: Iterable[str] = ()) -> Redactor:
    """Takes out the secrets of this process's environment and of the addresses given."""
    return Redactor(secrets_of(os.environ, addresses))


def secrets_of(environment: Mapping[str, str], addresses: Iterable[str] = ()) -> frozenset[str]:
    """The secrets of an environment: what its names call one, and those in its addresses and settings.

    An address that holds one is a secret as a whole. Numbers are none unless they are a password, and
    neither are common words and the paths of files.
    """
    found = {value for name, value in environment.items() if _is_named(name.upper(), value)}
    for text in (*environment.values(), *addresses):
        found |= _in_pairs(text)
        for address in {text, *text.split()}:
            if "://" in address:
                found |= _in_address(address)
    return frozenset(found - {""})


def _is_named(name: str, value: str) -> bool:
    if not _NAMES.search(name) or _OPEN_NAMES.search(name):
        return False
    return not _is_innocent(value) and (bool(_PASSWORDS.search(name)) or not _NUMBER.fullmatch(value))


def _is_innocent(value: str) -> bool:
    return value.lower() in _WORDS or _is_file(value)


def _is_file(value: str) -> bool:
    try:
        path = Path(value)
        # A password may well be called like something in the folder that we happen to be in.
        return path.is_absolute() and path.exists()
    except (OSError, ValueError):
        return False


def _in_address(address: str) -> set[str]:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return set()
    found = {str(url.password)} if url.password else set()
    user = url.username or ""
    # Services take a key in place of a user; to a database the name of a user alone opens nothing.
    is_key = url.drivername.lower() in _WEB and len(user) >= SHORTEST and not {"?", "#"} & set(user)
    if is_key and not url.password:
        found.add(user)
    for name, value in url.query.items():
        if _IN_ADDRESSES.search(name):
            found |= {value} if isinstance(value, str) else set(value)
    return {*found, address} if found else found


def _in_pairs(text: str) -> set[str]:
    """The values of `password=...` in a text, as they are written and as they are meant."""
    found: set[str] = set()
    for pair in _PAIRS.finditer(text):
        written = next(value for value in pair.groups() if value is not None)
        values = {written, re.sub(r"\\(.)", r"\1", written, flags=re.DOTALL)}
        if pair.lastgroup == "bare":
            values |= {_ENDS.split(value)[0] for value in values}
        found |= {value for value in values if not _is_innocent(value)}
    return found
