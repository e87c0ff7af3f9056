"""What is the same is said once: notices with their places, and the silent statements of an ECG."""

import pytest
from calm_visit import VISIT
from laennec.engine import Models, load_guidelines, parse, screen
from laennec.engine.prediagnosis import Finding, Message
from laennec.engine.words import Sentences
from laennec.engine.words.as_json import as_json
from laennec.engine.words.silent_lines import together
from laennec.engine.words.text import render_text


def drafted(**sent):
    return screen(parse(VISIT | sent), Models(), load_guidelines())


def plain(draft, lang="fr"):
    return " ".join(render_text(draft, lang).split())


@pytest.mark.parametrize(
    ("lang", "head", "remedy"),
    [
        (
            "fr",
            "Une visite antérieure qui ne dit pas de quelle personne elle est",
            "chaque visite",
        ),
        ("en", "An earlier visit that does not say whose it is", "in every earlier visit"),
    ],
)
def test_earlier_visits_without_a_person_are_told_once_with_their_places(lang, head, remedy):
    """Pinned: each was told as another identity, though none was stated, one after the other."""
    earlier = {k: v for k, v in VISIT.items() if k != "person"}
    draft = drafted(previous_visits=[earlier] * 7)
    words = plain(draft, lang)
    assert words.count(head) == 1
    assert words.count(remedy) == 1
    assert "$.previous_visits[0].person, $.previous_visits[1].person" in words
    assert ("et 2 autres endroits" if lang == "fr" else "and 2 more places") in words
    kept = [n["code"] for n in as_json(draft, lang)["refused_items"]]
    assert kept.count("person_not_stated") == 7


def test_an_unknown_entry_is_told_with_those_that_exist():
    words = plain(drafted(medications=["metformin"]))
    assert "L'entrée inconnue « metformin »." in words
    assert "entrées permises : antihypertensive," in words
    assert "glucose_lowering" in words


def statement(name, level, **more):
    message = Message(f"finding.ecg_statement.{level}", {"statement": f"finding_name:ecg_{name}"})
    return Finding(id=f"ecg_{name}", kind="risk", band=None, message=message, **more)


def test_statements_of_one_ecg_that_say_the_same_share_a_sentence():
    french = Sentences("fr")
    needs = Message("ecg.statement.needs", {"item": "ecg_pr_interval"})
    absent = [statement(n, "absent") for n in ("sinus_tachycardia", "atrial_flutter")]
    alike = [statement(n, "not_assessable", limits=(needs,)) for n in ("lbbb", "rbbb")]
    alone = statement("prolonged_qt", "not_assessable")
    said = [french.render(f.message) for f in together([*absent, *alike, alone], french)]
    assert said == [
        "Électrocardiogramme, critères non remplis : tachycardie sinusale, flutter atrial.",
        "Électrocardiogramme, non évaluable : bloc de branche gauche complet, bloc de branche droit"
        " complet.",
        "Électrocardiogramme : « allongement de l'intervalle QT corrigé » n'est pas évaluable.",
    ]
