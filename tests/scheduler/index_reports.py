"""Folders of published reports, as many and as varied as a test needs."""

from __future__ import annotations

import itertools
from pathlib import Path

from scheduler.places import Place, path_of
from tests.scheduler.published_pages import published_pages

TITLES = {
    "bookings": "Bookings rose by 12.4 % to 1,317 in {period}, most of it through agencies in Córdoba",
    "executive": "Gross bookings value fell by 3.1 % to €1.80M in {period}",
    "payments": "97.2 % of payments succeeded in {period}",
    "ai_usage": "The assistants answered 48,120 queries in {period}",
}
PERIODS = ("2026-10", "2026-W43", "2026-Q3", "2025", "2026-09", "all", "2026-10-25T02+0100")


def page(title: str, as_of: str = "2026-10-31T23:00:00Z", size: int = 0) -> bytes:
    """The head of a report's page as the exporter writes it, and as many bytes more as asked for."""
    head = f'<!doctype html><html><head><title>{title}</title>\n<meta name="data-as-of" content="{as_of}">\n'
    return head.encode() + b"x" * size


def some_reports(folder: Path) -> None:
    """Four domains in seven periods for all and each model, and a few with all that a place can say."""
    models = ((), ("b2c",), ("b2b",), ("b2b2c",))
    for period, notebook, model in itertools.product(PERIODS, TITLES, models):
        put(folder, Place(period, notebook, model))
    far = Place("2026-10", "bookings", ("b2b",), ("ag-001", "to/7"), "USD", "America/New_York", "de")
    put(folder, far)
    put(folder, Place("2026-11", "executive", ("b2b", "b2c"), until="2026-11-05T1200"), ("html", "pdf"))
    put(folder, Place("2024", "money_audit"), ("pdf", "xlsx"))


def put(folder: Path, place: Place, kinds: tuple[str, ...] = ("html", "pdf", "csv", "xlsx")) -> None:
    """Publish a report whose files say no more than its title."""
    title = TITLES.get(place.notebook, "A title").format(period=place.period)
    files = dict.fromkeys(kinds, b"x" * 41000)
    if "html" in files:
        files["html"] = page(title, size=90_000)
    published_pages(files, folder, path_of(place))


def many_reports(folder: Path, number: int, size: int) -> None:
    """So many reports in three formats, whose pages have that many bytes each; written without a sync."""
    for place in range(number):
        target = folder / f"2026-{place % 12 + 1:02d}" / f"report_{place % 17}" / f"all.partner-{place}"
        target.parent.mkdir(parents=True, exist_ok=True)
        for kind in ("html", "pdf", "xlsx"):
            content = page(f"Report {place} of many", size=size) if kind == "html" else b"x"
            (target.parent / f"{target.name}.{kind}").write_bytes(content)
