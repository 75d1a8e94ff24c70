"""What a notebook may be given: its tagged parameters cell is the schema, read without running it.

The type of a parameter is the type of its default. Names, types and values are checked before a
kernel starts.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from analytics_lib.errors import ParameterError, UnknownName
from analytics_lib.formatting import currency_decimals, reader_locale
from analytics_lib.local_time import TimeFrame
from analytics_lib.scope import BusinessModel

if TYPE_CHECKING:
    import nbformat

Value = str | int | float | bool

TAG = "parameters"

_ADAPTERS: dict[Any, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in (str, int, float, bool)}


def declared(notebook: nbformat.NotebookNode, name: str) -> dict[str, Value]:
    """The notebook's parameters and their defaults, from its cell tagged `parameters`."""
    return declared_in([cell.source for cell in notebook.cells if TAG in cell.metadata.get("tags", ())], name)


def declared_in(tagged: Sequence[str], name: str) -> dict[str, Value]:
    """The parameters and their defaults that the tagged cells of a notebook declare: there must be one."""
    if len(tagged) != 1:
        raise ParameterError(
            f"The notebook '{name}' has {len(tagged)} cells tagged '{TAG}': give it exactly one."
        )
    found: dict[str, Value] = {}
    try:
        statements = ast.parse(tagged[0]).body
    except SyntaxError as error:
        raise ParameterError(f"The parameters cell of '{name}' is not Python: {error.msg}.") from error
    for statement in statements:
        target, value = _assignment(statement)
        if target is None or value is None:
            raise ParameterError(
                f"The parameters cell of '{name}' may hold only lines such as: period = \"last\"."
            )
        default = ast.literal_eval(value) if _is_literal(value) else None
        if not isinstance(default, (str, int, float, bool)):
            raise ParameterError(
                f"The parameter '{target}' of '{name}' needs a text, number or truth as its default."
            )
        found[target] = default
    return found


def checked(notebook: nbformat.NotebookNode, name: str, given: Mapping[str, object]) -> dict[str, Value]:
    """All parameters of the notebook, the given ones in place of their defaults.

    Raises `ParameterError` or `UnknownName` that names the parameter and what is allowed.
    """
    return checked_by(declared(notebook, name), name, given)


def checked_by(schema: Mapping[str, Value], name: str, given: Mapping[str, object]) -> dict[str, Value]:
    """As `checked`, by the parameters and defaults that a notebook declares."""
    for parameter in given:
        if parameter not in schema:
            raise UnknownName(f"parameter of the notebook {name}", parameter, schema)
    values = dict(schema) | {
        parameter: _typed(parameter, schema[parameter], value) for parameter, value in given.items()
    }
    for parameter, value in values.items():
        _refuse_impossible(parameter, value)
    return values


def _assignment(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            return name, value
        case _:
            return None, None


def _is_literal(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def _typed(parameter: str, default: Value, value: object) -> Value:
    kind = type(default)
    try:
        typed: Value = _ADAPTERS[kind].validate_python(value, strict=not isinstance(value, str))
    except ValidationError:
        words = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
        raise ParameterError(f"The parameter {parameter}={value!r} must be {words[kind]}.") from None
    return typed


def _refuse_impossible(parameter: str, value: Value) -> None:
    """Values that are wrong whatever the data; what depends on the data is checked with the scope."""
    match parameter:
        case "time_frame":
            _one_of(parameter, str(value), [frame.value for frame in TimeFrame])
        case "business_model":
            allowed = ["all", *(model.value for model in BusinessModel)]
            for part in str(value).split(","):
                _one_of(parameter, part.strip(), allowed)
        case "currency" if value:
            currency_decimals(str(value))
        case "locale":
            reader_locale(str(value))


def _one_of(parameter: str, value: str, allowed: list[str]) -> None:
    if value not in allowed:
        raise ParameterError(f"The parameter {parameter}='{value}' must be one of {', '.join(allowed)}.")
