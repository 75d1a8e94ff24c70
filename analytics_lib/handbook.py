"""The catalogue as a page for people: `docs/metrics.md` is what this module writes, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from analytics_lib.catalogue import LISTINGS, METRICS
from analytics_lib.metric import AnyMetric

_HEAD = """# Metrics

{count} metrics, as `analytics metrics --format markdown` writes them from their definitions in
`analytics_lib/metrics/`. A test compares this page with them, so do not edit it: mend the definition and run

```
analytics metrics --format markdown > docs/metrics.md
```

How to read it. A metric is asked for by its name, cut by any of its dimensions and followed over hours to
years. *Event view* numbers belong to the day on which something happened and never change once a period is
closed; rates of a *cohort* belong to what began in the period and are "so far" unless they name an age.
Money is in the reporting currency. A share is a fraction: 0.25 is 25 %. What cannot be known is missing,
with a reason, and never zero. What partners may see is answered in a partner's own scope; everything else is
withheld there. Parts that serve other metrics alone stand with their formula where they are used.
"""

_WORDS = {"higher": "higher is better", "lower": "lower is better", "neither": "neither way is better"}


def page() -> str:
    """The whole page, in Markdown, the same on every machine."""
    lines = [_HEAD.format(count=len(METRICS))]
    for owner, found in groupby(METRICS.values(), key=lambda metric: metric.owner):
        metrics = list(found)
        ((usual, _),) = Counter(metric.dimensions for metric in metrics).most_common(1)
        lines.append(f"## {owner}\n")
        lines.append(f"Cut by, where nothing else is said: {_names(usual)}.\n")
        lines += ["\n".join(_entry(metric, usual)) + "\n" for metric in metrics]
    lines.append("## Listings\n")
    lines.append("One row an entity, by `AnalyticsService.listing`, for models and league tables.\n")
    for listing in LISTINGS.values():
        inside = [key.name for key in listing.keys] + [column.name for column in listing.columns]
        lines.append(f"- `{listing.name}`: {listing.says} Columns: {_names([listing.who_name, *inside])}.")
    return "\n".join([*lines, ""])


def _entry(metric: AnyMetric, usual: tuple[str, ...]) -> Iterator[str]:
    yield f"### `{metric.name}`"
    yield ""
    yield f"**{metric.title}** ({metric.unit}, {_WORDS[metric.better]}). {metric.says}"
    yield ""
    yield f"- Formula: {_code(metric.formula)}"
    for part in _parts(metric):
        yield f"    - `{part.name}`: {_code(part.formula)}"
    if metric.dimensions != usual:
        yield f"- Cut by: {_names(metric.dimensions)}"
    facts = [f"kind {metric.kind}"]
    if metric.unit in ("share", "score", "ratio") or metric.kind == "ratio":
        facts.append(f"small base under {metric.small_base}")
    facts.append("partners may see it" if metric.for_partners else "not for partners")
    if metric.source != "own":
        facts.append(f"source: {metric.source}")
    yield f"- {', '.join(facts).capitalize()}"


def _parts(metric: AnyMetric) -> Iterator[AnyMetric]:
    """The parts that have no entry of their own, down to the last one."""
    seen: set[str] = set()
    waiting = list(metric.parts)
    for part in waiting:
        if part.name not in METRICS and part.name not in seen:
            seen.add(part.name)
            yield part
            waiting.extend(part.parts)


def _names(dimensions: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in dimensions) if dimensions else "nothing"


def _code(formula: str) -> str:
    return f"`{formula}`"
