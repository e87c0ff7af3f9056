"""Reader studies: the draw, the turned outputs, what leaves, and how answers are judged."""

import json

import numpy as np
import pytest
from laennec.engine.bundles.load import load_models
from laennec.validation.errors import StudyError
from laennec.validation.readers.analyse import analyse
from laennec.validation.readers.answers import ANSWERS
from laennec.validation.readers.cases import Case, read_cases, read_truth
from laennec.validation.readers.command import PlanCommand, analyse_command, plan_command
from laennec.validation.readers.plan import make_plan, plan_sha256, turned

BANDS = ("low", "high", "intermediate")
RISKS = {"low": 0.01, "intermediate": 0.05, "high": 0.2}
CASES = tuple(
    Case(f"visit-{i}", {"fr": (), "en": ()}, BANDS[i % 3], RISKS[BANDS[i % 3]], int(i % 3 == 1))
    for i in range(30)
)
PLAN = make_plan(CASES, ("anna", "ben", "carl"), seed=7, wrong_share=0.4)


STRANGER = {"task": "R/1/1", "refer": True, "seconds": 3.5}


def visit(i, waist):
    size = {"waist": (waist, "cm"), "height": (170, "cm"), "weight": (60 + waist / 3, "kg")}
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"visit-{i}",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": {"id": f"person-{i}", "birth_date": "1966-03-02", "sex": "female"},
        "measurements": [
            {"code": k, "value": str(round(v)), "unit": u} for k, (v, u) in size.items()
        ],
        "questionnaire": {"smoker": "never"},
        "medications": [],
        "conditions": [],
    }


def answers(plan, decide, seconds=lambda task: 10.0):
    return [
        {
            "schema": ANSWERS,
            "plan": plan_sha256(plan),
            "answers": [
                {"task": t["id"], "refer": decide(t), "seconds": seconds(t)} for t in plan["tasks"]
            ],
        }
    ]


FORM = {"schema": ANSWERS, "plan": plan_sha256(PLAN)}


def test_an_answer_says_nothing_of_its_task_but_the_answer():
    """A file that named its task a wrong output, or another reader's, was believed."""
    given = answers(PLAN, lambda t: True)
    plain = analyse(PLAN, given)
    for answer in given[0]["answers"]:
        answer |= {"is_wrong": True, "arm": "aided", "reader": "R-1", "case": "C-1"}
    assert analyse(PLAN, given) == plain


@pytest.mark.parametrize("wrong", [b"visit_id,truth\nv\xe9,1\n", b"\xff\xfev\0"])
def test_a_truth_that_is_no_csv_is_refused(tmp_path, wrong):
    (tmp_path / "truth.csv").write_bytes(wrong)
    with pytest.raises(StudyError, match="columns visit_id and truth"):
        read_truth(tmp_path / "truth.csv")


def test_a_truth_that_a_spreadsheet_marked_as_utf_8_is_read(tmp_path):
    (tmp_path / "truth.csv").write_text("visit_id,truth\nv1,1\n", "utf-8-sig")
    assert read_truth(tmp_path / "truth.csv") == {"v1": 1}


def test_a_visit_has_one_truth(tmp_path):
    (tmp_path / "truth.csv").write_text("visit_id,truth\nv1,1\nv2,0\nv1,0\n", "utf-8")
    with pytest.raises(StudyError, match="3 rows of 2 visits: which of two truths"):
        read_truth(tmp_path / "truth.csv")


def test_every_reader_reads_every_case_once_in_each_arm_in_different_sessions():
    for reader in PLAN["readers"].values():
        mine = [t for t in PLAN["tasks"] if t["reader"] == reader]
        assert len(mine) == 2 * len(CASES)
        for arm in ("unaided", "aided"):
            assert len({t["case"] for t in mine if t["arm"] == arm}) == len(CASES)
        for case in PLAN["cases"]:
            assert {t["session"] for t in mine if t["case"] == case} == {1, 2}
    orders = {
        r: [t["case"] for t in PLAN["tasks"] if t["reader"] == r and t["session"] == 1]
        for r in PLAN["readers"].values()
    }
    assert len({tuple(order) for order in orders.values()}) == 3


def test_the_same_seed_gives_the_same_plan_and_another_seed_another():
    assert make_plan(CASES, ("anna", "ben", "carl"), seed=7, wrong_share=0.4) == PLAN
    assert make_plan(CASES, ("anna", "ben", "carl"), seed=8, wrong_share=0.4) != PLAN


def test_turned_outputs_go_both_ways_are_the_same_for_all_and_never_from_the_middle():
    found = turned(CASES, seed=7, share=0.4)
    bands = {c.id: c.band for c in CASES}
    assert len(found) == 8
    assert sorted(bands[i] for i in found) == ["high"] * 4 + ["low"] * 4
    for case, (shown, risk) in found.items():
        assert {bands[case], shown} == {"low", "high"}
        assert risk == RISKS[shown]
    wrong = {
        r: {t["case"] for t in PLAN["tasks"] if t["is_wrong"] and t["reader"] == r}
        for r in PLAN["readers"].values()
    }
    assert len({frozenset(w) for w in wrong.values()}) == 1


def test_an_unaided_task_shows_nothing_of_the_output():
    for task in PLAN["tasks"]:
        assert (task["arm"] == "aided") == bool(task["shown_band"])
        assert task["arm"] == "aided" or (task["shown_risk"] is None and not task["is_wrong"])


def test_readers_who_always_follow_show_their_bias_and_readers_who_never_do_none():
    def truth(task):
        return bool(PLAN["cases"][task["case"]]["truth"])

    def follow(task):
        return task["shown_band"] == "high" if task["arm"] == "aided" else truth(task)

    found = analyse(PLAN, answers(PLAN, follow))
    assert found["automation_bias"]["followed_the_wrong_output"]["value"] == 1
    assert found["automation_bias"]["answered_that_way_without_it"]["value"] == 0
    assert found["arms"]["unaided"]["sensitivity"]["all_cases"]["value"] == 1
    assert found["arms"]["aided"]["sensitivity"]["all_cases"]["value"] == pytest.approx(0.6)
    steady = analyse(PLAN, answers(PLAN, truth))
    assert steady["automation_bias"]["followed_the_wrong_output"]["value"] == 0
    assert all(pair["kappa"]["value"] == 1 for pair in steady["agreement"]["aided"])


def test_time_is_told_with_its_interval():
    rng = np.random.default_rng(1)
    found = analyse(
        PLAN,
        answers(
            PLAN,
            lambda t: True,
            lambda t: 20.0 + 5.0 * (t["arm"] == "aided") + rng.normal(0, 1),
        ),
    )
    difference = found["time_aided_minus_unaided"]["these_readers"]
    assert difference["ci_low"] < 5 < difference["ci_high"]
    assert found["arms"]["aided"]["seconds_median"]["value"] == pytest.approx(25, abs=0.7)


def test_what_leaves_names_neither_reader_nor_visit():
    text = json.dumps(analyse(PLAN, answers(PLAN, lambda t: True)))
    assert not any(name in text for name in ("anna", "ben", "carl", "visit-"))


@pytest.mark.parametrize(
    ("plan", "given", "found"),
    [
        ({}, [], "a plan of another form"),
        (PLAN, [{"schema": "x"}], "answers of another form"),
        (PLAN, [{**FORM, "answers": []}], "no answer"),
        (PLAN, answers(PLAN, bool) * 2, "twice"),
        (PLAN, [{**FORM, "answers": [STRANGER]}], "that is not planned"),
        (PLAN, [{**FORM, "answers": [{"task": "R/1/1"}]}], "answers of another form"),
        (PLAN, [{**FORM, "answers": [{**STRANGER, "seconds": -1}]}], "of another form"),
        (PLAN, [{**FORM, "answers": [{**STRANGER, "answered_at": "2026-11-03"}]}], "another form"),
        (PLAN, [{**FORM, "answers": [{**STRANGER, "answered_at": "soon"}]}], "of another form"),
        (PLAN, [{**FORM, "answers": [{**STRANGER, "displays": 0}]}], "of another form"),
        (PLAN, [FORM], "answers of another form"),
        (PLAN, [{"schema": ANSWERS, "answers": []}], "answers of another form"),
        ({**PLAN, "seed": 8}, answers(PLAN, bool), "answers to another plan, or to one"),
    ],
)
def test_what_is_not_planned_is_refused(plan, given, found):
    with pytest.raises(StudyError, match=found):
        analyse(plan, given)


def test_too_few_cases_or_a_reader_named_twice_are_refused():
    with pytest.raises(StudyError, match="3 cases and 2 readers"):
        make_plan(CASES[:3], ("anna", "ben"), seed=1, wrong_share=0.2)
    with pytest.raises(StudyError, match="2 readers, 1 of them different"):
        make_plan(CASES, ("anna", "anna"), seed=1, wrong_share=0.2)


def test_outputs_that_can_not_be_turned_are_refused_and_not_forgotten():
    high = [case for case in CASES if case.band != "low"]
    with pytest.raises(StudyError, match=r"0 low, 10 intermediate, 10 high.*--wrong-share 0"):
        make_plan(high, ("anna", "ben"), seed=1, wrong_share=0.2)
    plan = make_plan(high, ("anna", "ben"), seed=1, wrong_share=0.0)
    assert not any(task["is_wrong"] for task in plan["tasks"])


def test_an_outcome_or_a_truth_that_belongs_to_nobody_is_refused(tmp_path):
    path = tmp_path / "v.json"
    path.write_text(json.dumps(visit(1, 90)), encoding="utf-8")
    models = load_models()
    with pytest.raises(StudyError, match="the outcome 'nothing'.*t2d_undiagnosed"):
        read_cases([path], "nothing", None, models)
    truth = tmp_path / "truth.csv"
    truth.write_text("visit_id,truth\nvisit-1,1\nvisit-9,0\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"the truth of 1 visits that are not given \('visit-9'\)"):
        read_cases([path], "t2d_undiagnosed", truth, models)


def test_a_truth_that_is_neither_is_refused(tmp_path):
    path = tmp_path / "truth.csv"
    path.write_text("visit_id,truth\nv,maybe\n", encoding="utf-8")
    with pytest.raises(StudyError, match="neither|not 1 or 0"):
        read_truth(path)


def test_from_visits_to_pages_and_back(tmp_path):
    visits = tmp_path / "visits"
    visits.mkdir()
    for i, waist in enumerate((70, 76, 84, 92, 112, 122)):
        made = visit(i, waist)
        if i > 3:
            made["person"] |= {"birth_date": "1946-03-02", "sex": "male"}
            made["questionnaire"] |= {"family_history_diabetes": "first_degree"}
        (visits / f"{i}.json").write_text(json.dumps(made), encoding="utf-8")
    command = PlanCommand((visits,), ("anna", "ben"), tmp_path / "out", "t2d_undiagnosed", 3)
    told = plan_command(command)
    assert (told["cases"], told["cases_with_truth"]) == (6, 0)
    assert len(told["pages"]) == 8
    pages = [
        (tmp_path / "out" / "pages" / p.name).read_text("utf-8")
        for p in (tmp_path / "out" / "pages").iterdir()
    ]
    for page in pages:
        assert "visit-" not in page
        assert "anna" not in page
        assert "is_wrong" not in page
        assert "http" not in page
    with pytest.raises(StudyError, match="plan.json exists: readers may have begun"):
        plan_command(command)
    plan = json.loads((tmp_path / "out" / "plan.json").read_text(encoding="utf-8"))
    given = tmp_path / "answers.json"
    given.write_text(json.dumps(answers(plan, lambda t: True)[0]), encoding="utf-8")
    result = analyse_command(tmp_path / "out" / "plan.json", [given], tmp_path / "result.json")
    assert result["read"] == 24
    with pytest.raises(StudyError, match=r"result.json exists: the results of an earlier"):
        analyse_command(tmp_path / "out" / "plan.json", [given], tmp_path / "result.json")
    given.write_text("{", encoding="utf-8")
    with pytest.raises(StudyError, match="a file that can't be read"):
        analyse_command(tmp_path / "out" / "plan.json", [given], tmp_path / "other.json")
