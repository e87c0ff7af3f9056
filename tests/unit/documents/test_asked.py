"""The advice request and the letter: from what was confirmed, to whom a physician chose."""

import io
import zipfile

import pytest
from defusedxml.ElementTree import fromstring
from document_support import agree, asked, decided, kept, visit
from laennec.engine.errors import NotConfirmed, NotPermitted
from laennec.serving.decisions.consents import ConsentMissing, Purpose
from laennec.serving.decisions.decisions import Decision, Verdict
from laennec.serving.decisions.letters import FinishedLetter, keep_letter
from laennec.serving.decisions.notes import Note, ask_advice
from laennec.serving.documents.export import Kind, export_document
from laennec.serving.drafts.drafts import load_draft
from laennec.serving.people import Specialty
from store_support import MARTIN

V3 = "{urn:hl7-org:v3}"
HEART = Specialty.CARDIOLOGIST


def advice(store, draft_id, clock, specialty=HEART, **more):
    what = asked(draft_id, Kind.ADVICE, "html", specialty=specialty, **more)
    return export_document(store, what, clock=clock).decode()


def letter(store, draft_id, clock):
    return export_document(store, asked(draft_id, Kind.LETTER, "html"), clock=clock).decode()


def test_a_draft_asks_nobody(store, draft_id, clock):
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    for make in (advice, letter):
        with pytest.raises(NotConfirmed):
            make(store, draft_id, clock)


def test_without_the_persons_agreement_no_specialist_is_asked(store, draft_id, clock):
    decided(store, draft_id, clock)
    with pytest.raises(ConsentMissing, match="specialist_advice"):
        advice(store, draft_id, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    assert advice(store, draft_id, clock)
    clock.move(60)
    agree(store, clock, Purpose.SPECIALIST_ADVICE, given=False)
    with pytest.raises(ConsentMissing):
        advice(store, draft_id, clock)


def test_the_request_has_the_question_the_reasons_and_what_stays_open(store, draft_id, clock):
    note = Note(draft_id, "Un Holter <vous> paraît-il utile ?", HEART)
    ask_advice(store, note, physician=MARTIN, clock=clock)
    decided(store, draft_id, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    said = advice(store, draft_id, clock, specialty=None)
    assert "cardiologue" in said
    assert "Un Holter &lt;vous&gt; paraît-il utile ?" in said
    assert "148 mmHg" in said
    assert "Cholestérol LDL élevé : non évaluable ici." in said
    assert "Dr Martin" in said
    assert "tour de taille" not in said.lower(), "only what concerns the specialty"


def test_each_specialist_reads_what_concerns_them(store, draft_id, clock):
    decided(store, draft_id, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    eyes = advice(store, draft_id, clock, Specialty.OPHTHALMOLOGIST)
    assert "ophtalmologue" in eyes
    assert "Cholestérol HDL" not in eyes
    assert "diabète de type 2" in eyes
    assert "SCORE2" in advice(store, draft_id, clock, HEART)


def test_which_specialist_is_for_a_physician_to_choose(store, draft_id, clock):
    decided(store, draft_id, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    with pytest.raises(NotPermitted, match="to nobody, or to several"):
        advice(store, draft_id, clock, specialty=None)


def test_what_was_rejected_is_not_asked_and_an_amendment_gives_its_reason(store, draft_id, clock):
    amend = Decision(
        "hdl", Verdict.AMEND, amended_to="borderline", reason="other", reason_text="refait hier"
    )
    reject = Decision("blood_pressure", Verdict.REJECT, reason="already-known")
    decided(store, draft_id, clock, amend, reject)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    said = advice(store, draft_id, clock)
    assert "hypertension" not in said
    assert "Conclusion que j&#39;ai moi-même écrite. Motif" in said
    assert "refait hier" in said
    assert "0,42" not in said, "no drafted reason stands beside a conclusion that was changed"
    assert "à la limite" in said


@pytest.mark.parametrize("make", [advice, letter])
def test_no_reason_stands_on_a_value_that_the_physician_called_wrong(store, draft_id, clock, make):
    decided(
        store, draft_id, clock, Decision("blood_pressure", Verdict.REJECT, reason="wrong-value")
    )
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    said = make(store, draft_id, clock)
    assert "148" not in said
    assert "pression systolique" not in said.lower()
    assert "Calculé avec une valeur mesurée que j&#39;ai écartée ensuite." in said


def test_an_amendment_is_told_whatever_the_physician_put_in_place(store, draft_id, clock):
    amend = Decision("score2", Verdict.AMEND, amended_to="low", reason="already-known")
    decided(store, draft_id, clock, amend)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    said = advice(store, draft_id, clock)
    assert "Conclusion que j&#39;ai moi-même écrite. Motif : déjà connu" in said
    assert "Calculé avec une valeur" not in said, "nothing was set aside"
    assert "probabilité basse" in said, "a low chance, not a low disease"


@pytest.fixture
def urgent_visit():
    document = {**visit("03-urgent")}
    return {**document, "person": {**document["person"], "id": "person-01"}}


def urgent_of(text):
    """The list under the heading of the urgent items."""
    for heading in ("Éléments d&#39;urgence de la visite", "Urgences relevées à la visite"):
        if heading in text:
            return text.partition(heading)[2].partition("</ul>")[0]
    return ""


@pytest.mark.parametrize("make", [advice, letter])
def test_an_urgent_item_stands_and_its_value_that_was_set_aside_is_told(
    store, clock, urgent_visit, make
):
    """Pinned (hazard H1): the letter had no word of a chest pain and 192 mmHg."""
    wrong = Decision("blood_pressure", Verdict.REJECT, reason="wrong-value")
    draft_id = decided(store, kept(store, clock, urgent_visit), clock, wrong)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    urgent = urgent_of(make(store, draft_id, clock))
    assert "Douleur thoracique" in urgent
    assert "192" in urgent
    assert "que j&#39;ai écartée ensuite" in urgent
    assert "Appeler le médecin maintenant" in urgent or "appeler le médecin maintenant" in urgent


@pytest.mark.parametrize("make", [advice, letter])
def test_an_urgent_item_that_does_not_press_is_told_too(store, clock, make):
    draft_id = decided(store, kept(store, clock, {**visit(), "symptoms": ["palpitations"]}), clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    assert "Palpitations" in urgent_of(make(store, draft_id, clock))


@pytest.mark.parametrize("make", [advice, letter])
def test_a_visit_without_an_urgent_item_has_no_heading_for_it(store, draft_id, clock, make):
    decided(store, draft_id, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    assert urgent_of(make(store, draft_id, clock)) == ""


def test_the_letter_is_the_last_one_that_was_kept_else_a_drafted_one(store, draft_id, clock):
    decided(store, draft_id, clock)
    assert "Le médecin n&#39;a pas gardé d&#39;autre texte" in letter(store, draft_id, clock)
    content_hash = load_draft(store, draft_id).content_hash
    for words in ("Première lettre.", "Cher confrère,\n\nvoici <tout>."):
        finished = FinishedLetter(draft_id, words, content_hash)
        keep_letter(store, finished, physician=MARTIN, clock=clock)
        clock.move(60)
    said = letter(store, draft_id, clock)
    assert "voici &lt;tout&gt;." in said
    assert "Première lettre" not in said
    assert "gardée le" in said


@pytest.mark.parametrize(
    ("kind", "purpose"),
    [(Kind.LETTER, Purpose.MON_ESPACE_SANTE), (Kind.ADVICE, Purpose.SPECIALIST_ADVICE)],
)
def test_by_secure_mail_each_is_a_document_of_its_own(store, draft_id, clock, kind, purpose):
    decided(store, draft_id, clock)
    what = asked(draft_id, kind, "xdm", specialty=HEART)
    with pytest.raises(ConsentMissing):
        export_document(store, what, clock=clock)
    agree(store, clock, purpose)
    archive = zipfile.ZipFile(io.BytesIO(export_document(store, what, clock=clock)))
    cda = fromstring(archive.read("IHE_XDM/SUBSET01/DOC0001.XML"))
    assert cda.find(f"{V3}code").get("code") == "57133-1"
    agree(store, clock, Purpose.MON_ESPACE_SANTE)
    report = zipfile.ZipFile(io.BytesIO(export_document(store, asked(draft_id), clock=clock)))
    of_report = fromstring(report.read("IHE_XDM/SUBSET01/DOC0001.XML"))
    assert of_report.find(f"{V3}id").get("root") != cda.find(f"{V3}id").get("root")


def test_by_secure_mail_an_identity_is_needed(store, draft_id, clock):
    decided(store, draft_id, clock)
    with pytest.raises(NotPermitted, match="without an identity or the number"):
        export_document(store, asked(draft_id, leaving=None), clock=clock)
