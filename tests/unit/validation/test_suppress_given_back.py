"""What is hidden in one place is given back in no other, and few persons are few."""

import copy
import re

import pytest
from laennec.validation.report import write_report
from laennec.validation.report.figures import benefit
from laennec.validation.report.suppress import suppress
from laennec.validation.report.words import Words
from study_examples import protocol_text, run
from suppress_examples import ESTIMATE, document

HIDDEN = {"suppressed": True}


def test_few_events_by_the_horizon_hide_the_steps_and_what_would_give_them_back():
    """An incidence of 0.03 in 100 people who are all followed is three events."""

    def over_time(d):
        tenths = [
            {"risk": r, "n": n, "smallest_cell": c, "incidence": dict(ESTIMATE)}
            for r, n, c in ((0.01, 100, 3), (0.02, 100, 20), (0.05, 90, 30))
        ]
        calibration = {"tenths": tenths, "observed_to_expected": dict(ESTIMATE)}
        d["analyses"]["counted"] |= {"calibration": calibration, "smallest_cell": 53}
        result = dict(ESTIMATE)
        d["endpoints"][0].update(statistic="observed_to_expected", result=result)

    told = suppress(document(a=over_time), 11)
    tenths = told["analyses"]["counted"]["calibration"]["tenths"]
    assert [row["n"] for row in tenths] == [None, 100, None]
    assert tenths[0]["incidence"] == tenths[2]["incidence"] == {"suppressed": True}
    assert told["endpoints"][0]["result"] == ESTIMATE
    few = suppress(
        document(a=over_time, b=lambda d: d["analyses"]["counted"].update(smallest_cell=8)), 11
    )
    calibration = few["analyses"]["counted"]["calibration"]
    assert calibration["observed_to_expected"] == {"suppressed": True}
    assert few["endpoints"][0]["verdict"] == "not_estimable"


def test_a_small_cell_of_a_group_hides_its_shares_and_keeps_its_ranking():
    """A sensitivity of 0.9 among 30 cases is three missed."""
    shares = ("sensitivity", "ppv", "auroc")

    def small(d):
        groups = d["subgroups"][0]["groups"]
        for group in groups:
            group["results"] = {name: dict(ESTIMATE) for name in shares}
        groups[0]["smallest_cell"] = 3
        d["subgroups"][0]["worst_gap"]["ppv"] = {**ESTIMATE, "lowest": "a", "highest": "c"}

    told = suppress(document(a=small), 11)["subgroups"][0]
    hidden = [[g["results"][name] != ESTIMATE for name in shares] for g in told["groups"]]
    assert hidden == [[True, True, False], [True, True, False], [False, False, False]]
    assert [g["n"] for g in told["groups"]] == [100, 100, 100]
    assert told["worst_gap"]["ppv"] == {"suppressed": True}
    assert told["worst_gap"]["auroc"] != {"suppressed": True}


def in_none(cases, others, abstained, cell=15):
    """Return who belongs to no group."""
    counts = {"cases": cases, "others": others, "abstained": abstained}
    return {**counts, "n": cases + others, "smallest_cell": cell}


@pytest.mark.parametrize(
    ("rest", "counted", "shares"),
    [
        (None, "abc", "abc"),
        (in_none(30, 70, 0), "abc", "abc"),
        (in_none(0, 3, 0), "bc", "bc"),
        (in_none(30, 70, 4), "bc", "bc"),
        (in_none(30, 70, 0, cell=2), "abc", "bc"),
    ],
)
def test_the_whole_less_its_groups_does_not_tell_of_few_in_none(rest, counted, shares):
    """Three people of unknown sex were everybody less the women and the men."""

    def few(d):
        d["subgroups"][0]["rest"] = rest
        for group in d["subgroups"][0]["groups"]:
            group["results"]["sensitivity"] = dict(ESTIMATE)
        gap = {**ESTIMATE, "lowest": "a", "highest": "b"}
        d["subgroups"][0]["worst_gap"]["sensitivity"] = gap

    subgroup = suppress(document(a=few), 11)["subgroups"][0]
    groups, gaps = subgroup["groups"], subgroup["worst_gap"]
    assert "rest" not in subgroup
    assert "".join(g["label"] for g in groups if g["n"] is not None) == counted
    assert "".join(g["label"] for g in groups if g["results"]["sensitivity"] == ESTIMATE) == shares
    assert (gaps["sensitivity"] == HIDDEN) == (shares != "abc")
    for ranking in (groups[0]["results"]["auroc"], gaps["auroc"]):
        assert ranking["value"] == 0.5
        assert (ranking["n"] is None) == (counted != "abc")


@pytest.mark.parametrize(("hidden", "runs"), [((), [4]), ((1,), [1, 2]), ((0, 2), [1, 1])])
def test_no_decision_curve_is_drawn_across_hidden_cut_offs(hidden, runs):
    """A straight line stood between two cut-offs far apart, with an interval on it."""
    rows = [
        {"threshold": (1 + i) / 10, "index": dict(HIDDEN) if i in hidden else dict(ESTIMATE)}
        for i in range(4)
    ]
    for row in rows:
        row["everybody"] = row["index"]
    whole = document(a=lambda d: d["analyses"]["counted"].update(benefit=rows))
    whole["protocol"] = {"content": {"comparators": []}}
    svg = benefit(whole, Words("en")).svg
    drawn = re.findall(r'<polyline points="([^"]+)"', svg)
    assert [len(points.split()) for points in drawn[:-1:2]] == runs
    assert len(re.findall("<polygon", svg)) == len(runs)
    assert svg.count("Index test") == 1
    assert svg.count("<circle") == 2 * runs.count(1)


def test_two_small_groups_are_not_told_together():
    """Of three and of five cases in two hidden groups, eight were everybody's less the third's."""

    def small(d):
        for group, cases in zip(d["subgroups"][0]["groups"], (3, 5, 22), strict=True):
            group.update(cases=cases)

    told = suppress(document(a=small), 11)["subgroups"][0]["groups"]
    assert [g["n"] for g in told] == [None, None, None]


def test_shares_of_a_hidden_table_are_hidden_wherever_they_stand_again():
    def again(d):
        tables = d["analyses"]["counted"]["threshold"]
        tables["ada"] = copy.deepcopy(tables["index"])
        tables["index"]["counts"]["fn"] = tables["ada"]["counts"]["fn"] = 4
        results = {"sensitivity": dict(ESTIMATE), "auroc": dict(ESTIMATE)}
        row = {"analysis": "as_in_use", "smallest_cell": 4, "results": results}
        d["missing"] = {"inputs": [], "analyses": [row]}
        d["referral"] = {"ada": {"counted": {"sensitivity": dict(ESTIMATE)}}}
        d["verification"] = {"verified": 100, "others": 0, "n": 100, "sensitivity": ESTIMATE}
        d["conformal"] = {"planned": 0.9, "smallest_cell": 2, "coverage_cases": dict(ESTIMATE)}
        d["explanation"] = {"rules": [{"fires": 0.02, "smallest_cell": 2}, {"fires": 0.5}]}

    told = suppress(document(a=again), 11)
    hidden = {"suppressed": True}
    assert told["missing"]["analyses"][0]["results"] == {"sensitivity": hidden, "auroc": ESTIMATE}
    assert told["referral"]["ada"]["counted"]["sensitivity"] == hidden
    assert told["verification"]["sensitivity"] == hidden
    assert told["conformal"] == {"planned": 0.9, "coverage_cases": hidden}
    assert [rule["fires"] for rule in told["explanation"]["rules"]] == [None, 0.5]


def test_few_who_differ_hide_a_paired_comparison():
    def pair(d):
        tables = d["analyses"]["counted"]["threshold"]
        tables["age"] = copy.deepcopy(tables["index"])
        tables["age"]["paired"] = {
            "sensitivity": {"smallest_cell": 2, "difference": dict(ESTIMATE)},
            "specificity": {"smallest_cell": 30, "difference": dict(ESTIMATE)},
        }

    told = suppress(document(a=pair), 11)["analyses"]["counted"]["threshold"]["age"]
    assert told["paired"]["sensitivity"] == {"difference": HIDDEN}
    assert told["paired"]["specificity"] == {"difference": ESTIMATE}
    assert told["counts"]["tp"] == 20


def test_many_records_of_few_persons_are_a_small_count():
    """Twelve records of three persons were told: three persons could be recognised."""

    def persons(d):
        d["subgroups"][0]["groups"][1]["persons"] = {
            "n": 60, "cases": 3, "others": 57, "abstained": 0,
        }  # fmt: skip
        d["flow"][1]["persons"] = {"left": 9, "gone": 9, "stayed": 90}
        d["flow"][2]["persons"] = {"left": 12, "gone": 2, "stayed": 88}
        d["flow"][3]["persons"] = {"n": 40, "cases": 15, "others": 25}
        d["participants"][0]["cases"]["persons"] = {
            "n": 20, "known": 20, "lacking": 0, "yes": 9, "no": 11,
        }  # fmt: skip
        table = d["analyses"]["counted"]["threshold"]["index"]
        table["persons"] = {"tp": 5, "fp": 25, "fn": 30, "tn": 40}
        found = d["analyses"]["counted"]["abstention"]
        found |= {"reasons": {"a": 30, "b": 40}, "persons": {"a": 4, "b": 35}}
        d["analyses"]["counted"]["calibration"]["histogram"] |= {
            "counts": [100, 40, 60], "persons": [90, 3, 50],
        }  # fmt: skip

    told = suppress(document(a=persons), 11)
    counted = told["analyses"]["counted"]
    assert [g["n"] for g in told["subgroups"][0]["groups"]] == [None, None, 100]
    assert "persons" not in told["subgroups"][0]["groups"][1]
    joined, end = told["flow"][1:]
    assert (joined["left"], joined["persons"]) == (60, {"stayed": 88})
    assert (end["cases"], end["persons"]) == (20, {"n": 40, "cases": 15, "others": 25})
    assert told["participants"][0]["cases"] == {"n": 60, "known": None}
    assert set(counted["threshold"]["index"]["counts"].values()) == {None}
    assert "persons" not in counted["threshold"]["index"]
    assert counted["abstention"]["reasons"] == {"other": 70}
    assert counted["calibration"]["histogram"] == {"edges": [0, 1, 2], "counts": [100, None, None]}


def hidden_places(value, place=""):
    """Return where a told document hides something."""
    if value == HIDDEN or value is None:
        return {place}
    rows = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return {found for key, of in rows for found in hidden_places(of, f"{place}/{key}")}


def copied(folder, copies):
    """Return the told document of the study where each person has so many equal records."""
    head, *rows = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    named = [f"q{i},{row.split(',', 1)[1]}" for i, row in enumerate(rows)]
    (folder / "copied.csv").write_text("\n".join([head, *named * copies]) + "\n", "utf-8")
    document = run(folder, "copied.csv")
    return document, suppress(
        document, document["protocol"]["content"]["reporting"]["suppress_below"]
    )


def test_copies_of_records_show_nothing_that_one_record_a_person_hides(folder):
    """A cell of five persons with four records each was told as twenty people."""
    _, once = copied(folder, 1)
    document, told = copied(folder, 4)
    for part in ("participants", "analyses", "subgroups", "periods", "missing", "conformal"):
        assert hidden_places(once[part]) <= hidden_places(told[part]), part
    assert hidden_places(once["analyses"]) > hidden_places(document["analyses"])
    group = document["subgroups"][0]["groups"][0]
    assert group["n"] == 4 * group["persons"]["n"]


def test_a_report_tells_records_and_persons(folder):
    text = protocol_text(a=("suppress_below = 11", "suppress_below = 0"))
    (folder / "study.toml").write_text(text, "utf-8")
    document, _ = copied(folder, 4)
    write_report(document, folder / "out")
    for lang, said in (("en", "(persons: "), ("fr", "(personnes : ")):
        page = (folder / "out" / f"report.{lang}.html").read_text("utf-8")
        for section in ("flow", "participants", "threshold", "subgroups", "sample_size"):
            part = page.partition(f'id="{section}"')[2].partition("<section")[0]
            assert said in part, (lang, section)


def test_records_that_name_no_person_are_of_a_person_each(folder):
    """Every record without a name was taken for one and the same person."""
    head, *rows = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    site = [f"{row},{'' if i % 2 else i}" for i, row in enumerate(rows)]
    (folder / "visits.csv").write_text("\n".join([f"{head},insured", *site]) + "\n", "utf-8")
    text = protocol_text(a=('person = "person_id"', 'person = "insured"'))
    (folder / "study.toml").write_text(text, "utf-8")
    document = run(folder)
    told = {d["code"]: d for d in document["deviations"]}
    assert told["person_unknown"]["n"] == len(rows) // 2
    assert document["by_person"]["persons"] == document["by_person"]["records"]
