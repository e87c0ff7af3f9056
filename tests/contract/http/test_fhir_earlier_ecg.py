"""An earlier ECG in a Bundle: compared with the visit's own, and the comparison leaves as FHIR."""

import json
from datetime import datetime

import pytest
from ecg_pairs import recording
from ecg_visits import given
from fhir_ecgs import document, sampled
from fhir_support import bundle, example, is_r4, of, resources_of
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from laennec.serving.fhir.visit_in import read_visit

FHIR = "application/fhir+json"
TODAY = "2026-11-03T09:20:00+01:00"
THEN = "2021-03-03T10:00:00+01:00"


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def with_ecgs(*ecgs):
    said = bundle()
    subject = of(said, "Observation")[0]["subject"]
    for number, (ecg, moment) in enumerate(ecgs):
        one = sampled(ecg, subject, moment) if "leads" in ecg else document(ecg, subject, moment)
        said["entry"].append({"fullUrl": f"urn:uuid:ecg-{number}", "resource": one})
    return said


def post(client, said):
    answer = client.post(
        "/fhir/$prediagnose", content=json.dumps(said), headers={"Content-Type": FHIR}
    )
    assert answer.status_code == 200, answer.text
    assert is_r4(answer.json())
    return answer.json()


def compared(answer):
    said = [
        one
        for one in of(answer, "Observation")
        if one["code"]["coding"][0]["code"] == "ecg-comparison"
    ]
    return said[0] if said else None


def test_an_ecg_of_an_earlier_day_is_compared_and_the_comparison_leaves(people):
    now = (given(start_s=20.0, qtc_ms=470.0), TODAY)
    said = post(people.as_("software"), with_ecgs(now, (given(qtc_ms=395.0), THEN)))
    found = compared(said)
    parts = {p["code"]["coding"][0]["code"]: p for p in found["component"]}
    assert parts["earlier-ecg"]["valueDateTime"] == "2021-03-03"
    qtc = parts["qtc_fridericia"]
    assert qtc["valueQuantity"]["value"] > 50
    assert qtc["valueQuantity"]["code"] == "ms"
    assert qtc["interpretation"][0]["coding"][0]["code"] == "beyond"
    assert "ecg_qtc_growth" in {t["code"]["coding"][0]["code"] for t in of(said, "Task")}
    (report,) = [r for r in of(said, "DiagnosticReport") if "11524-6" in json.dumps(r["code"])]
    address = next(
        e["fullUrl"] for e in said["entry"] if e["resource"].get("code") == found["code"]
    )
    assert address in {one["reference"] for one in report["result"]}
    draft_id = said["identifier"]["value"]
    report = people.as_("martin").get(f"/v1/prediagnoses/{draft_id}").json()
    assert report["ecg_comparison"]["earlier_on"] == "2021-03-03"


def test_a_file_of_an_earlier_day_in_a_document_is_an_earlier_ecg(people):
    """Its header names a person: of another one it is refused, as a file of the command line."""
    _, files = example("04-with-ecg")
    other = post(people.as_("software"), with_ecgs((given(), TODAY), (files, THEN)))
    assert compared(other) is None
    assert "previous_ecg_other_person" in codes_of(other)
    (header,) = [name for name in files if name.endswith(".hea")]
    files[header] = files[header].partition(b"#")[0]
    said = post(people.as_("software"), again(with_ecgs((given(), TODAY), (files, THEN))))
    assert compared(said) is not None
    twice = with_ecgs((given(), TODAY), (files, None))
    assert "ecg_ambiguous" in codes_of(post(people.as_("software"), again(twice, "third")))


def codes_of(answer):
    (outcome,) = of(answer, "OperationOutcome")
    return {issue["details"]["coding"][0]["code"] for issue in outcome["issue"]}


def again(said, number="another"):
    """The same Bundle as another visit."""
    of(said, "Encounter")[0]["identifier"][0]["value"] = number
    return said


def test_a_lone_ecg_of_an_earlier_day_is_read_as_the_visits_own_and_that_is_said(people):
    said = post(people.as_("software"), with_ecgs((given(), THEN)))
    assert compared(said) is None
    (outcome,) = of(said, "OperationOutcome")
    told = [
        i for i in outcome["issue"] if i["details"]["coding"][0]["code"] == "ecg_of_earlier_day"
    ]
    assert "2021-03-03" in told[0]["diagnostics"]
    assert any(r for r in of(said, "DiagnosticReport") if "11524-6" in json.dumps(r["code"]))


def test_an_earlier_ecg_that_cannot_be_read_is_told_and_stops_nothing(people):
    said = post(people.as_("software"), with_ecgs((given(), TODAY), ({"old.xml": b"<x/>"}, THEN)))
    assert compared(said) is None
    codes = [i["details"]["coding"][0]["code"] for i in of(said, "OperationOutcome")[0]["issue"]]
    assert "previous_ecg_refused" in codes


def test_another_earlier_ecg_under_the_same_key_is_another_request(people):
    client = people.as_("software")
    headers = {"Content-Type": FHIR, "Idempotency-Key": "k1"}
    for past, status in ((395.0, 200), (400.0, 422)):
        said = with_ecgs((given(start_s=20.0), TODAY), (given(qtc_ms=past), THEN))
        answer = client.post("/fhir/$prediagnose", content=json.dumps(said), headers=headers)
        assert answer.status_code == status


def test_nothing_in_an_answer_points_to_a_resource_that_is_not_in_it(people):
    """A `urn:uuid:` holds within its own Bundle; nine of them pointed into the one that came."""

    def references(node):
        if isinstance(node, dict):
            if isinstance(node.get("reference"), str):
                yield node["reference"]
            node = list(node.values())
        for inner in node if isinstance(node, list) else ():
            yield from references(inner)

    said = post(people.as_("software"), bundle())
    there = {entry["fullUrl"] for entry in said["entry"]}
    pointed = set(references(said))
    assert pointed
    assert pointed <= there
    (provenance,) = of(said, "Provenance")
    sources = [one["what"]["identifier"] for one in provenance["entity"]]
    assert {one["system"] for one in sources} == {"urn:ietf:rfc:3986"}
    assert sources[0]["value"] in {e["fullUrl"] for e in bundle()["entry"]}
    exported = {"resourceType": "Bundle", "type": "collection", "entry": []}
    exported["entry"] = [{"resource": one} for one in resources_of("01-raised-risk")]
    assert read_visit(json.dumps(exported).encode()).subject.startswith("Patient/")


def test_what_is_urgent_in_a_lone_ecg_of_an_earlier_day_says_its_day(people):
    """Pinned: an ST elevation in an ECG of two years ago was told as one of today."""
    client = people.as_("software")

    def tasks_of(moment, number):
        said = post(client, again(with_ecgs((given(qtc_ms=560.0), moment)), number))
        return [t["description"] for t in of(said, "Task") if "QT" in t["description"]]

    then, now = tasks_of(THEN, "then"), tasks_of(TODAY, "now")
    assert then
    assert all("Mesure du 03/03/2021, antérieure à la visite." in text for text in then)
    assert now
    assert not any("antérieure" in text for text in now)


def test_a_file_without_a_date_of_its_document_says_its_own_old_day(people, tmp_path):
    """Pinned: the ECG of five years ago was read as today's, and its day stood nowhere."""
    header = EcgHeader("wfdb", "a", acquired_at=datetime.fromisoformat("2021-03-03T11:15:00"))
    write_wfdb(EcgRecording(recording(), header), tmp_path / "a.hea", identify=True)
    files = {path.name: path.read_bytes() for path in tmp_path.glob("a.*")}
    said = post(people.as_("software"), with_ecgs((files, None)))
    assert "ecg_of_earlier_day" in codes_of(said)
    (report,) = [r for r in of(said, "DiagnosticReport") if "11524-6" in json.dumps(r["code"])]
    assert report["effectiveDateTime"] == "2021-03-03"
    assert "03/03/2021 à 11:15" in report["conclusion"]
