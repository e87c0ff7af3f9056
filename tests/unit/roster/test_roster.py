"""The list of visits comes in with the identity triple, and a doubt about who is never taken."""

import copy
import json
import random

import pytest
from laennec.cli import app
from laennec.engine import parse
from laennec.engine.errors import DataError
from laennec.serving.roster.read import COLUMNS, read_roster, require_offset, write_visits
from typer.testing import CliRunner

ROW = ("v1", "2026-11-03T09:20:00+01:00", "p1", "1974-03-02", "F")
ADT = (
    "MSH|^~\\&|HIS|X|L|Y|20261101||ADT^A04|1|P|2.5\rPID|1||p1^^^HIS^PI~277^^^INS^INS||DURAND^ANNE||"
    "19740302|F\rPV1|1|O|||||||||||||||||v1^^^HIS|||||||||||||||||||||||||202611030920\r"
)
SIU = (
    "MSH|^~\\&|HIS|X|L|Y|20261101||SIU^S12|2|P|2.5\rSCH|v2^HIS||||||||||^^^20261104100000+0100\r"
    "PID|1||p2^^^S^MR||X||19800101|M\r"
)
FHIR = {
    "resourceType": "Bundle",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "id": "p3",
                "birthDate": "1990-05-06",
                "gender": "male",
            }
        },
        {
            "resource": {
                "resourceType": "Appointment",
                "id": "v3",
                "status": "booked",
                "start": "2026-11-05T09:00:00+01:00",
                "participant": [{"actor": {"reference": "Patient/p3"}}],
            }
        },
    ],
}


def written(tmp_path, text, name="roster.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def table(*rows, separator=","):
    return "\n".join(separator.join(cells) for cells in (COLUMNS, *rows)) + "\n"


def taken(tmp_path, text, zone=""):
    found = read_roster([written(tmp_path, text)], zone)
    return [(r.visit_id, r.performed_at, r.person_id, r.birth_date, r.sex) for r in found.rows], {
        p.code for p in found.problems
    }


def test_the_three_forms_are_told_apart_and_become_visits(tmp_path):
    files = [
        written(tmp_path, ADT + SIU, "messages.hl7"),
        written(tmp_path, json.dumps(FHIR), "appointments.json"),
        written(tmp_path, table(("v4", *ROW[1:2], "p4", "1974-03-02", "F")), "hr.csv"),
    ]
    found = read_roster(files, "+01:00")
    assert found.problems == ()
    assert [(r.visit_id, r.person_id, r.birth_date, r.sex) for r in found.rows] == [
        ("v1", "p1", "1974-03-02", "female"),
        ("v2", "p2", "1980-01-01", "male"),
        ("v3", "p3", "1990-05-06", "male"),
        ("v4", "p4", "1974-03-02", "female"),
    ]
    paths = write_visits(found, tmp_path / "out")
    for path, row in zip(paths, found.rows, strict=True):
        record = parse(path.read_bytes())
        assert not record.is_refused
        assert record.identity.person_id == row.person_id
    kept = (tmp_path / "out" / "roster.json").read_text() + "".join(p.read_text() for p in paths)
    assert "DURAND" not in kept
    assert "277" not in kept


def test_a_semicolon_and_a_zone_of_the_site(tmp_path):
    text = table(("v1", "2026-11-03T09:20:00", "p1", "1974-03-02", "m"), separator=";")
    rows, problems = taken(tmp_path, text, "+01:00")
    assert rows == [("v1", "2026-11-03T09:20:00+01:00", "p1", "1974-03-02", "male")]
    assert not problems
    assert taken(tmp_path, text) == ([], {"moment_unreadable"})


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        (0, "", "visit_missing"),
        (0, "v\x001", "identifier_unprintable"),
        (0, "v" * 5000, "identifier_missing"),
        (0, "v" * 200_000, "line_unreadable"),
        (4, "F,more", "cells_too_many"),
        (3, "2999-01-01", "birth_after_visit"),
        (1, "demain", "moment_unreadable"),
        (2, "", "person_missing"),
        (2, "255081416802538", "national_number"),
        (2, "2 55 08 14 168 025 38", "national_number"),
        (3, "02/03/1974", "birth_date_unreadable"),
        (4, "X", "sex_unknown"),
    ],
)
def test_a_row_that_is_not_whole_is_not_taken(tmp_path, place, value, code):
    row = [*ROW]
    row[place] = value
    assert taken(tmp_path, table(tuple(row))) == ([], {code})


@pytest.mark.parametrize(("place", "value"), [(3, "1974-03-03"), (4, "M")])
def test_a_person_with_two_identities_is_not_taken_at_all(tmp_path, place, value):
    other = ["v2", *ROW[1:]]
    other[place] = value
    rows, problems = taken(tmp_path, table(ROW, tuple(other)))
    assert (rows, problems) == ([], {"wrong_patient"})


def test_a_visit_for_two_people_is_not_taken_and_the_same_row_again_is_one(tmp_path):
    assert taken(tmp_path, table(ROW, ("v1", ROW[1], "p2", "1980-01-01", "M")))[1] == {
        "visit_twice"
    }
    rows, problems = taken(tmp_path, table(ROW, ROW))
    assert (len(rows), problems) == (1, set())


def test_what_is_no_planned_visit_is_told(tmp_path):
    cancelled = SIU.replace("S12", "S15")
    assert taken(tmp_path, cancelled)[1] == {"message_not_taken"}
    assert taken(tmp_path, ADT.replace("^~\\&", "$%\\&"))[1] == {"encoding_unknown"}
    assert taken(tmp_path, "name,result\nA,1\n")[1] == {"column_missing"}
    assert taken(tmp_path, "{")[1] == {"file_unreadable"}
    over = json.dumps(FHIR).replace("booked", "cancelled")
    assert taken(tmp_path, over)[1] == {"not_planned"}
    two_numbers = ADT.replace("^^^HIS^PI", "^^^HIS^XX")
    assert taken(tmp_path, two_numbers, "+01:00")[1] == {"person_missing"}


@pytest.mark.parametrize(
    "identifier",
    [
        "270057512345678^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS",
        "270057512345678^^^X^INS-NIR",
        "270057512345678^^^X^INS-NIA",
        "270057512345678^^^&1.2.250.1.213.1.4.8&ISO^NH",
        "270057512345678^^^X^NS",
        "270057512345678^^^INS-NIR",
        "270057512345678^^^X^INS~270057512345678^^^X^NH",
        "270057512345678^^^&1.2.250.1.213.1.4.8&ISO^PI",
        "270057512345678^^^INS-NIR&1.2.250.1.213.1.4.8&ISO^MR",
    ],
)
def test_a_national_number_is_never_the_persons_and_is_never_written(tmp_path, identifier):
    """Pinned (hazard H2): the only number of PID-3 was taken whatever its type."""
    found = read_roster([written(tmp_path, ADT.replace("p1^^^HIS^PI~277^^^INS^INS", identifier))])
    assert found.rows == ()
    (problem,) = found.problems
    assert (problem.where, problem.code) == ("roster.csv message 1 PID-3", "person_missing")
    assert "a national number alone, which is never read" in problem.words
    assert "PI or MR" in problem.words
    assert "2700" not in repr(found)


@pytest.mark.parametrize(
    "identifier", ["p1", "p1^^^HIS", "p1^^^HIS^AN", "p1^^^HIS^XX", "", "^^^S^PI"]
)
def test_a_number_of_no_type_or_another_is_not_taken_for_the_persons(tmp_path, identifier):
    found = read_roster([written(tmp_path, ADT.replace("p1^^^HIS^PI~277^^^INS^INS", identifier))])
    assert found.rows == ()
    assert [p.code for p in found.problems] == ["person_missing"]
    assert "no number of the type PI or MR" in found.problems[0].words


def test_two_own_numbers_are_told_and_the_same_one_twice_is_one(tmp_path):
    two = ADT.replace("277^^^INS^INS", "{0}^^^HIS^MR")
    found = read_roster([written(tmp_path, two.replace("{0}", "p9"))], "+01:00")
    assert "several numbers of the type PI or MR" in found.problems[0].words
    assert [r[2] for r in taken(tmp_path, two.replace("{0}", "p1"), "+01:00")[0]] == ["p1"]


@pytest.mark.parametrize("kind", ["SIU^S15", "SIU^S17", "SIU^S26", "ADT^A11", "ADT^A38"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_visit_that_is_cancelled_in_the_same_import_is_not_planned(tmp_path, kind, is_first):
    """Pinned: S12 then S15 left the visit on the list and in the guard."""
    cancel = SIU.replace("SIU^S12", kind)
    texts = (cancel, SIU) if is_first else (SIU, cancel)
    files = [written(tmp_path, text, f"{n}.hl7") for n, text in enumerate(texts)]
    found = read_roster(files)
    assert found.rows == ()
    assert [p.code for p in found.problems] == ["message_not_taken", "cancelled"]
    assert f"{int(not is_first)}.hl7 message 1" in found.problems[1].words
    others = read_roster([*files, written(tmp_path, ADT, "other.hl7")], "+01:00")
    assert [row.visit_id for row in others.rows] == ["v1"]


def test_a_filler_status_or_the_second_number_takes_a_visit_back_too(tmp_path):
    off = SIU.replace("SIU^S12", "SIU^S14").replace("+0100\r", "+0100||||||||||||||Cancelled\r", 1)
    assert taken(tmp_path, SIU + off) == ([], {"message_not_taken", "cancelled"})
    other = SIU.replace("S12", "S15").replace("SCH|v2^HIS|", "SCH|x^HIS|v2")
    assert taken(tmp_path, SIU + other) == ([], {"message_not_taken", "cancelled"})


def test_an_appointment_that_is_cancelled_in_the_same_import_is_not_planned(tmp_path):
    over = copy.deepcopy(FHIR["entry"][1])
    over["resource"]["status"] = "cancelled"
    both = {**FHIR, "entry": [*FHIR["entry"], over]}
    assert taken(tmp_path, json.dumps(both)) == ([], {"not_planned", "cancelled"})


def test_damaged_messages_are_read_or_told(tmp_path):
    rng = random.Random(9)  # noqa: S311 - a seed, not a secret
    for _ in range(500):
        text = list(ADT + SIU)
        for _ in range(rng.randint(1, 20)):
            text[rng.randrange(len(text))] = rng.choice("|^~\\&\r\x00é9")
        read_roster([written(tmp_path, "".join(text))], "+01:00")


def alone(**changes):
    """A Bundle of one Patient without an address and one planned Encounter."""
    encounter = {"resourceType": "Encounter", "id": "v9", "status": "planned"}
    encounter |= {"period": {"start": ROW[1]}, **changes}
    return {
        "resourceType": "Bundle",
        "entry": [FHIR["entry"][0], {"resource": encounter}],
    }


def test_a_visit_that_names_nobody_is_of_nobody(tmp_path):
    """Hazard H2: it was given to the Patient that had no fullUrl."""
    assert taken(tmp_path, json.dumps(alone()))[1] >= {"person_missing"}
    named = alone(subject={"reference": "Patient/p3"})
    assert [row[2] for row in taken(tmp_path, json.dumps(named))[0]] == ["p3"]


def test_a_reference_that_means_two_people_means_nobody(tmp_path):
    """Hazard H2: the last of two Patients with one id was taken."""
    bundle = alone(subject={"reference": "Patient/p3"})
    other = {**FHIR["entry"][0]["resource"], "birthDate": "1991-05-06"}
    bundle["entry"].append({"resource": other})
    rows, problems = taken(tmp_path, json.dumps(bundle))
    assert rows == []
    assert "person_missing" in problems


def test_json_that_is_no_bundle_is_told(tmp_path):
    assert taken(tmp_path, '{"resourceType": "Patient"}') == ([], {"file_unreadable"})


def test_visits_that_are_filled_in_are_never_written_over(tmp_path):
    found = read_roster([written(tmp_path, table(ROW))])
    path = write_visits(found, tmp_path / "out")[0]
    path.write_text("filled in", encoding="utf-8")
    with pytest.raises(DataError, match="a folder that is not empty.*Give another folder"):
        write_visits(found, tmp_path / "out")
    assert path.read_text(encoding="utf-8") == "filled in"
    with pytest.raises(DataError, match="a place where something lies already.*Give another name"):
        write_visits(found, path)


def test_a_line_that_cant_be_taken_apart_is_named_and_what_came_before_is_kept(tmp_path):
    rows = (ROW, ("v" * 200_000, *ROW[1:]), ("v3", *ROW[1:]))
    found = read_roster([written(tmp_path, table(*rows))])
    assert [row.visit_id for row in found.rows] == ["v1"]
    assert [problem.where for problem in found.problems] == ["roster.csv line 3"]


def run(*arguments):
    return CliRunner().invoke(app, ["roster", *map(str, arguments)])


def test_a_run_that_takes_nothing_leaves_no_folder_so_that_the_mended_file_can_go_there(tmp_path):
    out, bad = tmp_path / "out", (ROW[0], "30/11/2026 09:00", *ROW[2:])
    refused = run(written(tmp_path, table(bad)), "--out", out, "--zone", "+01:00")
    assert refused.exit_code == 1
    assert "YYYY-MM-DDThh:mm" in refused.output
    assert not out.exists()
    assert run(written(tmp_path, table(ROW)), "--out", out).exit_code == 0


@pytest.mark.parametrize("zone", ["Paris", "+1", "+15:00", "CET"])
def test_a_zone_that_is_no_offset_is_refused_as_itself(zone):
    with pytest.raises(DataError, match="which is no offset from UTC"):
        require_offset(zone)
    require_offset("-03:30")


def test_a_table_that_is_not_utf_8_says_how_to_save_it(tmp_path):
    path = tmp_path / "old.csv"
    path.write_bytes(table(("é", *ROW[1:])).encode("latin-1"))
    (problem,) = read_roster([path]).problems
    assert "save it as UTF-8" in problem.words


def test_who_declined_an_appointment_is_not_expected(tmp_path):
    bundle = copy.deepcopy(FHIR)
    bundle["entry"][1]["resource"]["participant"][0]["status"] = "declined"
    found = read_roster([written(tmp_path, json.dumps(bundle))])
    assert found.rows == ()
    assert "person_missing" in {p.code for p in found.problems}
