"""A YAML file as its author wrote it: texts, lists and keys, each with its line.

A value is the text that stands in the file: 2026-10-25 is not made a date, 2026 no number and `no` no
falsehood, so that what it means is decided where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from analytics_lib.errors import InputError

Written = str | list[Any] | dict[str, Any]
Way = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

DEEPEST = 8
LARGEST = 1_000_000
"""Bytes of a file that is read; one by hand has thousands."""

_ORDINARY = "tag:yaml.org,2002:"
_NOTHING = {"", "~", "null", "Null", "NULL"}
_Opening = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_Closing = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


@dataclass(frozen=True)
class WrittenFile:
    """What a file says; `name` is what errors call it."""

    name: str
    content: dict[str, Any]
    lines: dict[Way, int] = field(repr=False)

    def at(self, way: Way) -> str:
        """The file and the line of what stands there: `parameters/monthly.yaml, line 7`."""
        while way not in self.lines:
            way = way[:-1]
        return _place(self.name, self.lines[way])


def read_written(path: Path, name: str) -> WrittenFile:
    """What a YAML file says, which is called `name` in errors.

    Raises `InputError` for what is no YAML, and for what makes it hard to read: keys written twice, keys and
    items without a value, aliases, types of one's own and deep nesting.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"The file {name} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{_place(name, line)}: the text is not UTF-8: save the file as UTF-8.") from None
    if len(content) > LARGEST:
        raise InputError(f"The file {name} has more than {LARGEST:,} bytes: divide it.")
    node = _composed(text, name)
    lines: dict[Way, int] = {(): 1}
    if node is None:
        return WrittenFile(name, {}, lines)
    if not isinstance(node, yaml.MappingNode):
        raise InputError(f"{_place(name, _line(node))}: the file begins with a key, such as 'reports:'.")
    said = _value(node, (), name, lines)
    return WrittenFile(name, said if isinstance(said, dict) else {}, lines)


def _composed(text: str, name: str) -> yaml.Node | None:
    node: yaml.Node | None
    try:
        _refuse_riddles(yaml.parse(text, yaml.SafeLoader), name)
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else 1
        problem = error.problem or "it cannot be read"
        if "'\\t'" in problem:
            problem = "it is indented with a tab: use spaces"
        elif "but found another document" in problem:
            problem = "a second document begins: take out the line ---"
        raise InputError(f"{_place(name, line)}: not YAML, because {problem}.") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise InputError(
            f"{_place(name, line)}: the sign {chr(error.character)!r} is no text: take it out."
        ) from None
    except InputError:
        raise
    except (ValueError, OverflowError):
        # PyYAML hands on what chr() says of it.
        raise InputError(f"The file {name} is not YAML: an escape in quotes names no sign.") from None
    return node


def _refuse_riddles(events: Iterator[Any], name: str) -> None:
    """What a reader would have to unravel; seen before anything is built of it."""
    depth = 0
    for event in events:
        line = event.start_mark.line + 1
        depth += isinstance(event, _Opening) - isinstance(event, _Closing)
        if depth > DEEPEST:
            raise InputError(f"{_place(name, line)}: nested more than {DEEPEST} deep: write it flatter.")
        if isinstance(event, yaml.AliasEvent):
            raise InputError(f"{_place(name, line)}: *{event.anchor} is an alias: write out what it means.")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise InputError(f"{_place(name, line)}: {tag.replace(_ORDINARY, '!!')} is a type: leave it out.")


def _value(node: yaml.Node, way: Way, name: str, lines: dict[Way, int]) -> Written:
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Written] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(f"{_place(name, _line(key))}: a key is one word.")
            inner = (*way, key.value)
            if key.value in found:
                first = lines[inner]
                raise InputError(
                    f"{_place(name, _line(key))}: the key '{key.value}' stands in line {first} already: "
                    "take one out."
                )
            lines[inner] = _line(key)
            found[key.value] = _value(value, inner, name, lines)
        return found
    if isinstance(node, yaml.SequenceNode):
        items = []
        for number, item in enumerate(node.value):
            lines[*way, number] = _line(item)
            items.append(_value(item, (*way, number), name, lines))
        return items
    text = str(node.value)
    if text in _NOTHING and node.style is None:
        word = f"the key '{way[-1]}'" if way and isinstance(way[-1], str) else "an item"
        raise InputError(
            f"{_place(name, lines.get(way, 1))}: {word} has no value: give it one, or take it out."
        )
    return text


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _place(name: str, line: int) -> str:
    return f"{name}, line {line}"
