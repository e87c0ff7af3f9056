"""The list of visits comes in with the identity triple, and a doubt about who is never taken."""

import json

import pytest
from laennec.cli import app
from laennec.engine import parse
from laennec.engine.errors import DataError
from laennec.serving.roster.read import read_roster, require_offset, write_visits
from roster_examples import ADT, FHIR, ROW, SIU, table, taken, written
from typer.testing import CliRunner


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
