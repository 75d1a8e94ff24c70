"""The Arrow columns and types of the canonical tables."""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, Text

from analytics_lib.schema import metadata

# BigInteger before Integer: SQLAlchemy derives the one from the other.
_ARROW_TYPES: tuple[tuple[type, pa.DataType], ...] = (
    (Text, pa.string()),
    (DateTime, pa.timestamp("us")),
    (Date, pa.date32()),
    (BigInteger, pa.int64()),
    (Integer, pa.int32()),
    (Boolean, pa.bool_()),
    (Float, pa.float64()),
)


def arrow_schema(table_name: str) -> pa.Schema:
    """The Arrow columns of a canonical table, in its order."""
    fields = []
    for column in metadata.tables[table_name].columns:
        kind = next(arrow for plain, arrow in _ARROW_TYPES if isinstance(column.type, plain))
        fields.append(pa.field(column.name, kind))
    return pa.schema(fields)
