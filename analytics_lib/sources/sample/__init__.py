"""The sample platform: a believable booking business, the same rows from the same seed.

Pure: rows come as Arrow tables, nothing is read and no database is touched. What it contains, and
where each assumption comes from, stands in docs/sample.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics_lib.sources.sample.plan import RECIPE, SamplePlan

if TYPE_CHECKING:
    from analytics_lib.sources.fingerprint import content_hash
    from analytics_lib.sources.sample.platform import generate

__all__ = ["RECIPE", "SamplePlan", "content_hash", "generate"]


def __getattr__(name: str) -> Any:
    """What makes the rows is read when it is asked for: most want to know no more than the recipe."""
    if name == "generate":
        from analytics_lib.sources.sample.platform import generate

        return generate
    if name == "content_hash":
        from analytics_lib.sources.fingerprint import content_hash

        return content_hash
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
