"""The sample platform: a believable booking business, the same rows from the same seed.

Pure: rows come as Arrow tables, nothing is read and no database is touched. What it contains, and
where each assumption comes from, stands in docs/sample.md.
"""

from __future__ import annotations

from analytics_lib.sources.fingerprint import content_hash
from analytics_lib.sources.sample.plan import RECIPE, SamplePlan
from analytics_lib.sources.sample.platform import generate

__all__ = ["RECIPE", "SamplePlan", "content_hash", "generate"]
