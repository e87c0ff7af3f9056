"""Recalibration for a site: the numbers, what changes in the bundle and what does not."""

import json
from dataclasses import replace

import numpy as np
import pytest
from laennec.engine.bundles.load import load_models
from laennec.engine.bundles.signing import Trust, generate_key, load_trust, private_key_pem
from laennec.engine.bundles.verify import open_bundle
from laennec.engine.errors import ContractBroken, FileChanged, ScreeningError
from laennec.training.export.read_back import completion_of
from laennec.training.survival import Outcome
from laennec.validation.errors import StudyError
from laennec.validation.recalibrate import RecalibrateCommand, recalibrate_command
from laennec.validation.recalibrate.bundle import new_version
from laennec.validation.recalibrate.fit import SitePeople, check_size, fit_site
from recalibrate_examples import MODEL, OLD, site_table


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    key = generate_key()
    (folder / "site.pem").write_bytes(private_key_pem(key))
    command = RecalibrateCommand(
        model=MODEL,
        data=site_table(folder / "site.parquet"),
        outcome="died",
        out=folder / "out",
        site="Site A",
        key=folder / "site.pem",
        key_name="site_a",
    )
    return command, recalibrate_command(command), key


def test_slope_and_intercept_are_those_of_the_site(made):
    _, summary, _ = made
    assert summary["slope"] == pytest.approx(0.7, abs=0.12)
    assert summary["intercept"] == pytest.approx(0.8, abs=0.45)
    assert summary["version"] == new_version(OLD.manifest.version)


def test_the_new_version_is_signed_by_the_site_and_by_nobody_else(made):
    command, summary, key = made
    folder = command.out / "cardiovascular" / "bundles" / "visit"
    new = open_bundle(folder, Trust({"site_a": key.public_key()}))
    assert new.manifest.key == "site_a"
    assert new.sha256 == summary["sha256"]
    with pytest.raises(FileChanged, match="site_a"):
        open_bundle(folder, load_trust())


def test_rules_are_unchanged_and_points_are_multiplied_by_one_slope(made):
    command, summary, key = made
    folder = command.out / "cardiovascular" / "bundles" / "visit"
    new = open_bundle(folder, Trust({"site_a": key.public_key()}))
    assert [(r.id, str(r.antecedent), r.source) for r in new.rules.rules] == [
        (r.id, str(r.antecedent), r.source) for r in OLD.rules.rules
    ]
    assert new.rules.variables == OLD.rules.variables
    assert np.allclose(new.rules.points, summary["slope"] * OLD.rules.points, atol=1e-12)


def test_the_new_graph_moves_every_risk_and_no_rank_with_inputs_missing_too(made):
    command, summary, key = made
    folder = command.out / "cardiovascular" / "bundles" / "visit"
    new = open_bundle(folder, Trust({"site_a": key.public_key()}))
    rng = np.random.default_rng(8)
    x = rng.uniform(*OLD.rules.universes.T, (300, len(OLD.rules.inputs)))
    x = np.where([s.kind == "continuous" for s in OLD.manifest.inputs], x, np.round(x))
    observed = OLD.rules.required_mask | (rng.random(x.shape) < 0.6)
    assert OLD.model.run(x, observed).ok.all()
    before, after = OLD.model.run(x, observed), new.model.run(x, observed)
    logit = np.log(before.value / (1 - before.value))
    wanted = summary["intercept"] + summary["slope"] * logit
    assert np.abs(np.log(after.value / (1 - after.value)) - wanted).max() < 1e-9
    assert np.array_equal(before.rule_firing, after.rule_firing)


def test_the_report_tells_before_and_after_in_both_languages(made):
    command, _, _ = made
    told = json.loads((command.out / "recalibration.json").read_text(encoding="utf-8"))
    slope = {k: v["calibration_slope"]["value"] for k, v in told["calibration"].items()}
    assert slope["before"] == pytest.approx(0.7, abs=0.12)
    assert slope["after"] == pytest.approx(1, abs=1e-6)
    assert slope["cross_validated"] == pytest.approx(1, abs=0.05)
    assert not told["saw_these_data"]
    assert "Avant" in (command.out / "recalibration.fr.html").read_text(encoding="utf-8")
    assert "Before" in (command.out / "recalibration.en.html").read_text(encoding="utf-8")
    card = command.out / "cardiovascular" / "bundles" / "visit" / "card.md"
    assert card.read_text(encoding="utf-8").startswith("# Recalibrated for Site A")


def test_a_bundle_in_use_is_not_written_over(made):
    command, _, _ = made
    with pytest.raises(StudyError, match="visit is not empty: a bundle in use"):
        recalibrate_command(command)


@pytest.mark.parametrize(
    ("events", "others", "remedy"),
    [(99, 5000, "intercept alone"), (49, 5000, "wait for more"), (200, 99, "intercept alone")],
)
def test_too_few_people_are_refused_with_what_they_allow(events, others, remedy):
    with pytest.raises(StudyError, match=f"{events} people with the event.*{remedy}"):
        check_size(events, others, {}, with_slope=True)


def test_fifty_events_are_enough_for_an_intercept_alone():
    check_size(50, 50, {}, with_slope=False)
    with pytest.raises(StudyError, match="an intercept fitted on fewer than 50"):
        check_size(49, 50, {}, with_slope=False)


def people(slope, n=20000, seed=4):
    rng = np.random.default_rng(seed)
    logit = rng.normal(-2, 1.2, n)
    case = rng.random(n) < 1 / (1 + np.exp(-(-0.3 + slope * logit)))
    return logit, case


def test_an_intercept_alone_keeps_the_slope():
    logit, case = people(1.0)
    found = fit_site(SitePeople(logit, case, None, 0.0), {}, with_slope=False)
    assert found.slope == 1
    assert found.intercept == pytest.approx(-0.3, abs=0.1)


def test_a_model_that_ranks_the_wrong_way_is_not_recalibrated():
    logit, case = people(-0.5)
    with pytest.raises(StudyError, match="a slope of -0.5.*another model|outside 0.2 to 3"):
        fit_site(SitePeople(logit, case, None, 0.0), {}, with_slope=True)


def test_people_lost_before_the_horizon_are_made_up_for():
    rng = np.random.default_rng(5)
    n = 30000
    logit = rng.normal(-2, 1, n)
    risk = 1 / (1 + np.exp(-logit))
    event_time = -10 * np.log(rng.random(n)) / -np.log(1 - risk)
    end = rng.uniform(4, 20, n)
    outcome = Outcome.of(np.minimum(event_time, end), event_time <= end)
    case = outcome.event & (outcome.time <= 10)
    found = fit_site(SitePeople(logit, case, outcome, 10.0), {}, with_slope=True)
    assert found.slope == pytest.approx(1, abs=0.06)
    assert found.intercept == pytest.approx(0, abs=0.12)


def test_a_time_needs_its_horizon(made, tmp_path):
    command, _, _ = made
    with pytest.raises(StudyError, match="a time without a horizon"):
        recalibrate_command(replace(command, time="died", out=tmp_path))


def test_a_model_that_is_not_there_is_named_with_those_that_are(made, tmp_path):
    command, _, _ = made
    with pytest.raises(StudyError, match=r"'a/b': there is no such bundle.*cardiovascular/visit"):
        recalibrate_command(replace(command, model="a/b", out=tmp_path))


def test_a_graph_without_its_table_is_refused():
    other = next(b for b in load_models().loaded if b.manifest.id.startswith("diabetes_type_2/"))
    with pytest.raises(ContractBroken, match="0 constants of the shape"):
        completion_of(other.files["model.onnx"], OLD.rules)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"key_name": "development"}, "that of a shipped key"),
        ({"key_name": "../x"}, "files are named by it"),
        ({"site": " "}, "whom it was made for"),
        ({"outcome": "age_years"}, "what another value means is not guessed"),
        ({"outcome": "dyed"}, r"is it 'died'\?"),
    ],
)
def test_names_that_tell_nothing_and_outcomes_that_are_none_are_refused(made, change, said):
    command = replace(made[0], out=made[0].out.with_name("refused"), **change)
    if change.get("outcome") == "age_years":
        mapping = command.out.with_name("m.toml")
        mapping.write_text('schema = "laennec.mapping/1"\nignore = ["died"]\n', encoding="utf-8")
        command = replace(command, mapping=mapping)
    with pytest.raises(ScreeningError, match=said):
        recalibrate_command(command)
    assert not command.out.exists()
