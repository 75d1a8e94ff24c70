"""Build step: makes static/vega.js and drawing.js, so that an installation draws charts without a network."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VegaBundle(BuildHookInterface[Any]):
    """Writes the drawing code before any wheel is built, editable ones too."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the files, or fail the installation: without it charts would not show."""
        made = runpy.run_path(str(Path(self.root, "scheduler", "exporters", "html_vega.py")))
        for kept, code in (("KEPT", "make_bundle"), ("KEPT_FOR_DRAWING", "make_drawing_code")):
            target: Path = made[kept]
            being_written = target.with_suffix(".part")
            being_written.write_text(made[code](), encoding="utf-8", newline="\n")
            being_written.replace(target)
