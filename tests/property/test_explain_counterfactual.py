"""The smallest change that flips a band: reachable, possible, and true as printed."""

from dataclasses import replace

import bundle_maker
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.engine.bundles import Change, Move
from laennec.engine.bundles.load import load_models
from laennec.engine.explain.counterfactual import counterfactuals
from laennec.engine.runtime import RiskModel

HEIGHT = 170.0
EVERYTHING = np.ones(3, bool)


def loaded(root, says) -> RiskModel:
    return load_models([bundle_maker.make(root, says=says)]).loaded[0].model


def waist(**other) -> Change:
    return replace(bundle_maker.manifest().changes[0], **other)


@pytest.fixture(scope="module")
def tsk(tmp_path_factory) -> RiskModel:
    return loaded(tmp_path_factory.mktemp("models"), bundle_maker.manifest())


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> RiskModel:
    """Waist by at most 6 cm, and an invented treatment that moves age back by at most 6 years."""
    says = bundle_maker.manifest()
    inputs = tuple(replace(i, modifiable=True) for i in says.inputs)
    age = Change(
        name="age_years", unit="a", direction="decrease", step=2.0, decimals=0, reach=(20.0, 90.0),
        max_change=6.0, source="invented",
    )  # fmt: skip
    says = replace(says, inputs=inputs, changes=(waist(max_change=6.0), age))
    return loaded(tmp_path_factory.mktemp("two"), says)


def band(model, x, observed=EVERYTHING) -> int:
    return int(model.bands(model.run(x[None], observed[None]).value)[0])


@given(age=st.integers(20, 90), cm=st.floats(65, 145), family=st.integers(0, 1))
@settings(max_examples=150, deadline=None)
def test_the_printed_change_flips_and_no_smaller_one_does(tsk, age, cm, family):
    x = np.array([float(age), cm / HEIGHT, float(family)])
    found = counterfactuals(tsk, x, EVERYTHING, {"waist_cm": cm})
    here, change = band(tsk, x), tsk.manifest.changes[0]
    targets = [t for t in np.arange(60.0, 151.0) if round(cm) != t and 0 < cm - t <= 20]
    flips = [t for t in targets if band(tsk, np.array([age, t / HEIGHT, family])) != here]
    if found.outcome == "found":
        printed = float(found.found[0].changes[0].after)
        assert printed == max(flips)
        assert change.reach[0] <= printed <= change.reach[1]
        assert f"{cm:.0f}" == found.found[0].changes[0].before != found.found[0].changes[0].after
        assert ("low", "intermediate", "high").index(found.found[0].band) < here
    else:
        assert found.outcome == "no_reachable_change"
        assert flips == []


def test_only_declared_changes_are_proposed(tsk):
    x = np.array([70.0, 0.62, 1.0])
    found = counterfactuals(tsk, x, EVERYTHING, {"waist_cm": 0.62 * HEIGHT})
    assert found.tried == ("waist_cm",)
    assert {c.name for f in found.found for c in f.changes} <= {"waist_cm"}


def test_a_change_whose_present_value_is_unknown_is_said(tsk):
    found = counterfactuals(tsk, np.array([70.0, 0.62, 1.0]), EVERYTHING)
    assert (found.outcome, found.unavailable) == ("nothing_to_change", ("waist_cm",))
    seen = np.array([True, False, True])
    found = counterfactuals(tsk, np.array([70.0, np.nan, 1.0]), seen, {"waist_cm": 100.0})
    assert (found.outcome, found.unavailable) == ("nothing_to_change", ("waist_cm",))
    found = counterfactuals(tsk, np.array([70.0, 0.62, 1.0]), EVERYTHING, {"waist_cm": 0.0})
    assert found.unavailable == ("waist_cm",)


def test_a_person_at_the_end_of_what_is_reachable_is_told_so(tsk):
    x = np.array([70.0, 60.0 / HEIGHT, 1.0])
    found = counterfactuals(tsk, x, EVERYTHING, {"waist_cm": 60.0})
    assert (found.outcome, found.tried, found.found) == ("no_reachable_change", ("waist_cm",), ())


def test_an_unanswered_record_has_no_change(tsk):
    found = counterfactuals(tsk, np.array([200.0, 0.6, 1.0]), EVERYTHING, {"waist_cm": 100.0})
    assert found.outcome == "not_assessable"


def test_pairs_are_tried_only_when_no_single_change_is_enough(two):
    singles, pairs = 0, 0
    for age in range(40, 90, 3):
        for cm in range(70, 130, 3):
            x = np.array([float(age), cm / HEIGHT, 0.0])
            found = counterfactuals(two, x, EVERYTHING, {"waist_cm": float(cm)}).found
            widths = {len(f.changes) for f in found}
            assert widths in (set(), {1}, {2})
            singles, pairs = singles + (widths == {1}), pairs + (widths == {2})
            for f in found:
                after = {c.name: float(c.after) for c in f.changes}
                moved = np.array(
                    [after.get("age_years", age), after.get("waist_cm", cm) / HEIGHT, 0.0]
                )
                assert band(two, moved) == ("low", "intermediate", "high").index(f.band)
            assert [f.steps for f in found] == sorted(f.steps for f in found)
    assert singles > 0
    assert pairs > 0


def test_changes_upward_and_linear_followers(tmp_path):
    """A change that may go both ways, and an input that follows at a stated rate."""
    change = waist(
        name="weight_kg", unit="kg", direction="either", step=0.5, decimals=1,
        reach=(40.0, 160.0), max_change=30.0,
        moves=(Move(input="waist_to_height", how="linear", factor=0.005),),
    )  # fmt: skip
    model = loaded(tmp_path, replace(bundle_maker.manifest(), changes=(change,)))
    x = np.array([55.0, 0.5, 0.0])
    seen = {}
    for start in (0.4, 0.5, 0.6, 0.7):
        x[1] = start
        found = counterfactuals(model, x, EVERYTHING, {"weight_kg": 80.2})
        here = band(model, x)
        for f in found.found:
            after = float(f.changes[0].after)
            moved = np.array([55.0, start + 0.005 * (after - 80.2), 0.0])
            assert band(model, moved) != here
            seen[after > 80.2] = True
    assert seen == {True: True, False: True}


def test_a_change_never_leaves_the_universe(tmp_path):
    """A step that would take the model where it may not be asked is not a way out."""
    says = bundle_maker.manifest()
    change = waist(direction="increase", reach=(60.0, 400.0), max_change=300.0)
    model = loaded(tmp_path, replace(says, changes=(change,)))
    x = np.array([20.0, 1.19, 0.0])
    found = counterfactuals(model, x, EVERYTHING, {"waist_cm": 200.0})
    assert found.found == ()


def test_what_does_not_hold_when_asked_again_is_not_proposed(tsk):
    """The search runs in one batch; a proposal counts only if the single question confirms it."""

    class Moody:
        def __init__(self, session):
            self.session = session

        def run(self, names, feed):
            found = self.session.run(names, feed)
            if len(feed["x"]) == 1 and feed["x"][0, 1] < 0.6:
                found[0][:] = np.nan
            return found

    x = np.array([70.0, 0.62, 1.0])
    moody = RiskModel(
        manifest=tsk.manifest, rule_ids=tsk.rule_ids, sha256="", session=Moody(tsk.session)
    )
    for age in range(20, 90):
        x[0] = age
        found = counterfactuals(moody, x, EVERYTHING, {"waist_cm": 0.62 * HEIGHT})
        for f in found.found:
            assert float(f.changes[0].after) / HEIGHT >= 0.6
