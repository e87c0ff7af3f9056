"""What is urgent and of an earlier day says its day: "call now" is else read as of today."""

from datetime import UTC, datetime

import pytest
from fhir_support import bundle, of, sent
from laennec.engine import Models, load_guidelines
from laennec.engine.words.as_json import as_json
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.screening import Engine, SiteKnows, screen_visit

NOW = datetime(2026, 12, 1, tzinfo=UTC)
SAID = {
    "fr": "Mesure du 01/05/2026, antérieure à la visite.",
    "en": "Measured on 2026-05-01, before the day of the visit.",
}


def draft_of(document):
    read = read_visit(sent(document))
    engine = Engine(Models(()), load_guidelines())
    knows = SiteKnows(unused=read.problems)
    return screen_visit(
        sent(read.document), engine, now=NOW, ecg=read.ecg, earlier=read.earlier, knows=knows
    ).draft


def with_glucose(moment, value=22):
    document = bundle("03-urgent")
    (glucose,) = (
        one
        for one in of(document, "Observation")
        if any(c["code"] in ("glucose", "1558-6") for c in one["code"]["coding"])
    )
    glucose |= {"effectiveDateTime": moment}
    quantity = {"value": value, "unit": "mmol/L", "code": "mmol/L"}
    glucose["valueQuantity"] |= quantity
    return document


def glucose_texts(draft, lang="fr"):
    return [u["text"] for u in as_json(draft, lang)["urgent"] if "22" in u["text"]]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_urgent_value_of_seven_months_ago_says_its_day(lang):
    """Pinned: a glucose of May was told in November as "today", with no day."""
    draft = draft_of(with_glucose("2026-05-01T08:00:00+01:00"))
    texts = glucose_texts(draft, lang)
    assert texts
    assert all(SAID[lang] in text for text in texts)
    others = [u["text"] for u in as_json(draft, lang)["urgent"] if u["text"] not in texts]
    assert others
    assert not any(SAID[lang] in text for text in others)


def test_the_finding_of_an_old_value_says_its_day():
    draft = draft_of(with_glucose("2026-05-01T08:00:00+01:00"))
    limits = [f["limits"] for f in as_json(draft, "fr")["findings"] if f["kind"] == "fact"]
    assert [one for found in limits for one in found if "valeur du 01/05/2026" in one]


def test_an_urgent_value_of_the_day_of_the_visit_says_no_day():
    draft = draft_of(with_glucose("2026-11-03T00:10:00+01:00"))
    assert glucose_texts(draft)
    assert "antérieure" not in str(as_json(draft, "fr"))


def test_the_day_is_that_of_the_place_of_the_visit():
    """23:30 in UTC is the next day in Paris: the day of the visit."""
    draft = draft_of(with_glucose("2026-11-02T23:30:00+00:00"))
    assert glucose_texts(draft)
    assert "antérieure" not in str(as_json(draft, "fr"))
