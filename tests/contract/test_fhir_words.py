"""Whatever the FHIR adapter says has words in both languages, and an answer has one of them."""

import ast
import importlib
import json
import pkgutil
from typing import get_args

import laennec.datasets.readers.ecg
import laennec.serving
import pytest
from fhir_support import bundle, of
from house import modules, tree
from laennec.datasets.readers.ecg import EcgUnreadable
from laennec.engine.errors import ScreeningError
from laennec.engine.words import LANGUAGES
from laennec.engine.words.load import load_sentences, placeholders
from laennec.serving.fhir import wording
from laennec.serving.fhir.issue_codes import IssueName, KeptCode
from laennec.serving.fhir.issues import Issue
from laennec.serving.fhir.profiles import french_profiles
from laennec.serving.fhir.refusals import error_outcome

FHIR = "application/fhir+json"
TABLES = wording._tables()
PARTS = ("found", "why", "remedy")
ROOM = modules("serving/fhir")


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def kinds(parent):
    """Every error of the house that the service can raise."""
    for one in parent.__subclasses__():
        yield one
        yield from kinds(one)


def all_errors():
    for package in (laennec.serving, laennec.datasets.readers.ecg):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".migrations.env"):
                importlib.import_module(module.name)
    return [ScreeningError, *kinds(ScreeningError)]


def calls(name):
    for path in ROOM:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name:
                yield path.name, node


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_issue_has_its_three_sentences_and_no_sentence_is_of_nothing(lang):
    wanted = {f"issue.{name}.{part}" for name in get_args(IssueName) for part in PARTS}
    readers = {kind.code for kind in all_errors() if issubclass(kind, EcgUnreadable)}
    readers |= {"record_error"}
    wanted |= {f"issue.{code}.{part}" for code in readers for part in PARTS}
    said = {k for k in TABLES[lang] if k.startswith("issue.")} - {"issue.line", "issue.between"}
    assert said == wanted - {f"issue.ecg_unwritable.{part}" for part in PARTS}


def test_every_issue_that_is_told_gives_what_its_sentences_need():
    told = set()
    for where, call in [*calls("refuse"), *calls("add")]:
        names = [a.value for a in call.args[:1] if isinstance(a, ast.Constant)]
        if names and names[0] in get_args(IssueName):
            told.add(names[0])
            needed = set().union(
                *(placeholders(TABLES["fr"][f"issue.{names[0]}.{p}"]) for p in PARTS)
            )
            has_words = len(call.args) > 2
            assert has_words is bool(needed), (where, names[0])
    several = {name for name in get_args(IssueName) if name.startswith(("body_site", "specimen"))}
    assert told | several == set(get_args(IssueName))


def test_everything_that_is_kept_is_worded_by_the_engine():
    for lang in LANGUAGES:
        wanted = {f"intake.{code}.{part}" for code in get_args(KeptCode) for part in PARTS}
        assert wanted <= load_sentences()[lang].keys()


def test_every_fault_of_a_profile_or_of_samples_is_worded():
    named = {
        node.value
        for path in ROOM
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("fault.")
        and node.value != "fault."
    }
    called = [call.args[0].value for path in ROOM for call in _faults(path)]
    assert {f"fault.{name}" for name in called} | named == {
        key for key in TABLES["fr"] if key.startswith("fault.")
    }
    assert french_profiles()


def _faults(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_fault":
            yield node


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_of_the_service_is_said_in_the_language_that_is_asked_for(kind):
    said = {}
    error = kind.__new__(kind)
    words = dict.fromkeys(("found", "why", "remedy"), "English")
    vars(error).update(words, path="", problems=(), snippet="")
    if kind.code == "bundle_refused":
        error.issues = (Issue("error", "resource_twice", "Bundle"),)
    for lang in LANGUAGES:
        said[lang] = "\n".join(i["diagnostics"] for i in error_outcome(error, lang=lang)["issue"])
    assert said["fr"] != said["en"]
    assert "English" not in said["fr"]


HOSTILE = [
    {"gender": "unknown"},
    {"meta": {"profile": ["https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"]},
     "identifier": [{"type": {"coding": [{"code": "PI"}]}, "value": "p1"}]},
    {"identifier": [{"type": {"coding": [{"code": c}]}, "value": c} for c in ("PI", "MR")],
     "id": "p1"},
]  # fmt: skip


@pytest.mark.parametrize("change", HOSTILE)
def test_an_answer_speaks_one_language(people, change):
    """French and English stood in one OperationOutcome."""
    document = bundle()
    of(document, "Patient")[0].update(change)
    heart = {"code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]}}
    subject = of(document, "Observation")[0]["subject"]
    words_only = {"valueQuantity": {"value": 72, "unit": "bpm"}}
    parts = [{**heart, **words_only}, {**heart, "valueQuantity": {"value": "72"}}]
    parts += [{**heart, "dataAbsentReason": {}, "status": "entered-in-error"}]
    for number, part in enumerate(parts):
        said = {"resourceType": "Observation", "status": "final", "subject": subject, **part}
        document["entry"].append({"fullUrl": f"urn:uuid:{number}", "resource": said})
    said = {}
    for lang in LANGUAGES:
        answer = (
            people.as_("software")
            .post(
                f"/fhir/$prediagnose?lang={lang}",
                content=json.dumps(document),
                headers={"Content-Type": FHIR},
            )
            .json()
        )
        (outcome,) = of(answer, "OperationOutcome")
        said[lang] = [issue["diagnostics"] for issue in outcome["issue"]]
    assert len(said["fr"]) == len(said["en"]) >= 5
    assert not set(said["fr"]) & set(said["en"])


@pytest.mark.parametrize(
    ("method", "path", "headers", "where"),
    [
        ("get", "/fhir/Questionnaire/visit?lang=de", {}, "http.lang"),
        ("get", "/fhir/Bundle/none", {}, "Bundle"),
        ("post", "/fhir/$prediagnose", {"Authorization": "x", "Content-Type": FHIR},
         "http.authorization"),
        ("post", "/fhir/$prediagnose", {"Content-Type": FHIR, "Accept": "text/html"},
         "http.accept"),
    ],
)  # fmt: skip
def test_a_place_is_fhirpath_or_names_the_part_of_the_request(people, method, path, headers, where):
    answer = getattr(people.as_("martin"), method)(path, headers=headers)
    (issue,) = answer.json()["issue"]
    key = "location" if where.startswith("http.") else "expression"
    assert issue[key] == [where]
    if where == "http.lang":
        assert "« lang »" in issue["diagnostics"]
