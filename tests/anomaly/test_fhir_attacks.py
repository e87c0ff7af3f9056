"""Malformed and hostile JSON at the FHIR and CDS Hooks doors: read or refused (hazard H16)."""

import copy
import json
import random
import time

import pytest
from fhir_support import bundle, sent
from laennec.engine import parse
from laennec.engine.errors import RecordError, ScreeningError
from laennec.serving.cds_hooks.requests import read_call
from laennec.serving.documents.identity import read_identity
from laennec.serving.fhir.visit_in import read_visit

MUTANTS = 4000
ODD = (
    None,
    True,
    0,
    -1,
    1e308,
    10**40,
    "",
    "x",
    "\x00\ud800",
    "../../etc/passwd",
    "${jndi:ldap://x}",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    [],
    [[]],
    [None],
    ["x"],
    {},
    {"a": {"b": []}},
    {"reference": 5},
    {"coding": {"code": []}},
    [{"coding": "x"}],
)
SLOWEST_S = 2.0


def places(node, path=()):
    """Every place of a document."""
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


def mutated(document, rng):
    """A document with one to three of its values replaced, removed or doubled."""
    made = copy.deepcopy(document)
    for _ in range(rng.randint(1, 3)):
        path = rng.choice(list(places(made)))
        if not path:
            continue
        node = made
        for key in path[:-1]:
            node = node[key]
        how = rng.random()
        if how < 0.15 and isinstance(node, dict):
            del node[path[-1]]
        elif how < 0.25 and isinstance(node, list):
            node.append(copy.deepcopy(node[path[-1]]))
        elif how < 0.35 and isinstance(node, dict):
            name = rng.choice(["extension", "contained", "component", "__proto__", "value"])
            node[name] = copy.deepcopy(rng.choice(ODD))
        else:
            node[path[-1]] = copy.deepcopy(rng.choice(ODD))
    return made


@pytest.mark.parametrize("name", ["01-raised-risk", "03-urgent", "04-with-ecg"])
def test_any_mutated_bundle_is_read_or_refused(name):
    rng = random.Random(f"fhir {name}")  # noqa: S311 - a seed, not a secret
    whole = bundle(name)
    read = 0
    for _ in range(MUTANTS // 3):
        document = mutated(whole, rng)
        began = time.monotonic()
        try:
            visit = read_visit(sent(document))
            parse(visit.document)
            read += 1
        except RecordError as error:
            assert str(error)
        assert time.monotonic() - began < SLOWEST_S
    assert 0 < read < MUTANTS


def test_any_mutated_call_of_a_hook_is_read_or_refused():
    rng = random.Random("hooks")  # noqa: S311 - as above
    patient = {"resourceType": "Patient", "id": "p1"}
    call = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "u", "patientId": "p1"},
        "prefetch": {"patient": patient},
    }
    for _ in range(MUTANTS):
        try:
            read_call("patient-view", sent(mutated(call, rng)))
        except RecordError as error:
            assert str(error)


def test_any_mutated_identity_is_read_or_refused():
    rng = random.Random("identity")  # noqa: S311 - as above
    url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
    patient = {
        "resourceType": "Patient",
        "extension": [{"url": url, "valueCoding": {"code": "VALI"}}],
        "identifier": [
            {"type": {"coding": [{"code": "PI"}]}, "value": "p1"},
            {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "274037512345645"},
        ],
        "name": [{"use": "official", "family": "A", "given": ["B"]}],
        "birthDate": "1974-03-02",
        "gender": "female",
    }
    assert read_identity(sent(patient), "p1")
    for _ in range(MUTANTS):
        try:
            read_identity(sent(mutated(patient, rng)), "p1")
        except ScreeningError as error:
            assert str(error)


@pytest.mark.parametrize("depth", [60, 100, 330, 480, 900, 2000])
@pytest.mark.parametrize(
    "place", ['"type": "collection"', '"status": "final"', '"resourceType": "Patient"']
)
def test_any_depth_is_read_or_refused_in_words(depth, place):
    """A depth of 300 to 990 exhausted the stack: an answer 500."""
    raw = sent(bundle()).decode()
    assert place in raw
    deep = '{"x": [' * (depth // 2) + "]}" * (depth // 2)
    data = raw.replace(place, f'{place}, "extension": {deep}', 1).encode()
    if depth < 64:
        assert read_visit(data).document
        return
    with pytest.raises(RecordError) as caught:
        read_visit(data)
    assert "nested" in str(caught.value)


def test_half_a_character_never_reaches_an_answer():
    """A lone surrogate in a fullUrl or an id can't be written as UTF-8: an answer 500."""
    document = bundle()
    old = document["entry"][0]["fullUrl"]
    data = sent(document).decode().replace(old, "urn:\\ud800")
    read = read_visit(data.encode())
    for one in (read.subject, *read.basis, *read.places.values()):
        assert one.encode("utf-8")
    assert read.subject == "urn:\ue000"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"null",
        b'{"resourceType":"Bundle","type":"collection","entry":' + b"[" * 50_000,
        b'{"a":' * 50_000,
        b'{"resourceType":"Bundle","resourceType":"Bundle"}',
        b'{"resourceType":"Bundle","type":"collection","entry":[' + b"{}," * 5000 + b"{}]}",
        b'{"resourceType":"Bundle","total":Infinity}',
        b'{"resourceType":"Bundle","total":' + b"9" * 100_000 + b"}",
        b"<Bundle xmlns='http://hl7.org/fhir'/>",
        b"\xef\xbb\xbf<!DOCTYPE x><Bundle/>",
        json.dumps({"resourceType": "Bundle"}).encode("utf-16"),
    ],
)
def test_hostile_bytes_are_refused_in_words_and_soon(data):
    began = time.monotonic()
    with pytest.raises(RecordError) as caught:
        read_visit(data)
    assert time.monotonic() - began < SLOWEST_S
    assert len(str(caught.value)) < 2000
