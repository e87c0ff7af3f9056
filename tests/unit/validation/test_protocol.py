"""A protocol is read whole or refused with all that is wrong; once frozen, changes are told."""

import json
import tomllib
from datetime import date

import jsonschema
import protocol_schema
import pytest
from laennec.engine.bundles.decode import encode
from laennec.validation.errors import ProtocolRefused, StudyError
from laennec.validation.protocol import (
    freeze,
    freeze_path,
    parse_protocol,
    read_frozen,
    read_protocol,
    template,
)
from laennec.validation.protocol.freeze import mapping_sha256, note_opened, protocol_sha256

DAY = date(2026, 11, 22)


def refused(text):
    with pytest.raises(ProtocolRefused) as caught:
        parse_protocol(text, "p.toml")
    return {p.code: p for p in caught.value.problems}


def changed(**edits):
    """Return the template with texts replaced."""
    text = template()
    for old, new in edits.values():
        assert old in text, old
        text = text.replace(old, new)
    return text


def test_the_template_is_a_protocol_and_holds_every_table():
    protocol = parse_protocol(template())
    assert protocol.endpoints[0].role == "primary"
    assert set(tomllib.loads(template())) == {
        "schema", "study", "data", "population", "index_test", "reference", "comparator",
        "endpoint", "subgroup", "missing_data", "sample_size", "analysis", "reporting",
    }  # fmt: skip


def test_the_published_schema_is_that_of_the_code():
    """Run tests/support/protocol_schema.py after a change of the dataclasses."""
    assert protocol_schema.PUBLISHED.read_text(encoding="utf-8") == protocol_schema.text()
    check = jsonschema.Draft202012Validator(json.loads(protocol_schema.text()))
    assert [e.message for e in check.iter_errors(tomllib.loads(template()))] == []


def test_every_problem_of_form_comes_at_once():
    text = changed(
        a=('design = "cross_sectional"', 'design = "crossed"'),
        b=("seed = 1", 'seed = "one"'),
        c=('schema = "laennec.protocol/1"', 'schema = "laennec.protocol/1"\ncolour = "blue"'),
    )
    with pytest.raises(ProtocolRefused) as caught:
        parse_protocol(text, "p.toml")
    said = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "colour]" in said
    assert "'crossed' is not one of" in said
    assert "expected int, found str" in said
    assert "laennec validate --new" in said


def test_every_problem_of_sense_comes_at_once():
    text = changed(
        a=('role = "primary" ', 'role = "secondary" '),
        b=('against = "ada"', 'against = "adda"'),
        c=("margin = 0.015", ""),
        d=('name = "ada"\n', 'name = "adda"\n'),
        e=("benefit_to = 0.2", "benefit_to = 1.2"),
        f=('{ feature = "age_years", op = "<", value = 18.0 }', '{ op = "missing", value = 1.0 }'),
        g=('sha256 = "0', 'sha256 = "x0'),
        h=("imputations = 20", "imputations = 0"),
    )
    problems = refused(text)
    assert {
        "no_primary", "comparator_unknown", "endpoint_incomplete", "score_unknown", "number",
        "condition_source", "condition_value", "hash_form",
    } <= set(problems)  # fmt: skip
    assert "no [[comparator]] has this id" in problems["comparator_unknown"].why
    assert "'adda'" in problems["score_unknown"].found
    assert "a study is about one number" in problems["no_primary"].why
    assert "p.toml: population.exclude[0].when" in problems["condition_value"].path


@pytest.mark.parametrize(
    ("edit", "code", "said"),
    [
        (('among = "counted"', 'among = "weighted"'), "no_survey", "there are no weights"),
        (('statistic = "auroc"', 'statistic = "c_index"'), "statistic_kind", "ranked by auroc"),
        (('id = "slope"', 'id = "ranking"'), "id_twice", "could not be told from another"),
        (('op = "==", value = 1.0 }\n# For', 'op = "<", text = "x" }\n# For'), "condition_text",
         "texts have no order"),
        (('[reference]', '[reference]\ntime = "t"'), "number", "given together with time"),
    ],
)  # fmt: skip
def test_a_problem_says_why(edit, code, said):
    problem = refused(changed(a=edit))[code]
    assert said in problem.why


def test_a_file_that_is_no_protocol(tmp_path):
    assert "a TOML error" in refused("a = ")["not_toml"].found
    path = tmp_path / "p.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ProtocolRefused, match="a file that can't be read"):
        read_protocol(path)


def frozen_protocol(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(template(), encoding="utf-8")
    return path, read_protocol(path)


def test_a_freeze_tells_every_change_key_by_key(tmp_path):
    path, protocol = frozen_protocol(tmp_path)
    written = freeze(protocol, path, DAY)
    read = read_frozen(path)
    assert read == written
    assert read.changes(protocol, "") == ()
    path.write_text(changed(a=("threshold = 0.5", "threshold = 0.4")), encoding="utf-8")
    (change,) = read.changes(read_protocol(path), "")
    assert (change.path, change.frozen, change.now) == ("index_test.threshold", 0.5, 0.4)
    assert read.changes(protocol, "ab")[-1].path == "data.mapping (content)"


def test_the_hash_is_of_the_content_and_not_of_its_spelling(tmp_path):
    _, protocol = frozen_protocol(tmp_path)
    same = parse_protocol("# another comment\n" + template())
    assert protocol_sha256(encode(same), "") == protocol_sha256(encode(protocol), "")
    assert protocol_sha256(encode(same), "x") != protocol_sha256(encode(protocol), "")


def test_a_protocol_is_frozen_once(tmp_path):
    path, protocol = frozen_protocol(tmp_path)
    freeze(protocol, path, DAY)
    with pytest.raises(StudyError, match="a second freeze would hide what was changed"):
        freeze(protocol, path, DAY)


@pytest.mark.parametrize("edit", [lambda t: t.replace("0.5", "0.6"), lambda t: t[:-20]])
def test_a_freeze_that_was_touched_is_refused(tmp_path, edit):
    path, protocol = frozen_protocol(tmp_path)
    freeze(protocol, path, DAY)
    file = freeze_path(path)
    file.write_text(edit(file.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(StudyError, match="what was planned before the data were seen"):
        read_frozen(path)


@pytest.mark.parametrize(
    "edit", [(DAY.isoformat(), "2025-01-01"), ('"opened_before": []', '"opened_before": ["ab"]')]
)
def test_the_day_of_a_freeze_and_what_was_opened_are_under_its_hash(tmp_path, edit):
    """A day set by hand was printed as "Frozen on 2025-01-01"."""
    path, protocol = frozen_protocol(tmp_path)
    freeze(protocol, path, DAY)
    file = freeze_path(path)
    text = file.read_text(encoding="utf-8")
    assert edit[0] in text
    file.write_text(text.replace(*edit), encoding="utf-8")
    with pytest.raises(StudyError, match=r"day, or note of what was opened, was changed.*Restore"):
        read_frozen(path)


def test_a_note_that_can_not_be_written_stops_the_run(tmp_path):
    with pytest.raises(StudyError, match="whether the plan came before the data"):
        note_opened(tmp_path / "nowhere" / "study.toml", "ab" * 32)


def test_a_freeze_after_the_data_were_opened_says_so(tmp_path):
    path, protocol = frozen_protocol(tmp_path)
    note_opened(path, "ab" * 32)
    note_opened(path, "ab" * 32)
    freeze(protocol, path, DAY)
    assert read_frozen(path).opened_before == ("ab" * 32,)
    path.with_name("study.opened.json").write_text("{", encoding="utf-8")
    freeze_path(path).unlink()
    with pytest.raises(StudyError, match="a note that can't be read"):
        freeze(protocol, path, DAY)


def test_a_mapping_that_is_not_there(tmp_path):
    text = changed(a=('# mapping = "mapping.toml"', 'mapping = "nowhere.toml"'))
    with pytest.raises(ProtocolRefused, match="the columns stay unknown without it"):
        mapping_sha256(parse_protocol(text), tmp_path)
