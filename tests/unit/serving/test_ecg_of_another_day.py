"""The day of an ECG stands beside it everywhere, and one of another day settles nothing."""

from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ecg_pairs import recording
from ecg_visits import PERSON, VISIT, screened
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, read_ecg, write_wfdb
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.visit import VOCABULARY
from laennec.engine.intake.ecg_day import CONTRADICTS, OF_OTHER_DAY, day_problem
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.report import render_html

VISIT_AT = datetime.fromisoformat(VISIT["performed_at"])


def day(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2026-11-03T00:01", None),
        ("2026-11-03T23:59", None),
        ("2026-11-03", None),
        ("2026-11-02T11:20", None),
        ("2026-11-02", None),
        ("2026-11-02T11:10", "ecg_of_earlier_day"),
        ("2026-11-01", "ecg_of_earlier_day"),
        ("2021-03-03T11:15", "ecg_of_earlier_day"),
        ("2000-01-01T00:00", "ecg_of_earlier_day"),
        ("2026-11-04T01:00", None),
        ("2026-11-04T02:00", "ecg_after_visit"),
        ("2026-11-04", None),
        ("2027-11-03T11:15", "ecg_after_visit"),
        ("2026-11-04T08:00+14:00", None),
        ("2026-11-02T11:10-10:00", None),
        ("1970-01-01T00:00:10", "ecg_before_birth"),
    ],
)
def test_hours_of_a_clock_or_a_zone_are_no_other_day(at, code):
    born = datetime.fromisoformat(PERSON["birth_date"]).date()
    found = day_problem(day(at), VISIT_AT, born, "$.ecg.file")
    assert (found.code if found else None) == code
    if found:
        assert found.parameters["visit"] == "2026-11-03"
        assert found.severity == ("note" if code == "ecg_of_earlier_day" else "refused_item")
    assert day_problem(None, VISIT_AT, born, "") is None
    assert day_problem(day(at), None, born, "") is None


def written(folder, signal, at, name="ecg"):
    """A file that states when it was recorded, and nothing of a person."""
    moment = None if at is None else day(at)
    header = EcgHeader(format="wfdb", record=name, acquired_at=moment)
    return write_wfdb(EcgRecording(signal, header), folder / f"{name}.hea", identify=True)


def drafted(folder, signal, at, symptoms=()):
    file = written(folder, signal, at)
    document = {**VISIT, "symptoms": list(symptoms), "ecg": {"file": file.name}}
    done = screened(folder, document)
    return done.draft, done.rendered


def of_ecg(draft):
    return [f for f in draft.findings if f.kind == "fact" and f.id in NAMES]


NAMES = {f"ecg_{name}" for name in VOCABULARY}


@pytest.mark.parametrize(("lang", "words"), [("fr", "03/03/2021 à 11:15"), ("en", "2021-03-03")])
def test_the_day_of_the_recording_stands_in_every_output(tmp_path, lang, words):
    draft, _ = drafted(tmp_path, recording(), "2021-03-03T11:15:20")
    assert draft.ecg.recorded_at == "2021-03-03T11:15:20"
    assert words in render_text(draft, lang)
    assert words in render_html(draft, lang)
    said = as_json(draft, lang)["ecg"]
    assert said["recorded_at"] == "2021-03-03T11:15:20"
    assert any(words in line for line in said["text"])


def test_a_day_without_a_time_and_no_day_are_said(tmp_path):
    draft, _ = drafted(tmp_path, recording(), "2026-11-03")
    assert draft.ecg.recorded_at == "2026-11-03"
    assert "Recorded on 2026-11-03, no time stated." in render_text(draft, "en")
    draft, _ = drafted(tmp_path, recording(), None)
    assert draft.ecg.recorded_at == ""
    assert as_json(draft, "en")["ecg"]["recorded_at"] is None
    assert "Day of the recording: not stated." in render_text(draft, "en")


def codes(draft):
    return {n.code: n for n in (*draft.refused_items, *draft.notes)}


@pytest.mark.parametrize("at", ["2026-11-03T08:00", "2026-11-02T22:00", "2026-11-04T00:30"])
def test_an_ecg_of_the_day_troubles_nobody(tmp_path, at):
    draft, _ = drafted(tmp_path, recording(), at)
    assert not OF_OTHER_DAY & codes(draft).keys()
    assert any(f.state == "absent" for f in of_ecg(draft))
    assert draft.ecg.urgent_applied


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("2021-03-03T11:15", "ecg_of_earlier_day"),
        ("2027-11-03T11:15", "ecg_after_visit"),
        ("1975-06-01T11:15", "ecg_before_birth"),
    ],
)
def test_an_ecg_of_another_day_excludes_nothing_of_today(tmp_path, at, code):
    """Pinned: the calm ECG of five years ago answered for the pain of today."""
    draft, text = drafted(tmp_path, recording(), at)
    assert codes(draft)[code].parameters["found"] == at[:10]
    assert at[:10] in text
    assert "2026-11-03" in text
    assert not [f.id for f in of_ecg(draft) if f.state == "absent"]
    assert not draft.ecg.urgent_applied
    assert "ecg" in draft.rules_not_applied
    limits = {m.id for f in of_ecg(draft) for m in f.limits}
    assert "ecg.statement.of_another_day" in limits
    is_odd = code in CONTRADICTS
    assert [i.level for i in draft.urgent if i.rule_id == "ecg_day_contradicts"] == ["U1"] * is_odd
    assert not any(i.rule_id == "ecg_of_another_day" for i in draft.urgent)
    asked, _ = drafted(tmp_path, recording(), at, symptoms=["chest_pain"])
    rule = "ecg_day_contradicts" if is_odd else "ecg_of_another_day"
    (item,) = [i for i in asked.urgent if i.rule_id == rule]
    assert item.level == "U0"
    assert at[:10] in render_text(asked, "en")


@pytest.mark.parametrize("at", ["2000-01-01T00:03", "2027-11-03T11:15", "1970-06-01T11:15"])
def test_an_infarction_of_a_wrong_clock_keeps_its_level_and_says_the_day(tmp_path, at):
    signal = simulate(scenario("st_elevation_anterior"), seed=4).signal
    today, _ = drafted(tmp_path, signal, "2026-11-03T11:00")
    then, text = drafted(tmp_path, signal, at)
    rules = {i.rule_id: i.level for i in today.urgent}
    assert rules["ecg_st_elevation"] == "U0"
    told = {i.rule_id: i.level for i in then.urgent}
    assert {rule: told.get(rule) for rule in rules} == rules
    assert then.urgency == today.urgency
    assert at[:10] in text


def test_earlier_visits_may_speak_where_the_ecg_of_today_is_of_another_day(tmp_path):
    """An infarction of two days ago is asked for again: the calm ECG of 2021 settles nothing."""
    written(tmp_path, simulate(scenario("st_elevation_anterior"), seed=4).signal, None, "old")
    file = written(tmp_path, recording(), "2021-03-03T11:15")
    past = {**VISIT, "visit_id": "v0", "performed_at": "2026-11-01T11:15:00+01:00"}
    document = {**VISIT, "ecg": {"file": file.name}}
    document["previous_visits"] = [{**past, "ecg": {"file": "old.hea"}}]
    draft = screened(tmp_path, document).draft
    assert "urgent.earlier_ecg" in {item.message.id for item in draft.urgent}


def test_rows_of_a_table_say_it_too(tmp_path):
    files = tmp_path / "files"
    files.mkdir()
    for name, at in (("now", "2026-11-03T10:00"), ("then", "2021-03-03"), ("next", "2027-01-01")):
        written(files, recording(), at, name)
    columns = {"person_id": ["a", "b", "c"], "sex": ["male"] * 3, "age_years": [49] * 3}
    columns["visit_date"] = [day("2026-11-03").date()] * 3
    columns["ecg_path"] = ["now.hea", "then.hea", "next.hea"]
    pq.write_table(pa.table(columns), tmp_path / "visits.parquet")
    options = BatchOptions(
        (tmp_path / "visits.parquet",), tmp_path / "out", workers=1, ecg_folder=files
    )
    run_batch(options, SilentReporter())
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    assert [r["ecg_state"] for r in rows] == ["read", "ecg_of_earlier_day", "ecg_after_visit"]
    assert [r["urgency"] for r in rows][1:] == [None, "U1"]


def test_a_file_without_a_day_is_that_of_the_visit_as_before(tmp_path):
    file = written(tmp_path, recording(), None)
    assert read_ecg(file).signal.recorded_at is None
