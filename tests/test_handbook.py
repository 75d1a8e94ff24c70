"""The page of the catalogue is what the definitions say, and a new metric appears everywhere by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from analytics_lib.catalogue import METRICS
from analytics_lib.handbook import page
from tests.house import ROOT

NEW_METRIC = '''
"""A metric that nobody else knows of."""

from analytics_lib import schema
from analytics_lib.facts import bookings
from analytics_lib.metric import Metric

bookings_for_two = Metric(
    name="bookings_for_two",
    title="Bookings for two",
    says="Bookings placed in the period for two people.",
    unit="count",
    owner="Bookings",
    for_partners=True,
    rows=bookings,
    dated=schema.bookings.c.created_at,
    where=schema.bookings.c.party_size == 2,
)
'''

ASK_EVERYWHERE = """
import json, sys
from typer.testing import CliRunner
from analytics_lib import connect
from analytics_lib.cli import app
from analytics_lib.handbook import page

QUERY = ("query", "bookings_for_two", "--period", "2026-10")
analytics = connect(sys.argv[1])
scope = analytics.scope(period="2026-10")
run = lambda *words: CliRunner().invoke(app, [*words, "--database", sys.argv[1]]).stdout
print(json.dumps({
    "listed": "bookings_for_two" in run("metrics"),
    "described": json.loads(run("metrics", "bookings_for_two", "--format", "json"))[0]["says"],
    "queried": json.loads(run(*QUERY, "--format", "json"))["rows"][0],
    "exported": run(*QUERY, "--format", "csv").splitlines()[1],
    "explained": analytics.explain("bookings_for_two", scope)[0].formula,
    "checked": "bookings_for_two" in run("check", "--format", "json"),
    "on_the_page": "### `bookings_for_two`" in page(),
    "by_channel": len(analytics.measure("bookings_for_two", scope, by="channel")),
}))
"""


def test_the_page_is_not_stale() -> None:
    """Mend it with: analytics metrics --format markdown > docs/metrics.md"""
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == page()


def test_every_metric_has_its_entry() -> None:
    text = page()
    for name, metric in METRICS.items():
        assert text.count(f"### `{name}`\n") == 1
        assert metric.says in text
        assert metric.formula in text


def test_one_declaration_in_one_file_appears_everywhere(tmp_path: Path, small_url: str) -> None:
    shutil.copytree(
        ROOT / "analytics_lib", tmp_path / "analytics_lib", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "analytics_lib" / "metrics" / "pairs.py").write_text(NEW_METRIC, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ASK_EVERYWHERE, small_url],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    value = found["queried"]["value"]
    assert isinstance(value, int)
    assert value > 0
    assert found["exported"].startswith(f"bookings_for_two,{value},count,")
    assert found["described"] == "Bookings placed in the period for two people."
    assert found["explained"].startswith("count over bookings where party_size = 2")
    assert found["listed"] and found["checked"] and found["on_the_page"]
    assert found["by_channel"] > 1
