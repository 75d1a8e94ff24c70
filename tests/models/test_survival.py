"""Survival: the published regression, curves by hand, and stays that end in silence."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from analytics_lib.errors import InputError
from analytics_lib.models.account import account_of
from analytics_lib.models.stays import stays
from analytics_lib.models.survival import survival_curve, survival_regression

COVARIATES = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]


@pytest.fixture(scope="module")
def rossi() -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines.datasets import load_rossi
    frame: pd.DataFrame = load_rossi()
    return frame


def test_rossi_as_published(rossi: pd.DataFrame) -> None:
    frame = survival_regression(rossi, "week", "arrest", COVARIATES)
    assert frame["covariate"].tolist() == COVARIATES
    published = [-0.379, -0.057, 0.314, -0.150, -0.434, -0.085]
    assert frame["coefficient"].tolist()[:6] == pytest.approx(published, abs=6e-4)
    assert frame["coefficient"].iloc[6] == pytest.approx(0.0915, abs=6e-5)
    assert frame.attrs["log_likelihood"] == pytest.approx(-658.75, abs=0.005)
    # J. Fox: standard errors and p of the same regression.
    assert frame["standard_error"].tolist()[:2] == pytest.approx([0.19138, 0.02200], abs=1e-4)
    assert frame["p"].iloc[0] == pytest.approx(0.0474, abs=2e-4)
    assert frame["hazard_ratio"].to_numpy() == pytest.approx(np.exp(frame["coefficient"].to_numpy()))
    bounds = np.exp(frame["coefficient"] + 1.959964 * frame["standard_error"])
    assert frame["upper"].to_numpy() == pytest.approx(bounds.to_numpy(), rel=1e-5)
    doubts = account_of(frame).doubts
    assert any(doubt.startswith("The effect of age changes over time") for doubt in doubts)
    assert not any("effect of fin" in doubt for doubt in doubts)
    assert "432 observed, 114 of whom ended" in account_of(frame).data


def test_curve_by_hand() -> None:
    frame = survival_curve([1, 2, 2, 3, 5], [True, True, False, True, False])
    assert frame["time"].tolist() == [0, 1, 2, 3, 5]
    assert frame["at_risk"].tolist() == [5, 5, 4, 2, 1]
    assert frame["ended"].tolist() == [0, 1, 1, 1, 0]
    assert frame["survival"].tolist() == pytest.approx([1, 4 / 5, 3 / 5, 3 / 10, 3 / 10])
    assert frame.attrs["medians"] == {"all": 3.0}
    # Exponential Greenwood at time 2: 0.6 to the power of exp(+-1.96 sqrt(1/20 + 1/12) / ln 0.6).
    spread = 1.959964 * math.sqrt(1 / 20 + 1 / 12) / abs(math.log(0.6))
    row = frame[frame["time"] == 2].iloc[0]
    assert row["lower"] == pytest.approx(0.6 ** math.exp(spread), rel=1e-5)
    assert row["upper"] == pytest.approx(0.6 ** math.exp(-spread), rel=1e-5)
    assert frame["lower"].isna().tolist() == [True, False, False, False, False]


def test_groups_are_apart(rossi: pd.DataFrame) -> None:
    frame = survival_curve(rossi["week"], rossi["arrest"], rossi["fin"])
    alone = survival_curve(*(rossi.loc[rossi["fin"] == 1, name] for name in ("week", "arrest")))
    of_group = frame[frame["group"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_group.drop(columns="group"), alone.drop(columns="group"))
    assert frame.attrs["medians"] == {0: math.inf, 1: math.inf}
    assert of_group["survival"].iloc[-1] == pytest.approx(168 / 216)


def test_curves_of_few_and_of_nobody() -> None:
    nobody = survival_curve([], [])
    assert nobody.empty and "Nobody was observed" in account_of(nobody).did
    alone = survival_curve([4], [True])
    assert alone["survival"].tolist() == [1, 0]
    assert "Only 1 of group all ended" in account_of(alone).doubts[0]
    staying = survival_curve([4, 5], [0, 0])
    assert staying["survival"].tolist() == [1, 1, 1] and staying["lower"].isna().all()
    assert staying.attrs["medians"] == {"all": math.inf}


def test_merged_times_tell_of_no_few() -> None:
    chance = np.random.default_rng(3)
    times = chance.integers(0, 60, 400)
    ended = chance.random(400) < 0.6
    whole = survival_curve(times, ended)
    for few in (2, 5, 30):
        frame = survival_curve(times, ended, smallest_group=few)
        gone = frame["at_risk"] - frame["at_risk"].shift(-1, fill_value=0)
        for part in (frame["ended"], gone - frame["ended"]):
            assert ((part == 0) | (part >= few)).all()
        assert frame["ended"].sum() == ended.sum() and frame["at_risk"].iloc[0] == 400
        both = frame.dropna(subset="survival").merge(whole, on="time")
        assert (both["survival_x"] == both["survival_y"]).all()
        assert len(both) >= len(frame) - 1 > 2
        assert frame.attrs["left_out"] == len(whole) - len(frame)
        assert frame.attrs["medians"]["all"] in set(frame["time"])
        assert f"fewer than {few} who" in account_of(frame).doubts[-1]
    assert "left_out" not in whole.attrs


def test_the_last_few_are_no_steps() -> None:
    frame = survival_curve([1] * 5 + [2] * 5 + [3, 4, 5], [1] * 5 + [0] * 5 + [1] * 3, smallest_group=5)
    # Without the three at the end the five who ended first would stand alone.
    assert frame["time"].tolist() == [0, 5]
    assert frame["ended"].tolist() == [0, 8]
    assert frame["survival"].iloc[0] == 1 and math.isnan(frame["survival"].iloc[1])


def test_small_groups_have_no_curve() -> None:
    times, ended = [1, 2, 3, 4, 5, 6, 1, 2, 3], [1, 1, 1, 0, 0, 0, 1, 1, 0]
    groups = ["many"] * 6 + ["few"] * 3
    frame = survival_curve(times, ended, groups, smallest_group=3)
    assert set(frame["group"]) == {"many"} == set(frame.attrs["medians"])
    assert "6 in 1 group, 3 of whom ended; the others" in account_of(frame).data
    nothing = survival_curve(times, ended, groups, smallest_group=4)
    assert nothing.empty and not nothing.attrs["medians"]
    assert str(account_of(nothing)) == "Withheld: it would be about too few."
    # Two of three ended: one who stays would be told of.
    assert survival_curve([1, 1, 1], [1, 1, 0], smallest_group=2).empty


def test_what_has_no_curve_is_refused() -> None:
    with pytest.raises(InputError, match="differ in number: say"):
        survival_curve([1, 2], [1])
    with pytest.raises(InputError, match="differ in number: name"):
        survival_curve([1, 2], [1, 0], ["a"])
    with pytest.raises(InputError, match="belong to no group"):
        survival_curve([1, 2], [1, 0], ["a", None])
    with pytest.raises(InputError, match="0 or more"):
        survival_curve([-1], [1])
    with pytest.raises(InputError, match="must be true or false"):
        survival_curve([1], [2])
    with pytest.raises(InputError, match="must be numbers"):
        survival_curve(["long"], [1])


def test_what_has_no_regression_is_refused(rossi: pd.DataFrame) -> None:
    def refused(match: str, covariates: list[str], **columns: object) -> None:
        with pytest.raises(InputError, match=match):
            survival_regression(rossi.assign(**columns), "week", "arrest", covariates)

    refused("needs a covariate", [])
    refused("no column 'height'", ["height"])
    refused("'kind' is no number", ["kind"], kind="x")
    refused("'hole' is missing in some rows", ["hole"], hole=np.nan)
    refused("'same' is the same in all rows", ["same"], same=3)
    refused("Nobody ended", ["fin"], arrest=0)
    refused("comes to rest", ["fin", "twin"], twin=rossi["fin"] * 2)


def placed(days: dict[str, list[int]]) -> pd.DataFrame:
    begin = pd.Timestamp("2026-01-01")
    rows = [(who, begin + pd.Timedelta(days=day)) for who, places in days.items() for day in places]
    return pd.DataFrame(rows, columns=["customer_id", "date"])


def test_stays_end_where_the_first_long_silence_begins() -> None:
    frame = placed(
        {
            "gone": [0, 10, 15],
            "back": [0, 40, 99],  # silent for 40 days, whatever came later
            "here": [0, 25, 50, 75, 95],
            "late": [20, 45, 65],  # silent for 35 days at the end
            "edge": [5, 30, 55, 70],  # silent for exactly 30 days at the end
            "maybe": [0, 20, 40, 60, 75],  # for 25 days only
            "new": [80],
        }
    )
    found = stays(frame, until="2026-04-11", gone_after=30).set_index("customer_id")
    assert found["duration"].to_dict() == {
        "back": 0, "edge": 65, "gone": 15, "here": 70, "late": 45, "maybe": 70,
    }  # fmt: skip
    assert found["ended"].to_dict() == {
        "back": True, "edge": True, "gone": True, "here": False, "late": True, "maybe": False,
    }  # fmt: skip


def test_stays_of_steady_leavers_have_no_bias() -> None:
    # One in two hundred leaves each day, whenever they came; the curve must be the exponential one.
    chance = np.random.default_rng(8)
    days = {}
    for who in range(400):
        begin, length = int(chance.integers(0, 500)), chance.exponential(200)
        days[str(who)] = [day for day in range(begin, 700, 5) if day <= begin + length]
    found = stays(placed(days), until=pd.Timestamp("2026-01-01") + pd.Timedelta(days=700), gone_after=60)
    curve = survival_curve(found["duration"], found["ended"])
    at_200 = curve[curve["time"] <= 200]["survival"].iloc[-1]
    assert at_200 == pytest.approx(math.exp(-1), abs=0.06)


def test_stays_of_nobody_and_of_no_length() -> None:
    assert stays(placed({}), until="2026-04-11", gone_after=30).empty
    for too_long in (101, 99_999, 10**15):
        assert stays(placed({"a": [0]}), until="2026-04-11", gone_after=too_long).empty
    assert len(stays(placed({"a": [0]}), until="2026-04-11", gone_after=100)) == 1
    with pytest.raises(InputError, match="silence of 0 days is none"):
        stays(placed({"a": [1]}), until="2026-04-11", gone_after=0)
