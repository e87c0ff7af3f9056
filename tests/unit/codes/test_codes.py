"""The check of code maps finds what is wrong in them, and free text is only ever proposed for."""

import pytest
from house import ROOT
from laennec.engine.errors import DataError
from laennec.engine.vocabulary import load_vocabulary
from laennec.serving.codes import lint as lint_module
from laennec.serving.codes.accuracy import measure, read_list
from laennec.serving.codes.check_digits import is_loinc, is_snomed
from laennec.serving.codes.lint import lint
from laennec.serving.codes.matcher import MatcherMissing, SectionUnknown, propose, terms
from laennec.serving.codes.own_codes import labels
from laennec.serving.codes.site_maps import lint_map, template

LIST = ROOT / "examples" / "codes" / "misspellings_fr.csv"
PAGE = ROOT / "docs" / "how-to" / "codes.md"


def test_the_shipped_maps_have_no_error():
    assert [p for p in lint() if p.level == "error"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: t["finding"].append(t["finding"][0]), "duplicate"),
        (lambda t: t["finding"].pop(0), "gap"),
        (lambda t: t["finding"][0].update(sign=["I10"]), "kind"),
        (lambda t: t["finding"][0].update(sign=["X99"]), "gap"),
        (lambda t: t["loinc"].pop("8480-6"), "gap"),
        (lambda t: t["cim10"]["I10"].update(fr=" "), "label"),
    ],
)
def test_a_fault_in_a_map_is_found(monkeypatch, change, code):
    import copy

    from laennec.serving.codes import own_codes

    own_codes.table.cache_clear()
    broken = copy.deepcopy(own_codes.table("guidelines", "codes.toml"))
    before = {(p.code, p.where) for p in lint()}
    change(broken)
    monkeypatch.setattr(lint_module, "table", lambda *_: broken)
    monkeypatch.setattr(own_codes, "table", lambda *_: broken)
    found = {(p.code, p.where) for p in lint()} - before
    assert code in {c for c, _ in found}


def test_check_digits_see_every_single_digit_that_is_mistyped():
    for code in load_vocabulary().loinc:
        assert is_loinc(code)
        bare, check = code.split("-")
        for place in range(len(bare)):
            for digit in set("0123456789") - {bare[place]}:
                assert not is_loinc(f"{bare[:place]}{digit}{bare[place + 1 :]}-{check}")
    for number in ("368208006", "368209003", "164889003"):
        assert is_snomed(number)
        for place in range(len(number)):
            wrong = str((int(number[place]) + 1) % 10)
            assert not is_snomed(number[:place] + wrong + number[place + 1 :])


def filled(tmp_path, **answers):
    text = template().replace('version = ""', 'version = "1"')
    text = text.replace('system = ""', 'system = "urn:oid:1.2.250.1.999"')
    for key, row in answers.items():
        text = text.replace(f'"{key}" = {{ code = "" }}', f'"{key}" = {row}')
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_template_answers_nothing_and_no_mapping_is_an_answer(tmp_path):
    assert {p.code for p in lint_map(filled(tmp_path))} == {"gap"}
    assert len(lint_map(filled(tmp_path))) == len(labels())
    one = {"finding:waist": "{ no_mapping = true }"}
    assert len(lint_map(filled(tmp_path, **one))) == len(labels()) - 1


def test_duplicates_two_answers_and_strangers_are_errors(tmp_path):
    rows = {
        "finding:waist": '{ code = "A1" }',
        "finding:bmi": '{ code = "A1" }',
        "finding:hdl": '{ code = "A2", no_mapping = true }',
    }
    path = filled(tmp_path, **rows)
    path.write_text(path.read_text() + '"finding:none" = { code = "A3" }\n', encoding="utf-8")
    errors = {p.code for p in lint_map(path) if p.level == "error"}
    assert errors == {"duplicate", "two_answers", "unknown"}
    snomed = {p.code for p in lint_map(path, snomed=True) if p.level == "error"}
    assert "check_digit" in snomed


@pytest.mark.parametrize("row", ['"A1"', "{ code = 7 }", '{ code = ["A1"] }'])
def test_a_map_of_another_form_is_refused(tmp_path, row):
    path = tmp_path / "map.toml"
    path.write_text('schema = "x"', encoding="utf-8")
    with pytest.raises(DataError, match="codes template"):
        lint_map(path)
    with pytest.raises(DataError, match="a code in quotation marks"):
        lint_map(filled(tmp_path, **{"finding:waist": row}))


@pytest.mark.parametrize("said", [b"", b"text,code\nonly\n", b"words\nx\n", b"text,code\n\xe9,\n"])
def test_a_list_of_another_form_is_refused(tmp_path, said):
    path = tmp_path / "list.csv"
    path.write_bytes(said)
    with pytest.raises(DataError, match="columns text and code"):
        read_list(path)


def test_a_term_belongs_to_a_code_of_the_house_or_is_a_job():
    known = set(load_vocabulary().questions)
    assert {c for c in terms()["term"] if not c.startswith("job.")} <= known


def test_every_answer_that_can_be_given_has_a_term():
    """Insulin was proposed as any treatment of diabetes, and not as the narrower answer too."""
    sections = ("symptom.", "condition.", "medication.", "exposure.")
    assert {c for c in load_vocabulary().questions if c.startswith(sections)} <= set(
        terms()["term"]
    )
    codes = {p.code for p in propose("insuline")}
    assert codes == {"medication.glucose_lowering", "medication.insulin_or_secretagogue"}


def test_a_section_that_does_not_exist_is_refused_with_those_that_do():
    known = "symptom, condition, medication, exposure, job, questionnaire"
    with pytest.raises(SectionUnknown, match=f"section 'zzz'.*Give one of: {known}; or leave"):
        propose("diabète", "zzz")


def test_a_text_that_denies_gets_no_proposal():
    assert propose("diabète")
    for text in ("pas de diabète", "aucun diabète", "diabète : non", "ni diabète ni HTA", "", "??"):
        assert propose(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "douleur thoracique absente",
        "douleur thoracique niée",
        "douleur thoracique disparue",
        "hypertension écartée",
        "hypertension exclue",
        "anti-hypertenseur arrêté",
        "antihypertenseur stoppé",
        "diabète guéri",
        "ancien diabète",
        "sans diabète",
        "aucune hypertension",
        "n'a plus de syncope",
        "no syncope",
        "syncope denied",
        "syncope: never",
        "palpitations resolved",
        "insuline stopped",
        "hypertension ruled out",
        "without palpitations",
        "mari diabétique",
        "beau-père diabétique",
    ],
)
def test_what_is_absent_past_or_of_somebody_else_gets_no_proposal(text):
    """Pinned: the words after the symptom were read as a misspelling of it."""
    assert propose(text) == ()


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("père diabétique", "first_degree"),
        ("mère : diabète", "first_degree"),
        ("mon frère a un diabète de type 2", "first_degree"),
        ("sœur diabetique", "first_degree"),
        ("diabète chez la grand-mère", "second_degree"),
        ("oncle et père diabétiques", "first_degree"),
        ("tante diabétique", "second_degree"),
        ("diabète dans la famille", "unspecified_relative"),
        ("antécédents familiaux de diabète", "unspecified_relative"),
    ],
)
def test_a_relatives_diabetes_is_the_familys_answer_and_never_the_persons(text, degree):
    """Pinned (hazard H2): "père diabétique" proposed the person's own diabetes."""
    (found,) = propose(text)
    assert (found.code, found.answer) == ("questionnaire.family_history_diabetes", degree)
    assert propose(text, "condition") == ()
    assert propose(text, "questionnaire") == (found,)


def test_a_relatives_other_disease_is_nobodys_answer():
    for text in (
        "père hypertendu",
        "hypertension du père",
        "infarctus de la mère",
        "frère épileptique",
    ):
        assert propose(text) == ()


def test_the_answers_of_the_family_are_those_of_the_question():
    rules, questions = terms()["family"], load_vocabulary().questions
    for question in rules["question"].values():
        assert set(rules["degree"]) <= {c.code for c in questions[question].choices}


def test_every_term_is_still_proposed_for_itself():
    for code, said in terms()["term"].items():
        for term in said:
            assert code in {p.code for p in propose(term)}, term


def test_a_proposal_has_a_score_and_stays_in_its_section():
    (first, *_) = propose("douleur toracique", "symptom")
    assert (first.code, first.term) == ("symptom.chest_pain", "douleur thoracique")
    assert 80 <= first.score < 100
    assert propose("douleur toracique", "job") == ()


def test_the_accuracy_on_the_page_is_that_of_the_list():
    found = measure(read_list(LIST))
    page = PAGE.read_text(encoding="utf-8")
    for share in (found.first, found.among, found.silent):
        assert str(share) in page


def test_without_its_package_the_matcher_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    with pytest.raises(MatcherMissing, match="extra text"):
        propose("diabète")
