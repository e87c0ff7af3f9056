"""A QuestionnaireResponse becomes the answers of the visit: asked in whole, or told."""

from fhir_support import bundle, of, sent
from laennec.engine import parse
from laennec.serving.fhir.visit_in import read_visit


def test_lists_are_asked_in_whole_or_not_at_all():
    document = bundle()
    response = of(document, "QuestionnaireResponse")[0]
    assert read_visit(sent(document)).document["symptoms"] == []
    response["item"] = [i for i in response["item"] if i["linkId"] != "symptom"]
    assert "symptoms" not in read_visit(sent(document)).document
    pain = [{"valueCoding": {"code": "chest_pain"}}, {"valueCoding": {"code": "none"}}]
    response["item"].append({"linkId": "symptom", "answer": pain})
    read = read_visit(sent(document))
    (told,) = read.problems  # "none" beside a symptom says two things
    assert (told.severity, told.code) == ("refused_record", "none_beside_others")
    read = parse(read.document)
    assert int(read.batch.answer("symptom.chest_pain")[0]) == 1


def test_a_question_that_is_not_asked_is_refused_by_name():
    document = bundle()
    of(document, "QuestionnaireResponse")[0]["item"].append(
        {"linkId": "hobby", "answer": [{"valueString": "vélo"}]}
    )
    problems = parse(read_visit(sent(document)).document).batch.problems
    assert ("unknown_key", "hobby") in {(p.code, p.parameters.get("key")) for p in problems}
