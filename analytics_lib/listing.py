"""Entities and what is known of each, as models need them."""

from __future__ import annotations

import pandas as pd

from analytics_lib.arms import arms_of
from analytics_lib.covering import covering_of
from analytics_lib.errors import InputError
from analytics_lib.metric import Listing
from analytics_lib.question import Question
from analytics_lib.scope import Scope
from analytics_lib.statement.listed import CUSTOMERS, build_listed
from analytics_lib.warehouse import Warehouse


def listed(listing: Listing, scope: Scope, *, warehouse: Warehouse) -> pd.DataFrame:
    """One row for each entity of the scope, in the order of their names.

    The columns are the entity's name and those of the listing: counts and sums as Int64 (money in minor
    units of the reporting currency), instants as datetime64 in UTC. Rows about fewer customers than the
    scope's `smallest_group` are left out; `frame.attrs` tells how many, beside scope, currency and data
    version. Raises `InputError` where the database has no answer, or where it would show a partner what is
    the platform's own.
    """
    if scope.partners and not listing.for_partners:
        raise InputError(
            f"The listing {listing.name} is not shown in a partner's scope: ask without naming partners."
        )
    question = Question((listing,), (listing,), (scope,), (), None, None)
    with warehouse.reading() as reader:
        contents = reader.contents()
        why = question.why_unserved(listing, covering_of(contents))
        if why is not None:
            raise InputError(f"The listing {listing.name} cannot be made: {why}.")
        (arm,) = arms_of(question, contents, reader)
        frame = reader.fetch(build_listed(listing, arm)).drop(columns="arm")
    left_out = 0
    if CUSTOMERS in frame:
        enough = frame[CUSTOMERS] >= scope.smallest_group
        left_out = int((~enough).sum())
        frame = frame[enough].drop(columns=CUSTOMERS).reset_index(drop=True)
    frame.attrs = {
        "scope": scope,
        "currency": contents.about.get("reporting_currency", "EUR"),
        "data_version": contents.version,
        "withheld": left_out,
    }
    return frame
