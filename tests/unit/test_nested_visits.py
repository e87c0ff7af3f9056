"""Earlier visits of earlier visits: one level is read, and a second one is named, not hidden."""

from datetime import UTC, datetime

import jsonschema
import pytest
from laennec.engine import Models, load_guidelines, screen
from laennec.engine.intake import parse
from laennec.engine.intake.schema import visit_schema
from laennec.engine.words.text import render_text
from one_visit import codes, visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def nested(within: object) -> dict[str, object]:
    earlier = {**visit(), "visit_id": "v-0", "previous_visits": within}
    return {**visit(), "previous_visits": [earlier]}


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "contient elle-même des visites antérieures"), ("en", "itself holds earlier visits")],
)
def test_a_visit_within_an_earlier_visit_is_named_as_what_is_wrong(lang: str, words: str) -> None:
    """Pinned: it said "can't be read, might belong to another person" of a visit that could be."""
    record = parse(nested([visit()]), now=NOW)
    assert codes(record.batch, "refused_record") == ["previous_visit_nested"]
    assert record.batch.problems[-1].path == "$.previous_visits[0].previous_visits"
    draft = screen(record, Models(), load_guidelines())
    assert words in " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize(
    ("within", "is_taken"), [([], True), ([visit()], False), (None, False), ({}, False)]
)
def test_the_schema_takes_and_refuses_what_the_gate_does(within: object, is_taken: bool) -> None:
    """Pinned: the schema took what the gate refused; an export with an empty list was refused."""
    given = nested(within)
    record = parse(given, now=NOW)
    usable = [one for one in record.previous if not one.is_refused]
    assert (not record.is_refused and len(usable) == 1) is is_taken
    errors = list(jsonschema.Draft202012Validator(visit_schema()).iter_errors(given))
    assert (not errors) is is_taken
