"""The way to a booking: the visits that led there, and what each channel is credited with.

A credit says who was there on the way, not what caused the booking.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, case

from analytics_lib.engines import MicrosBetween, WholeQuotient
from analytics_lib.facts.journeys import ended_ways
from analytics_lib.facts.visits import CREDIT, touches
from analytics_lib.metric import Metric, Ratio, Removal, Share

touch, step = touches.table.c, ended_ways.table.c

SECONDS_A_DAY = 86_400

_journey = partial(
    Metric, rows=touches, dated=touch.converted_at, unit="count", owner="B2C", for_partners=True
)
last_touch = touch.place == touch.touches

journeys = _journey(
    name="journeys",
    title="Journeys",
    says="Ways to a booking made in the period: the visits of 30 days up to the one it was made in.",
    where=last_touch,
)
journey_days_median = _journey(
    name="journey_days_median",
    title="Median days to a booking",
    says="Half of the bookings made in the period came within this time of the first visit that led there.",
    unit="days",
    better="lower",
    how="quantile",
    per=SECONDS_A_DAY,
    value=WholeQuotient(MicrosBetween(touch.converted_at, touch.first_started_at), 1_000_000),
    where=last_touch,
)
journey_touches = _journey(
    name="journey_touches",
    title="Touches",
    says="Visits that led to the bookings made in the period.",
    better="neither",
)
journey_touches_average = Ratio(
    name="journey_touches_average",
    title="Touches per booking",
    says="Mean visits that led to a booking made in the period.",
    unit="ratio",
    better="neither",
    owner="B2C",
    for_partners=True,
    top=journey_touches,
    bottom=journeys,
)
journey_transitions = _journey(
    name="journey_transitions",
    title="Transitions",
    says="Steps from the channel of one visit to that of the next on the ways to the period's bookings.",
    better="neither",
    where=touch.place > 1,
)
journey_transition_share = Share(
    name="journey_transition_share",
    title="Share of transitions",
    says="A pair's part of all steps from channel to channel on the ways to the period's bookings.",
    unit="share",
    better="neither",
    owner="B2C",
    for_partners=True,
    of=journey_transitions,
)
whole, number = CREDIT, touch.touches
is_last, is_first = touch.place == number, touch.place == 1
left = case((is_last, whole - WholeQuotient(whole, number) * number), else_=0)
between = WholeQuotient(whole // 5, number - 2)


def _credit(name: str, title: str, says: str, value: ColumnElement[Any], source: str = "own") -> Metric:
    return _journey(name=name, title=title, says=says, how="sum", value=value, per=CREDIT, source=source)


attributed_last_touch = _credit(
    "attributed_last_touch",
    "Bookings by last touch",
    "Bookings made in the period, credited to the channel of the last visit: not what caused them.",
    case((is_last, whole), else_=0),
)
attributed_first_touch = _credit(
    "attributed_first_touch",
    "Bookings by first touch",
    "Bookings made in the period, credited to the channel of the first visit that led there.",
    case((is_first, whole), else_=0),
)
attributed_linear = _credit(
    "attributed_linear",
    "Bookings by all touches",
    "Bookings made in the period, credited in equal parts to the channels of all visits that led there.",
    WholeQuotient(whole, number) + left,
)
attributed_position = _credit(
    "attributed_position",
    "Bookings by position",
    "Bookings made in the period, credited 40, 20 and 40 % to the first, the middle and the last visits; "
    "two share evenly.",
    case(
        (number == 1, whole),
        (number == 2, whole // 2),
        (is_first, whole * 2 // 5),
        (is_last, whole * 2 // 5 + whole // 5 - between * (number - 2)),
        else_=between,
    ),
)
attributed_shapley = _credit(
    "attributed_shapley",
    "Bookings by Shapley value",
    "Bookings made in the period, each credited in equal parts to the different channels of the visits that "
    "led there, on the last visit from each.",
    case(
        (touch.is_last_of_channel == 0, 0),
        (is_last, whole - WholeQuotient(whole, touch.channels) * (touch.channels - 1)),
        else_=WholeQuotient(whole, touch.channels),
    ),
    source="Zhao, Mahboobi and Bagheri 2018, Shapley value methods for attribution modeling in online "
    "advertising; the closed form where a set of channels is worth the bookings whose channels all lie in it",
)
attributed_markov = Removal(
    name="attributed_markov",
    title="Bookings by removal effect",
    says="Bookings made in the period, credited to channels in proportion to the chance of a booking that is "
    "lost without each, in a chain of the ways that ended in the period: booked, or 30 days without a visit.",
    unit="count",
    owner="B2C",
    for_partners=True,
    rows=ended_ways,
    dated=step.ended_at,
    state="channel",
    before=step.channel_before,
    is_first=step.is_first,
    is_last=step.is_last,
    is_converted=step.is_converted,
    source="Anderl, Becker, von Wangenheim and Schumann 2016, Mapping the customer journey, IJRM 33",
)
