"""`analytics report --list`: which notebooks there are, for a person or for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from analytics_lib.errors import InputError
from scheduler.notebooks import listed


def list_notebooks(formats: Sequence[str], *, is_json: bool) -> None:
    """Print each notebook with its title and the question that it answers. Raises `InputError`."""
    if set(formats) - {"json"}:
        raise InputError("The list of notebooks is for a terminal or, with --json, for programs.")
    found = listed()
    if is_json or formats:
        typer.echo(json.dumps([asdict(notebook) for notebook in found], indent=2, ensure_ascii=False))
        return
    table = Table(box=None)
    for name in ("name", "title", "line"):
        table.add_column(name, overflow="fold")
    for notebook in found:
        table.add_row(*map(escape, (notebook.name, notebook.title, notebook.line)))
    Console().print(table)
