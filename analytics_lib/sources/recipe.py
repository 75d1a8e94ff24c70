"""A source: a folder of SQL, one SELECT per canonical table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analytics_lib import schema
from analytics_lib.errors import LoadError, UnknownName
from analytics_lib.home import home


@dataclass(frozen=True)
class Recipe:
    """The SELECTs of a source by canonical table; `coverage` and `about` among them."""

    source: str
    folder: Path
    selects: Mapping[str, str]

    def file(self, table_name: str) -> Path:
        """Where the SELECT for a table stands, relative to the project."""
        return Path("parameters", "sources", self.source, f"{table_name}.sql")


def read_recipe(source: str) -> Recipe:
    """Read parameters/sources/SOURCE/*.sql.

    Raises UnknownName if there is no such source, LoadError if a file is not called as a canonical table,
    or if `about.sql` or every other table is missing.
    """
    shelf = home() / "parameters" / "sources"
    known = [path.name for path in shelf.iterdir() if path.is_dir()] if shelf.is_dir() else []
    if source not in known:
        raise UnknownName("source", source, known)
    folder = shelf / source
    selects: dict[str, str] = {}
    for path in sorted(folder.glob("*.sql")):
        if path.stem not in schema.metadata.tables:
            raise LoadError(f"'{path.name}' of the source '{source}' is not called as a canonical table.")
        selects[path.stem] = path.read_text(encoding="utf-8").strip().rstrip(";")
    if "about" not in selects:
        raise LoadError(f"The source '{source}' lacks about.sql, which says its currency and time zone.")
    if not selects.keys() - {"about", "coverage"}:
        raise LoadError(f"The source '{source}' has no SQL for any table of data.")
    return Recipe(source, folder, selects)
