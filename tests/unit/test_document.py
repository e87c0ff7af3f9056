"""engine/intake/document.py: what is no visit is told by what it looks like, never guessed."""

import json
from datetime import UTC, datetime

import pytest
from laennec.engine import parse
from laennec.engine.errors import RecordError
from laennec.engine.intake.document import load_document

VISIT = {"schema": "laennec.visit/1", "visit_id": "é1"}
TEXT = json.dumps(VISIT, ensure_ascii=False)


@pytest.mark.parametrize("document", [TEXT.encode("utf-8-sig"), "\ufeff" + TEXT, TEXT.encode()])
def test_a_byte_order_mark_of_utf_8_is_skipped(document):
    assert load_document(document) == VISIT


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_utf_16_is_refused_by_name(encoding):
    with pytest.raises(RecordError, match="look like UTF-16, not UTF-8") as refused:
        load_document(TEXT.encode(encoding))
    assert "Save the file as UTF-8" in refused.value.remedy


def test_latin_1_is_refused_and_no_letter_is_guessed():
    with pytest.raises(RecordError, match=r"perhaps Latin-1 or Windows-1252.*none is guessed"):
        load_document(TEXT.encode("latin-1"))


@pytest.mark.parametrize("document", [None, 3, ["a"], 1.5])
def test_what_is_no_document_is_a_house_error(document):
    with pytest.raises(RecordError, match=f"a value of type {type(document).__name__}"):
        parse(document)


def test_a_clock_without_a_zone_is_a_house_error():
    with pytest.raises(RecordError, match="a time without a zone given as now"):
        parse(TEXT, now=datetime(2026, 1, 1))  # noqa: DTZ001 - the zone is what is missing
    with pytest.raises(RecordError, match="a value of type str given as now"):
        parse(TEXT, now="2026-01-01")
    assert parse(TEXT, now=datetime(2026, 1, 1, tzinfo=UTC)).is_refused
