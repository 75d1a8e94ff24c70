"""Whether the platform was there: uptime as measured, and requests that went well."""

from __future__ import annotations

from functools import partial

from analytics_lib import schema
from analytics_lib.facts.operations import outages, requests, services
from analytics_lib.metric import Intervals, Metric, Overlap, Ratio, Sum

service, outage = schema.services.c, schema.outages.c
request = schema.request_counts.c

_out = partial(Intervals, rows=outages, who="service", started=outage.started_at, ended=outage.ended_at)
watched = Intervals(rows=services, who="service", started=service.monitored_from, ended=service.monitored_to)
failed = _out(where=outage.kind == "unplanned")
unknown = (_out(where=outage.kind == "maintenance"), _out(where=outage.kind == "unmeasured"))
"""Agreed maintenance does not count; where nobody measured, it is not known."""

_seconds = partial(Overlap, unit="seconds", owner="Reliability")

measured_seconds = _seconds(
    name="measured_seconds",
    title="Time measured",
    says="Seconds of the period in which services were watched, less maintenance and gaps in the measuring.",
    over=watched,
    without=unknown,
)
downtime_seconds = _seconds(
    name="downtime_seconds",
    title="Downtime",
    says="Seconds of the period in which services were down, overlapping outages counted once.",
    better="lower",
    over=failed,
    within=watched,
    without=unknown,
)
up_seconds = Sum(
    name="up_seconds",
    title="Time up",
    says="Seconds of the period in which services were measured and up.",
    unit="seconds",
    owner="Reliability",
    plus=(measured_seconds,),
    minus=(downtime_seconds,),
    is_part=True,
)
service_uptime = Ratio(
    name="service_uptime",
    title="Uptime of services",
    says="Share of the measured time in which services were up, averaged over all of them by their time.",
    unit="share",
    owner="Reliability",
    small_base=1,
    top=up_seconds,
    bottom=measured_seconds,
    source="SRE book, time-based availability",
)
_together = partial(_seconds, across="once", is_part=True)
system_measured_seconds = _together(
    name="system_measured_seconds",
    title="Time any service was measured",
    says="Seconds of the period in which at least one service was watched and measured.",
    over=watched,
    without=unknown,
)
system_downtime_seconds = _together(
    name="system_downtime_seconds",
    title="Time any service was down",
    says="Seconds of the period in which at least one service was down.",
    better="lower",
    over=failed,
    within=watched,
    without=unknown,
)
system_uptime = Ratio(
    name="system_uptime",
    title="System uptime",
    says="Share of the measured time of the period in which no service was down.",
    unit="share",
    owner="Reliability",
    small_base=1,
    top=Sum(
        name="system_up_seconds",
        title="Time all were up",
        says="Seconds of the period in which no service was down.",
        unit="seconds",
        owner="Reliability",
        plus=(system_measured_seconds,),
        minus=(system_downtime_seconds,),
        is_part=True,
    ),
    bottom=system_measured_seconds,
    source="SRE book, serial components",
)
_requested = partial(
    Metric, rows=requests, dated=request.bucket_at, how="sum", unit="count", owner="Reliability"
)
valid_requests = _requested(
    name="valid_requests",
    title="Requests",
    says="Requests of the period, without errors of the caller and probes.",
    better="neither",
    value=request.valid,
)
judged_requests = _requested(
    name="judged_requests",
    title="Requests judged",
    says="Valid requests of the period of which it is known how many were answered well.",
    better="neither",
    value=request.valid,
    where=request.good.is_not(None),
    is_part=True,
)
good_requests = _requested(
    name="good_requests",
    title="Good requests",
    says="Valid requests of the period that were answered well.",
    value=request.good,
    where=request.valid.is_not(None),
    is_part=True,
)
request_success_rate = Ratio(
    name="request_success_rate",
    title="Request success rate",
    says="Of the valid requests of the period, the share answered well.",
    unit="share",
    owner="Reliability",
    small_base=1,
    top=good_requests,
    bottom=judged_requests,
    source="SRE workbook, request SLI",
)
