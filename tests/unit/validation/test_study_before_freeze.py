"""What no data could make right is refused by --check and --freeze, before the data are opened."""

import pytest
from laennec.validation.commands import check_command, freeze_command
from laennec.validation.errors import ProtocolRefused, StudyError
from laennec.validation.study import StudyOptions, run_study
from study_examples import BUNDLE, MODELS, protocol_text

CASE = 'case = { column = "outcome", op = "==", value = 1.0 }'
BOUND = '\n[[endpoint]]\nid = "s"\nstatistic = "{}"\nrole = "secondary"\n' + (
    'hypothesis = "at_least"\nbound = {}\n'
)
ADA = '[[comparator]]\nid = "ada"'
OTHER = '[[comparator]]\nid = "c"\nlabel = "C"\nkind = "model"\nname = "{}"\nthreshold = 1.7\n\n'


def refused(folder, extra="", **edits):
    """Return the problems that --check, --freeze and the run tell alike."""
    path = folder / "study.toml"
    path.write_text(protocol_text(**edits) + extra, encoding="utf-8")
    told = []
    for attempt in (
        lambda: check_command(path),
        lambda: freeze_command(path),
        lambda: run_study(StudyOptions(path, folder / "visits.csv", MODELS)),
    ):
        with pytest.raises(ProtocolRefused) as caught:
            attempt()
        told.append(caught.value.problems)
    assert told[0] == told[1] == told[2]
    assert sorted(p.name for p in folder.glob("study*")) == ["study.toml"]  # nothing was opened
    return {p.code: p for p in told[0]}


@pytest.mark.parametrize(
    ("edit", "code", "why"),
    [
        (("threshold = 0.03", "threshold = 1.7"), "threshold", "everybody, or nobody"),
        (("undiagnosed_no_lab", "nothing"), "model_unknown", "there is no such model"),
        (('"age_years"', '"agee"'), "feature_unknown", "there is no such feature"),
        (
            (ADA, OTHER.format("cardiovascular/visit") + ADA),
            "threshold", "cardiovascular/visit answers from 0 to 1",
        ),
    ],
)  # fmt: skip
def test_what_no_data_could_make_right_is_refused_before_the_freeze(folder, edit, code, why):
    found = refused(folder, a=edit)[code]
    assert why in found.why
    assert found.found
    assert found.remedy
    assert found.path


@pytest.mark.parametrize(
    ("statistic", "bound"),
    [
        ("sensitivity", 6.0), ("sensitivity", 0.0), ("ppv", 1.0), ("brier_scaled", 1.0),
        ("net_benefit", 2.0), ("observed_to_expected", -1.0), ("auroc", -0.5),
    ],
)  # fmt: skip
def test_a_bound_that_is_met_or_missed_whatever_the_data_say(folder, statistic, bound):
    assert "would be met, or missed" in refused(folder, BOUND.format(statistic, bound))["bound"].why


@pytest.mark.parametrize(
    ("statistic", "bound"),
    [("sensitivity", 0.6), ("calibration_slope", 1.1), ("net_benefit", -0.2)],
)
def test_a_bound_that_can_be_met_and_missed(folder, statistic, bound):
    path = folder / "study.toml"
    path.write_text(protocol_text() + BOUND.format(statistic, bound), encoding="utf-8")
    assert check_command(path)["complete"] is True


def test_everything_is_told_at_once(folder):
    found = refused(
        folder, BOUND.format("sensitivity", 6.0),
        a=("threshold = 0.03", "threshold = 1.7"), b=('"age_years"', '"agee"'),
    )  # fmt: skip
    assert {"bound", "threshold", "feature_unknown"} <= set(found)


@pytest.mark.parametrize(
    ("case", "shared"),
    [
        ('column = "waist_cm", op = ">", value = 100.0', "waist"),
        ('column = "bmi_kg_per_m2", op = ">", value = 30.0', "bmi"),
        ('feature = "weight_kg", op = ">", value = 90.0', "weight"),
        ('column = "age_years", op = ">", value = 60.0', "age"),
        ('column = "systolic_bp_mmhg", op = ">", value = 140.0', "systolic_bp"),
        ('column = "bp_treated", op = "==", value = 1.0', "medication.antihypertensive"),
    ],
)
def test_a_reference_standard_made_of_what_an_input_is_made_of(folder, case, shared):
    """`waist_cm > 100` was accepted, and "shown": the model reads waist / height."""
    found = refused(folder, a=(CASE, f"case = {{ {case} }}"))["incorporation"]
    assert shared in found.found
    assert "ranks it by construction" in found.why


def test_a_mapped_column_is_what_it_is_mapped_to(folder):
    text = (folder / "visits.csv").read_text("utf-8").replace("waist_cm", "tt", 1)
    (folder / "visits.csv").write_text(text, encoding="utf-8")
    mapping = folder / "mapping.toml"
    mapping.write_text(mapping.read_text("utf-8") + '[columns]\nwaist_cm = "tt"\n', "utf-8")
    case = 'case = { column = "tt", op = ">", value = 100.0 }'
    assert "waist" in refused(folder, a=(CASE, case))["incorporation"].found


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        ((BUNDLE.model.sha256, "1" * 64), "index_test.sha256"),
        (('version = "0.1.0"', 'version = "9.9.9"'), "index_test.version"),
    ],
)
def test_a_plan_of_another_model_than_the_installed_one_is_not_frozen(folder, edit, key):
    path = folder / "study.toml"
    path.write_text(protocol_text(a=edit), encoding="utf-8")
    checked = check_command(path)
    assert (checked["complete"], checked["other_than_installed"]) == (False, [key])
    with pytest.raises(
        StudyError, match=rf"{key} of another model.*freeze is for good.*models list"
    ):
        freeze_command(path)
