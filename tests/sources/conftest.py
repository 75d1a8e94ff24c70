"""Platforms whose bookings are paid for, made once."""

from __future__ import annotations

import pytest

from analytics_lib.sources.sample import SamplePlan
from tests.paid_platform import PLANS, Platform, collect


@pytest.fixture(scope="module")
def platforms() -> dict[SamplePlan, Platform]:
    return {plan: collect(plan) for plan in PLANS}


@pytest.fixture(params=PLANS, ids=str)
def any_platform(request: pytest.FixtureRequest, platforms: dict[SamplePlan, Platform]) -> Platform:
    return platforms[request.param]


@pytest.fixture
def platform(platforms: dict[SamplePlan, Platform]) -> Platform:
    return platforms[PLANS[0]]
