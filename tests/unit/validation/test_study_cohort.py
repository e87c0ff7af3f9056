"""A study's population by a saved cohort, and its subgroups by exposure."""

import csv

import pytest
from laennec.cli import app
from laennec.datasets.readers.cohorts import read_cohort
from laennec.validation.errors import ProtocolRefused
from laennec.validation.report import told_document
from laennec.validation.report.pages import sections
from laennec.validation.report.suppress import suppress
from laennec.validation.report.words import Words
from study_examples import protocol_text, run
from typer.testing import CliRunner

COHORT = 'schema = "laennec.cohort/1"\ntitle = "wide waist"\nwhere = ["value.waist >= 90 cm"]\n'
NIGHTS = """
[[subgroup]]
id = "night_work"
label = "Night work"
group = [
  { label = "yes", when = [{ exposure = "night_work", op = "==", value = 1.0 }] },
  { label = "no", when = [{ exposure = "night_work", op = "==", value = 0.0 }] },
]
"""


def with_cohort(folder, text=COHORT, sha256=None):
    (folder / "cohort.toml").write_text(text, encoding="utf-8")
    known = sha256 or read_cohort(folder / "cohort.toml").sha256
    named = f'[population.cohort]\nfile = "cohort.toml"\nsha256 = "{known}"\n\n[index_test]'
    (folder / "study.toml").write_text(protocol_text(a=("[index_test]", named)), encoding="utf-8")
    return known


def waists(folder):
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        return [float(row["waist_cm"] or "nan") for row in csv.DictReader(file)]


def test_only_the_records_of_the_cohort_are_studied_and_the_flow_counts_the_others(folder):
    sha256 = with_cohort(folder)
    document = run(folder)
    step = next(s for s in document["flow"] if s["id"] == "cohort")
    inside = sum(w >= 90 for w in waists(folder))
    assert 100 < inside < 500
    assert step["stayed"] == inside
    cohort = document["cohort"]
    assert (cohort["title"], cohort["where"]) == ("wide waist", "value.waist >= 90 cm")
    assert cohort["sha256"] == sha256
    assert document["protocol"]["content"]["population"]["cohort"]["sha256"] == sha256


def test_a_study_of_some_ages_and_one_sex(folder):
    """Pinned: a cohort by age and sex was refused, though the study's own table has both."""
    where = '"age_years >= 45", "sex = female"'
    with_cohort(folder, COHORT.replace('"value.waist >= 90 cm"', where))
    document = run(folder)
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    inside = sum(float(r["age_years"]) >= 45 and r["sex"] == "female" for r in rows)
    assert 50 < inside < len(rows) - 50
    assert next(s for s in document["flow"] if s["id"] == "cohort")["stayed"] == inside
    assert [one["n"] for one in document["cohort"]["not_known"]] == [0, 0]


def test_a_study_of_one_site(folder):
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "device"])
        writer.writeheader()
        writer.writerows({**row, "device": "Dxi" if i % 2 else ""} for i, row in enumerate(rows))
    with_cohort(folder, COHORT.replace("value.waist >= 90 cm", "device.hba1c = Dxi"))
    document = run(folder)
    assert next(s for s in document["flow"] if s["id"] == "cohort")["stayed"] == len(rows) // 2


def without_waist(folder, of_every):
    """Leave the waist of some rows alone out, and give each second of these a suspect one."""
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for i, row in enumerate(rows):
        row["waist_cm"] = row["waist_cm"] or "85"
        if i % of_every == 0:
            row["waist_cm"] = "" if i % (2 * of_every) else "9"
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def test_of_how_many_the_cohort_is_not_known_is_told(folder):
    """Pinned: a record without a waist was told as one outside of the cohort, as a narrow one."""
    with_cohort(folder)
    n = without_waist(folder, 10)
    document = run(folder)
    (row,) = document["cohort"]["not_known"]
    persons = row.pop("persons")
    assert persons["n"] <= row["n"]
    assert 0 < persons["outside"] < row["outside"]
    inside = sum(w >= 90 for w in waists(folder))
    left = next(s for s in document["flow"] if s["id"] == "cohort")["left"]
    assert row == {"name": "value.waist", "n": n // 10, "known": n - n // 10,
                   "outside": n - n // 10 - inside, "not_usable": n // 20}  # fmt: skip
    assert left == row["n"] + row["outside"]
    for lang, said in (("en", "can't be used"), ("fr", "mesure inutilisable")):
        facts = dict(sections(told_document(document), Words(lang))[0].facts)
        (told,) = [text for text in facts.values() if text.startswith("value.waist")]
        assert str(n // 10) in told
        assert f"{n // 20}" in told
        assert said in told


def test_few_records_of_which_the_cohort_is_not_known_are_hidden(folder):
    with_cohort(folder)
    n = without_waist(folder, 100)
    document = run(folder)
    assert document["cohort"]["not_known"][0]["n"] == n // 100 < 11
    (row,) = suppress(document, 11)["cohort"]["not_known"]
    assert "persons" not in row
    hidden = dict.fromkeys(("n", "known", "outside", "not_usable"))
    assert row == {"name": "value.waist", **hidden}


def test_a_cohort_that_changed_is_not_the_one_that_was_frozen(folder):
    with_cohort(folder)
    frozen = CliRunner().invoke(app, ["validate", str(folder / "study.toml"), "--freeze"])
    assert frozen.exit_code == 0, frozen.output
    changed = COHORT.replace("90", "95")
    (folder / "cohort.toml").write_text(changed, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="a cohort with the hash"):
        run(folder)
    with_cohort(folder, changed)
    assert {d["code"] for d in run(folder)["deviations"]} >= {"changed_after_freeze"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[", "can't be read"),
        (COHORT.replace("value.waist >= 90 cm", "value.waist >= 90"), "without a unit"),
        (COHORT.replace("value.waist >= 90 cm", "trend.waist = rises"), "one visit a row"),
        (COHORT.replace("value.waist >= 90 cm", "decision.bmi = confirm"), "one visit a row"),
        (COHORT.replace("value.waist >= 90 cm", "urgency = U0"), "one visit a row"),
    ],
)
def test_a_cohort_that_a_study_can_not_use_is_refused_before_anything_is_frozen(folder, text, said):
    with_cohort(folder)
    known = read_cohort(folder / "cohort.toml").sha256
    (folder / "cohort.toml").write_text(text, encoding="utf-8")
    if "[[" not in text and '90"' not in text:
        known = with_cohort(folder, text)
    with pytest.raises(ProtocolRefused, match=said):
        run(folder)
    refused = CliRunner().invoke(app, ["validate", str(folder / "study.toml"), "--freeze"])
    assert said in str(refused.exception)
    assert known
    assert not (folder / "study.frozen.json").exists()


def with_nights(folder, text=NIGHTS):
    with (folder / "visits.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for i, row in enumerate(rows):
        row["exposure_night_work"] = ("true", "false", "")[i % 3]
    with (folder / "visits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "study.toml").write_text(protocol_text() + text, encoding="utf-8")


def test_subgroups_by_exposure_leave_out_who_was_not_asked(folder):
    with_nights(folder)
    document = run(folder)
    groups = next(s for s in document["subgroups"] if s["id"] == "night_work")["groups"]
    n = [g["n"] + g["abstained"] for g in groups]
    assert len(n) == 2
    assert all(150 <= one <= 200 for one in n)
    assert "auroc" in groups[0]["results"]


def test_a_cohort_without_an_exposure_holds_those_alone_who_were_asked_about_it(folder):
    """Pinned: who was asked about night work alone, and said no, was without lead too."""
    with_nights(folder)
    with_cohort(folder, COHORT.replace("value.waist >= 90 cm", "exposure.night_work = no"))
    step = next(s for s in run(folder)["flow"] if s["id"] == "cohort")
    assert step["stayed"] == len(waists(folder)) // 3
    with_cohort(folder, COHORT.replace("value.waist >= 90 cm", "exposure.lead = no"))
    with pytest.raises(ProtocolRefused, match="nobody is left"):
        run(folder)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('exposure = "night_work"', 'exposure = "gold"'), "exposure_unknown"),
        (("value = 1.0", 'text = "yes"'), "condition_exposure"),
        (('exposure = "night_work"', 'exposure = "noise", feature = "male"'), "condition_source"),
    ],
)
def test_an_exposure_that_is_none_is_refused_by_name(folder, change, code):
    with_nights(folder, NIGHTS.replace(*change, 1))
    with pytest.raises(ProtocolRefused) as refused:
        run(folder)
    assert code in {p.code for p in refused.value.problems}
