"""What the pages are made of: templates, styles and scripts of `templates`, and hashes for their policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import jinja2

_FOLDER = Path(__file__).resolve().parent / "templates"


@cache
def template(part: str) -> jinja2.Template:
    """The page of a folder of templates, which escapes all that it is given."""
    loader = jinja2.FileSystemLoader(_FOLDER / part)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("page.html.j2")


@cache
def text_of(part: str, name: str) -> str:
    """A style or a script that stands beside the page."""
    return (_FOLDER / part / name).read_text(encoding="utf-8")


@cache
def digest(text: str) -> str:
    """The hash by which a page's policy knows a style or a script of its own."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
