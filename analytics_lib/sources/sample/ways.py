"""By which channel and on which device a booking comes in."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.demand import B2B2C
from analytics_lib.sources.sample.draws import BoolArray, Draws, IntArray, Lottery

# Channel, device (None where none is seen), and weight for b2c, b2b, b2b2c, b2b2c under the reseller's own
# name, and b2c while a campaign runs.
_WAYS: tuple[tuple[str, str | None, int, int, int, int, int], ...] = (
    ("organic_search", "desktop", 125, 0, 0, 0, 125),
    ("organic_search", "mobile", 150, 0, 0, 0, 150),
    ("organic_search", "tablet", 18, 0, 0, 0, 18),
    ("paid_search", "desktop", 92, 0, 0, 0, 104),
    ("paid_search", "mobile", 130, 0, 0, 0, 150),
    ("paid_search", "tablet", 12, 0, 0, 0, 12),
    ("direct", "desktop", 92, 0, 0, 0, 92),
    ("direct", "mobile", 58, 0, 0, 0, 58),
    ("direct", "tablet", 9, 0, 0, 0, 9),
    ("app", "mobile", 110, 0, 0, 0, 120),
    ("email", "desktop", 26, 0, 0, 0, 104),
    ("email", "mobile", 48, 0, 0, 0, 192),
    ("social", "desktop", 8, 0, 0, 0, 30),
    ("social", "mobile", 52, 0, 0, 0, 196),
    ("metasearch", "desktop", 34, 0, 0, 0, 34),
    ("metasearch", "mobile", 36, 0, 0, 0, 36),
    ("partner_portal", "desktop", 0, 480, 280, 60, 0),
    ("partner_portal", "mobile", 0, 46, 36, 10, 0),
    ("partner_portal", "tablet", 0, 20, 12, 4, 0),
    ("api", None, 0, 360, 560, 140, 0),
    ("phone", None, 0, 94, 0, 0, 0),
    ("white_label", "desktop", 0, 0, 0, 300, 0),
    ("white_label", "mobile", 0, 0, 0, 370, 0),
    ("white_label", "tablet", 0, 0, 0, 32, 0),
)
_OWN_NAME, _CAMPAIGN = 3, 4
_WAY = Lottery(list(zip(*(way[2:] for way in _WAYS), strict=True)))

CHANNELS = tuple(dict.fromkeys(way[0] for way in _WAYS))
DEVICES = ("desktop", "mobile", "tablet")
WHITE_LABEL = CHANNELS.index("white_label")
ONLINE = tuple(channel for channel in CHANNELS if channel not in ("api", "phone"))
"""Channels of which sessions are seen."""

_CHANNEL = np.array([CHANNELS.index(way[0]) for way in _WAYS], dtype=np.int64)
_DEVICE = np.array([DEVICES.index(way[1]) if way[1] else -1 for way in _WAYS], dtype=np.int64)


def choose(
    draws: Draws, model: IntArray, own_name: BoolArray, campaign: BoolArray
) -> tuple[IntArray, IntArray]:
    """The channel and device of each booking or visit; device -1 where none is seen.

    `own_name` marks partners that sell under a name of their own, `campaign` direct buyers in a campaign.
    """
    group = np.where(
        own_name & (model == B2B2C), _OWN_NAME, np.where(campaign & (model == 0), _CAMPAIGN, model)
    )
    way = _WAY.draw(draws.words(len(model)), group)
    return _CHANNEL[way], _DEVICE[way]
