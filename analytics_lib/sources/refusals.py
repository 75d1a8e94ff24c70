"""When a database may not be overwritten."""

from __future__ import annotations

from analytics_lib.errors import LoadError


def refuse_other_source(shown: str, held: str | None, source: str, *, replace: bool) -> None:
    """Raise LoadError if a database holds another source and nobody said to replace it."""
    if held not in (None, source) and not replace:
        raise LoadError(
            f"The database {shown} holds the source '{held}', not '{source}': "
            "say --replace or name another database."
        )


def not_ours(shown: str) -> LoadError:
    """The refusal to touch what 'load' and 'sample' did not write."""
    return LoadError(
        f"The database {shown} was not written by 'analytics load' or 'analytics sample', "
        "so it is left alone: name another."
    )
