"""The plan's command: from the folder of a result to the files of a plan."""

import csv
import errno
import hashlib
import json
import os
import re
import shutil
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.serving.batch.options import BatchRefused
from laennec.serving.years.people import read_people
from made_result import stamp_manifest
from typer.testing import CliRunner


def test_a_folder_without_a_finished_result_is_refused(tmp_path):
    with pytest.raises(BatchRefused, match="half the people"):
        read_people(tmp_path)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return a batch run over made-up visits, two visits of some people."""
    folder = tmp_path_factory.mktemp("plan")
    rng = np.random.default_rng(7)
    lines = ["person_id,visit_date,age_years,sex,waist_cm,height_cm,weight_kg,systolic_bp_mmhg,"
             "diastolic_bp_mmhg,bp_treated,family_history_diabetes,physically_active"]  # fmt: skip
    for i in range(150):
        for day in ("2020-05-04", "2025-05-04")[i % 2 :]:
            waist, weight = rng.normal(95, 12), rng.normal(80, 14)
            lines.append(
                f"p{i:03d},{day},{rng.integers(25, 64)},{('female', 'male')[i % 2]},{waist:.1f},"
                f"{rng.normal(170, 8):.1f},{weight:.1f},{rng.integers(110, 158)},"
                f"{rng.integers(65, 95)},{('yes', 'no')[i % 3 > 0]},"
                f"{('first_degree', 'none')[i % 4 > 0]},{('yes', 'no')[i % 2]}"
            )
    (folder / "visits.csv").write_text("\n".join(lines) + "\n")
    out = folder / "result"
    told = CliRunner().invoke(
        app, ["batch", str(folder / "visits.csv"), "--out", str(out), "--workers", "1"]
    )
    assert told.exit_code == 0, told.output
    return out


def test_the_last_visit_of_each_person_counts(result):
    found = read_people(result)
    assert found.n == 150
    assert set(found.day.tolist()) == {(date(2025, 5, 4) - date(1970, 1, 1)).days}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_command_writes_the_list_the_table_and_the_page(result, tmp_path, lang):
    command = ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03", "--lang", lang]
    told = CliRunner().invoke(app, [*command, "--capacity", "60"])
    assert told.exit_code == 0, told.output
    printed = json.loads(told.stdout)
    assert printed["counts"]["people"] == 150
    assert "prices.test" in printed["prices_shipped"]
    assert printed["not_given"] == ["prices.call", "benefit.discount_rate"]
    with (tmp_path / "calls.csv").open(encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    assert [int(row["place"]) for row in calls] == list(range(1, len(calls) + 1))
    assert sum(row["within_capacity"] == "yes" for row in calls) == min(60, len(calls))
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "p001" not in page + told.stdout + (tmp_path / "plan.json").read_text(encoding="utf-8")
    assert "polyline" in page
    assert {"fr": "non vérifié", "en": "not verified"}[lang] in page
    assert {"fr": "Compté au 03/11/2026", "en": "Counted on 2026-11-03"}[lang] in page
    assert ("Source (en langue d&#39;origine) : Of those called" in page) == (lang == "fr")
    given = {"fr": "à donner par le site", "en": "for the site to give"}[lang]
    assert given in page
    assert "interval_months.<wbr>high" in page
    assert {"fr": "U0 : maintenant", "en": "U0: now"}[lang] in page
    labels = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" font-size="11">', page)
    places = [(float(x), float(y)) for x, y in labels]
    assert len(places) > 2
    for n, (x, y) in enumerate(places):
        assert all(abs(x - a) >= 34 or abs(y - b) >= 12 for a, b in places[:n])
    assert " *<" not in page


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("given", [(), ("0.5", "0.9"), ("1", "1")])
def test_answer_tables_and_page_say_who_is_taken_to_come(result, tmp_path, lang, given):
    """Pinned: nothing but a row of settings said that everybody was taken to come."""
    options = [
        x for pair in zip(("--attendance", "--sensitivity"), given, strict=False) for x in pair
    ]
    command = ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03", "--lang", lang]
    told = CliRunner().invoke(app, [*command, *options])
    assert told.exit_code == 0, told.output
    said = json.loads(told.stdout)["expected_cases_assume"]
    assert [one["is_own"] for one in said.values()] == [bool(given)] * 2
    shares = [one["share"] for one in said.values()]
    assert shares == ([float(x) for x in given] or [0.631, 0.878])
    for name in ("tests.csv", "groups.csv"):
        with (tmp_path / name).open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert {(float(r["attendance"]), float(r["sensitivity"])) for r in rows} == {tuple(shares)}
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    decimal = {"fr": ",", "en": "."}[lang]
    assert f"{shares[0] * 100:g} %".replace(".", decimal) in page
    whole = {"fr": "supposée venir", "en": "is taken to come"}[lang]
    assert (whole in page) is (given == ("1", "1"))
    literature = {"fr": "de la littérature", "en": "from the literature"}[lang]
    assert (literature in page) is not bool(given)


@pytest.mark.parametrize("share", ["1.5", "-0.1", "nan"])
def test_a_share_that_is_none_makes_no_plan(result, tmp_path, share):
    out = tmp_path / "out"
    command = ["plan", str(result), "--out", str(out), "--on", "2026-11-03", "--attendance", share]
    assert CliRunner().invoke(app, command).exit_code != 0
    assert not out.exists()


def test_a_pseudonym_that_looks_like_a_formula_is_no_formula(result, tmp_path):
    hostile = tmp_path / "result"
    shutil.copytree(result, hostile)
    for part in (hostile / "parts").iterdir():
        table = pq.read_table(part)
        names = pa.array([f"=cmd|{n}" for n in table["person_id"].to_pylist()])
        at = table.column_names.index("person_id")
        pq.write_table(table.set_column(at, "person_id", names), part)
    stamp_manifest(hostile)
    out = tmp_path / "plan"
    told = CliRunner().invoke(app, ["plan", str(hostile), "--out", str(out), "--on", "2036-11-03"])
    assert told.exit_code == 0, told.output
    with (out / "calls.csv").open(encoding="utf-8", newline="") as file:
        listed = [row["person_id"] for row in csv.DictReader(file)]
    assert listed
    assert all(name.startswith("'=cmd|p") for name in listed)


def test_a_disk_that_is_full_leaves_the_earlier_plan_whole(result, tmp_path, monkeypatch):
    CliRunner().invoke(app, ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    told = CliRunner().invoke(
        app, ["plan", str(result), "--out", str(tmp_path), "--on", "2036-11-03"]
    )
    assert told.exit_code != 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_part_that_is_cut_short_is_refused(result, tmp_path):
    cut = tmp_path / "result"
    shutil.copytree(result, cut)
    part = next((cut / "parts").iterdir())
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(BatchRefused, match="not the one of its manifest"):
        read_people(cut)
    manifest = json.loads((cut / "manifest.json").read_text())
    manifest["output"]["parts"][0]["sha256"] = hashlib.sha256(part.read_bytes()).hexdigest()
    (cut / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BatchRefused, match="a part that can't be read"):
        read_people(cut)


def test_a_result_that_is_partly_done_is_not_taken_for_everybody(result, tmp_path):
    partly = tmp_path / "result"
    shutil.copytree(result, partly)
    stamp_manifest(partly, state="partly_done", not_done=[{"file": "b.csv", "code": "x"}])
    with pytest.raises(BatchRefused, match=r"not complete \(1 parts of the input"):
        read_people(partly)


def test_a_part_that_no_manifest_lists_and_one_that_is_gone_are_refused(result, tmp_path):
    other = tmp_path / "result"
    shutil.copytree(result, other)
    part = next((other / "parts").iterdir())
    shutil.copy(part, other / "parts" / "part-000009-000000.parquet")
    with pytest.raises(BatchRefused, match="parts are not those of its manifest"):
        read_people(other)
    (other / "parts" / "part-000009-000000.parquet").unlink()
    part.unlink()
    with pytest.raises(BatchRefused, match="parts are not those of its manifest"):
        read_people(other)


def test_a_plan_is_made_for_a_saved_cohort(result, tmp_path):
    cohort = tmp_path / "cohort.toml"
    cohort.write_text(
        'schema = "laennec.cohort/1"\ntitle = "middle"\n'
        'where = ["t2d_undiagnosed_risk >= 0.01", "t2d_undiagnosed_risk is known"]\n'
    )
    command = ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03"]
    told = CliRunner().invoke(app, [*command, "--cohort", str(cohort)])
    assert told.exit_code == 0, told.output
    everybody = read_people(result)
    inside = int((everybody.risk >= 0.01).sum())
    assert 11 <= inside < everybody.n
    assert json.loads(told.stdout)["counts"]["people"] == inside
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "middle" in page
    assert json.loads(told.stdout)["cohort"]["not_known"]["t2d_undiagnosed_risk"] == {"people": 0}
    assert "faute de savoir" not in page


def test_a_plan_for_a_cohort_says_of_how_many_it_is_not_known(result, tmp_path):
    """Pinned: who had no value looked like one who does not meet the condition."""
    cohort = tmp_path / "cohort.toml"
    cohort.write_text(
        'schema = "laennec.cohort/1"\ntitle = "lab"\n'
        'where = ["value.hba1c >= 6 %", "value.waist >= 90 cm"]\n'
    )
    visits = ["--visits", str(result.parent / "visits.csv")]
    command = ["plan", str(result), "--out", str(tmp_path), "--on", "2026-11-03", *visits]
    told = CliRunner().invoke(app, [*command, "--cohort", str(cohort)])
    assert told.exit_code == 0, told.output
    where = ["--where", "value.hba1c >= 6 % and value.waist >= 90 cm"]
    found = CliRunner().invoke(app, ["search", "--result", str(result), *visits, *where])
    not_known = json.loads(told.stdout)["cohort"]["not_known"]
    assert not_known == json.loads(found.stdout)["not_known"]
    assert not_known["value.hba1c"]["people"] == 150
    page = (tmp_path / "plan.html").read_text(encoding="utf-8")
    assert "faute de savoir (value.hba1c) : personnes : 150." in page


def test_exposures_stand_beside_each_call_with_their_source_and_move_nobody(result, tmp_path):
    exposures = tmp_path / "exposures.csv"
    said = [f"p{i:03d},noise,employer's list 2026" for i in range(0, 150, 2)]
    said += [f"p{i:03d},none," for i in range(1, 150, 2)]
    exposures.write_text("\n".join(["person_id,exposure,source", *said]) + "\n")
    lists = []
    for name, more in (("a", []), ("b", ["--by", "exposure", "--exposures", str(exposures)])):
        out = tmp_path / name
        command = ["plan", str(result), "--out", str(out), "--on", "2026-11-03", *more]
        told = CliRunner().invoke(app, command)
        assert told.exit_code == 0, told.output
        with (out / "calls.csv").open(encoding="utf-8") as file:
            lists.append(list(csv.DictReader(file)))
    assert [row["person_id"] for row in lists[0]] == [row["person_id"] for row in lists[1]]
    beside = {row["person_id"]: row["exposures"] for row in lists[1]}
    assert {beside[n] for n in beside if int(n[1:]) % 2 == 0} == {"noise (employer's list 2026)"}
    assert not any(row["exposures"] for row in lists[0])
    groups = {g["group"]: g["people"] for g in json.loads(told.stdout)["groups"]["exposure"]}
    assert groups == {"noise": 75, "none": 75, "unknown": 0}


HEAD = (
    "person_id,visit_date,age_years,sex,systolic_bp_mmhg,diastolic_bp_mmhg,fasting_glucose_g_per_l"
)


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    """Return a result of which one urgent row and one calm row have no person id."""
    folder = tmp_path_factory.mktemp("flawed")
    rows = (
        ",2026-11-03,52,female,190,112,1.18",
        ",2026-11-03,52,female,120,70,0.90",
        "A1,2026-11-03,52,female,190,112,1.18",
        "A2,2026-11-03,52,female,230,130,1.18",
        "A3,2026-11-03,52,female,230",
    )
    (folder / "visits.csv").write_text("\n".join((HEAD, *rows)) + "\n")
    out = folder / "result"
    told = CliRunner().invoke(
        app, ["batch", str(folder / "visits.csv"), "--out", str(out), "--workers", "1"]
    )
    assert told.exit_code == 3, told.output
    return out


def test_an_urgent_row_without_a_person_is_a_call(flawed, tmp_path):
    command = ["plan", str(flawed), "--out", str(tmp_path), "--on", "2026-11-29"]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    with (tmp_path / "calls.csv").open(encoding="utf-8") as file:
        calls = list(csv.DictReader(file))
    unnamed = [row for row in calls if not row["person_id"]]
    assert [(row["urgency"], row["row"]) for row in unnamed] == [
        ("U1", "part-000000-000000.parquet row 1")
    ]
    assert all(not row["row"] for row in calls if row["person_id"])
    assert json.loads(told.stdout)["counts"]["without_person"] == {"urgent": "<11", "other": "<11"}


def test_a_search_says_that_urgent_rows_name_nobody(flawed):
    command = ["search", "--result", str(flawed), "--where", "urgency in U0, U1"]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["without_person"] == {"urgent": "<11", "other": "<11"}


def test_a_plan_counts_from_the_day_of_this_machine(flawed, tmp_path, monkeypatch):
    monkeypatch.setattr("laennec.cli.years.utc_now", lambda: datetime(2026, 11, 30, 12, tzinfo=UTC))
    told = CliRunner().invoke(app, ["plan", str(flawed), "--out", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["today"] == "2026-11-30"


def test_a_known_diabetes_is_on_no_call_list_even_where_another_risk_was_answered(tmp_path):
    head = "person_id,visit_date,birth_date,sex,height_cm,weight_kg,waist_cm,systolic_bp_mmhg,"
    head += "diastolic_bp_mmhg,known_diabetes,hba1c_percent\n"
    one = "2025-10-01,1990-01-01,female,170,62,70,112,70"
    (tmp_path / "v.csv").write_text(f"{head}known,{one},true,\nhigh,{one},true,9.9\n"
                                    f"scored,{one},false,\n")  # fmt: skip
    out = tmp_path / "r"
    run = CliRunner().invoke(app, ["batch", str(tmp_path / "v.csv"), "--out", str(out)])
    assert run.exit_code == 0, run.output
    found = read_people(out)
    bands = dict(zip(found.person_id.to_pylist(), found.band.to_pylist(), strict=True))
    assert bands == {"known": "not_screened", "high": "not_screened", "scored": "low"}
    told = CliRunner().invoke(app, ["plan", str(out), "--on", "2030-01-01", "--lang", "fr"])
    assert told.exit_code == 0, told.output
    with (out / "plan" / "calls.csv").open(encoding="utf-8") as file:
        rows = {row["person_id"]: row for row in csv.DictReader(file)}
    assert "known" not in rows
    assert rows["scored"]["band"] == "low"
    assert "relève du suivi" in (out / "plan" / "plan.html").read_text(encoding="utf-8")
