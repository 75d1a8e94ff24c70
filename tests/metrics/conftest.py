"""Both engines, for the metrics' tests by hand."""

from __future__ import annotations

from tests import engines

place = engines.place
