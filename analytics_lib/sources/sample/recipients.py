"""What customers are like as recipients of messages; it follows from their number and stays the same."""

from __future__ import annotations

import numpy as np

from analytics_lib.sources.sample.customers import COUNTRY_CODES
from analytics_lib.sources.sample.demand import MODELS
from analytics_lib.sources.sample.draws import BoolArray, IntArray
from analytics_lib.sources.sample.lots import lots

CONSENT, APP, MESSENGER, RECEIPTS_OFF, PRIVATE_MAIL = (
    "marketing consent",
    "app",
    "messenger",
    "receipts off",
    "private mail",
)
"""Agrees to marketing; has the app with push switched on; uses WhatsApp; hides that a message was read;
reads mail in a program that fetches pictures before the reader does."""

SHARES = {CONSENT: 6_400, APP: 3_600, RECEIPTS_OFF: 2_000, PRIVATE_MAIL: 4_000}
"""Customers of whom it is so, in ten-thousandths."""

_MESSENGER = {"ES": 8_800, "GB": 7_200, "DE": 8_000, "US": 2_200, "IT": 9_000, "PT": 8_200, "NL": 8_600}
_MESSENGER |= {"FR": 5_000, "CH": 8_000, "SE": 3_200, "JP": 300, "IE": 8_000, "BE": 6_000, "PL": 4_600}
MESSENGER_SHARES = np.array([_MESSENGER[country] for country in COUNTRY_CODES], dtype=np.int64)
"""Customers who use WhatsApp, by country."""


def given_to(
    seed: int, trait: str, model: int | IntArray, customer: IntArray, share: int | IntArray
) -> BoolArray:
    """Whether a trait, which a share of all customers has in ten-thousandths, belongs to each of these."""
    there: BoolArray = lots(seed, trait, customer * len(MODELS) + model, 10_000) < share
    return there
