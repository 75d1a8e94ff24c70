"""What is written for people is true: commands exist, links lead somewhere, nothing is left unlisted."""

from __future__ import annotations

import re
import subprocess
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.house import ROOT, papers, relative


def make_targets() -> dict[str, str]:
    """Target -> its line of help, empty where it has none."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    said = dict(re.findall(r"^([a-z]+):.*?## (.+)$", text, re.MULTILINE))
    return {name: said.get(name, "") for name in phony[1].split()}


def commands() -> dict[str, set[str]]:
    """Sub-command, or group and its sub-command -> its options."""
    group: Any = typer.main.get_command(import_module("scheduler.cli").app)
    named = dict(group.commands)
    for name, inner in group.commands.items():
        named |= {f"{name} {each}": command for each, command in getattr(inner, "commands", {}).items()}
    return {
        name: {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for name, command in named.items()
    }


def test_make_help_names_every_target() -> None:
    assert [name for name, said in make_targets().items() if not said] == []
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [name for name in make_targets() if not re.search(rf"^ *make {name} +\S", shown, re.M)] == []


def code_in(paper: Path) -> list[str]:
    """The lines of code blocks and the code spans of a Markdown file."""
    text = paper.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    joined = [block.replace("\\\n", " ") for block in blocks]
    return [line for block in joined for line in block.splitlines()] + re.findall(r"`([^`\n]+)`", prose)


@pytest.mark.parametrize("paper", papers(), ids=relative)
def test_papers_name_only_commands_that_exist(paper: Path) -> None:
    targets, known = make_targets(), commands()
    for code in code_in(paper):
        line = code.strip()
        if made := re.match(r"make ([a-z]+)\b", line):
            assert made[1] in targets, line
        if asked := re.match(r"(?:\.venv/bin/)?analytics ([a-z]+)(?: ([a-z-]+))?(.*)", line):
            inner = f"{asked[1]} {asked[2]}"
            name = inner if inner in known else asked[1]
            assert name in known, line
            options = re.findall(r"(?<=\s)--[a-z-]+", line)
            assert set(options) <= known[name], line


@pytest.mark.parametrize("paper", papers(), ids=relative)
def test_links_in_papers_lead_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", paper.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in inside if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("index", ["docs/README.md", "docs/decisions/README.md"])
def test_every_paper_is_linked_from_its_index(index: str) -> None:
    folder = (ROOT / index).parent
    listed = (ROOT / index).read_text(encoding="utf-8")
    beside = [path for path in folder.glob("*.md") if path.name != "README.md"]
    names = [path.relative_to(folder).as_posix() for path in [*beside, *folder.glob("guides/*.md")]]
    assert [name for name in names if f"({name})" not in listed] == []
