"""What the house rules look at: the files of the project."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MACHINE_PATH = r"(?<![\w.])/(?:home|root|tmp|Users|work)/|\b[A-Z]:\\"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def files(*folders: str, suffixes: set[str]) -> list[Path]:
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")))
    return [path for path in found if path.suffix in suffixes and "__pycache__" not in path.parts]


def papers() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *files("docs", "benchmarks", suffixes={".md"})]


def notebooks() -> list[Path]:
    kept = files("notebooks", suffixes={".ipynb"})
    return [path for path in kept if ".ipynb_checkpoints" not in path.parts]
