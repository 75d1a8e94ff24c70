"""Messages: whether they arrive, are opened and clicked.

What a channel cannot report is missing, not zero. Opens are those of people; machines that open e-mail are
counted apart. Opens and clicks count within 7 days of sending.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, and_, case, or_

from analytics_lib import schema
from analytics_lib.engines import shift
from analytics_lib.facts.messages import notifications
from analytics_lib.metric import Metric, Ratio

message = schema.notifications.c

WINDOW = timedelta(days=7)

_of = partial(
    Metric, rows=notifications, dated=message.sent_at, unit="count", owner="Engagement", for_partners=True
)
_rate = partial(Ratio, unit="share", owner="Engagement", for_partners=True)

delivered = message.delivered_at.is_not(None)
reached = or_(
    and_(message.reports_delivery.is_(True), delivered),
    and_(message.reports_delivery.is_not(True), message.failed_at.is_(None)),
)
"""Delivered or, where the channel does not report it, not known to have failed."""


def _in_window(event: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(event >= message.sent_at, event <= shift(message.sent_at, WINDOW))


opened, clicked = _in_window(message.opened_at), _in_window(message.clicked_at)


def _where_told(happened: ColumnElement[bool], told: ColumnElement[bool]) -> ColumnElement[int]:
    """1 or 0, and missing where the channel would not tell."""
    return case((and_(told, happened), 1), (told, 0))


messages_sent = _of(
    name="messages_sent",
    title="Messages sent",
    says="Messages sent to customers in the period.",
    better="neither",
)
messages_failed = _of(
    name="messages_failed",
    title="Messages failed",
    says="Messages sent in the period that are known to have failed.",
    better="lower",
    where=message.failed_at.is_not(None),
)
reporting_messages = _of(
    name="reporting_messages",
    title="Messages that report delivery",
    says="Messages sent in the period through channels that report delivery.",
    where=message.reports_delivery.is_(True),
    is_part=True,
)
delivered_messages = _of(
    name="delivered_messages",
    title="Messages delivered",
    says="Messages sent in the period that are reported as delivered so far; missing where none can be told.",
    how="sum",
    value=_where_told(delivered, message.reports_delivery.is_(True)),
)
told_delivered = _of(
    name="told_delivered",
    title="Messages delivered where it is reported",
    says="Messages sent in the period through channels that report delivery, and delivered so far.",
    where=and_(message.reports_delivery.is_(True), delivered),
    is_part=True,
)
delivery_rate = _rate(
    name="delivery_rate",
    title="Delivery rate",
    says="Of the messages sent through channels that report delivery, the share delivered so far.",
    top=told_delivered,
    bottom=reporting_messages,
    source="Twilio SendGrid",
)
openable_messages = _of(
    name="openable_messages",
    title="Messages that report opens",
    says="Messages of the period that arrived through channels that report opens.",
    where=and_(message.reports_opens.is_(True), reached),
    is_part=True,
)
opened_messages = _of(
    name="opened_messages",
    title="Messages opened",
    says="Messages of the period that arrived and a person opened in 7 days; missing where none can be told.",
    how="sum",
    value=_where_told(opened, message.reports_opens.is_(True)),
    where=reached,
)
told_opened = _of(
    name="told_opened",
    title="Messages opened where it is reported",
    says="Messages of the period that arrived and that a person opened within 7 days.",
    where=and_(message.reports_opens.is_(True), reached, opened),
    is_part=True,
)
open_rate = _rate(
    name="open_rate",
    title="Open rate so far",
    says="Of the messages that arrived where opens are reported, the share that a person opened in 7 days.",
    top=told_opened,
    bottom=openable_messages,
    source="SendGrid, unique opens",
)
machine_opened_messages = _of(
    name="machine_opened_messages",
    title="Messages opened by machines",
    says="Messages of the period that arrived and that a machine opened.",
    better="neither",
    where=and_(message.reports_opens.is_(True), reached, message.machine_opened_at.is_not(None)),
    is_part=True,
)
machine_open_rate = _rate(
    name="machine_open_rate",
    title="Opened by machines",
    says="Of the messages that arrived where opens are reported, the share that a machine opened.",
    better="neither",
    top=machine_opened_messages,
    bottom=openable_messages,
    source="Brevo, Apple mail privacy",
)
reached_messages = _of(
    name="reached_messages",
    title="Messages that arrived",
    says="Messages of the period that were delivered or, where that is not reported, did not fail.",
    where=reached,
    is_part=True,
)
clicked_messages = _of(
    name="clicked_messages",
    title="Messages clicked",
    says="Messages of the period that arrived and were clicked within 7 days.",
    where=and_(reached, clicked),
)
click_rate = _rate(
    name="click_rate",
    title="Click rate so far",
    says="Of the messages that arrived, the share clicked within 7 days; channels compare by it.",
    top=clicked_messages,
    bottom=reached_messages,
    source="SendGrid, CTR",
)
clicked_of_opened = _of(
    name="clicked_of_opened",
    title="Opened messages clicked",
    says="Messages of the period opened by a person and clicked within 7 days.",
    where=and_(message.reports_opens.is_(True), reached, opened, clicked),
    is_part=True,
)
click_to_open_rate = _rate(
    name="click_to_open_rate",
    title="Click-to-open rate so far",
    says="Of the messages that a person opened, the share clicked within 7 days.",
    top=clicked_of_opened,
    bottom=told_opened,
    source="SendGrid, CTOR",
)
