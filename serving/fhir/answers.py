"""From a QuestionnaireResponse to the questions, symptoms, conditions and consent of a visit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...engine.intake.answers import LISTS, OBJECTS
from ...engine.intake.problems import shown
from .entries import Entry, objects, text
from .issues import IssueLog
from .maps import Json, fhir_maps
from .of_visit import SentVisit
from .questionnaire import NONE_CODE, canonical

_LIST_OF: Final = {section: key for key, section in LISTS.items()}
_OBJECT_OF: Final = {section: key for key, section in OBJECTS.items()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a response says: parts of the visit, and where each stood."""

    visit: Json
    places: Mapping[str, str]


def read_answers(responses: Sequence[Entry], visit: SentVisit, log: IssueLog) -> Answers:
    """Return the answers of the one response of a Bundle.

    Of several responses, of one to another version, of another visit or day and of one that is not
    completed nothing is concluded: they refuse the record. What their lists say yes to goes on all
    the same, as the urgent rules read it: a chest pain does not wait for a version (hazard H1).

    Parameters
    ----------
    responses : the QuestionnaireResponses of the Bundle
    visit : of which they must be
    log : of the Bundle
    """
    if len(responses) > 1:
        log.keep(
            "refused_record", "responses_several", responses[1].path, count=str(len(responses))
        )
    do_hold = [_holds(entry, log) & _is_of(entry, visit, log) for entry in responses]
    if len(responses) == 1 and all(do_hold):
        return _without_contradiction(_answers(responses[0]), log)
    return _declared(responses)


def _without_contradiction(said: Answers, log: IssueLog) -> Answers:
    """Return answers without a "none" beside others, which refuses the record.

    The others go on: whichever of the two is meant, the urgent rules read what was declared.
    """
    visit = dict(said.visit)
    for key in LISTS:
        listed = visit.get(key, [])
        if NONE_CODE in listed:
            log.keep("refused_record", "none_beside_others", said.places[f"$.{key}"])
            visit[key] = [one for one in listed if one != NONE_CODE]
    return Answers(visit, said.places)


def _answers(entry: Entry) -> Answers:
    visit: Json = {}
    places: dict[str, str] = {}
    for item, path in _items(entry.resource, entry.path):
        section, _, code = text(item.get("linkId")).partition(".")
        given = [_value(answer) for answer in objects(item.get("answer"))]
        if section in _LIST_OF and not code:
            if given:
                visit[_LIST_OF[section]] = [] if given == [NONE_CODE] else given
                places[f"$.{_LIST_OF[section]}"] = path
        elif given or section not in _OBJECT_OF:
            key = _OBJECT_OF.get(section, "questionnaire")
            name = code if section in _OBJECT_OF else shown(text(item.get("linkId")))
            answer = given[0] if len(given) == 1 else f"{len(given)} answers"
            visit.setdefault(key, {})[name] = answer
            places[f"$.{key}.{name}"] = path
    return Answers(visit, places)


def _declared(responses: Sequence[Entry]) -> Answers:
    """Return what responses that do not hold say yes to; of one that was taken back nothing."""
    visit: Json = {}
    places: dict[str, str] = {}
    for entry in responses:
        if entry.resource.get("status") in fhir_maps()["status"]["taken_back"]:
            continue
        said = _answers(entry)
        for key in LISTS:
            listed = visit.get(key, [])
            new = [one for one in said.visit.get(key, ()) if one not in (*listed, NONE_CODE)]
            if new:
                visit[key] = [*listed, *new]
                places[f"$.{key}"] = said.places[f"$.{key}"]
    return Answers(visit, places)


def _holds(entry: Entry, log: IssueLog) -> bool:
    """Say whether a response may be read as the answers of the visit; one that may not is told."""
    said, status = text(entry.resource.get("questionnaire")), text(entry.resource.get("status"))
    is_known = said == canonical()
    is_done = status in fhir_maps()["status"]["questionnaire_response"]
    if not is_known:
        where, words = f"{entry.path}.questionnaire", {"found": shown(said)}
        words["canonical"] = canonical()
        log.keep("refused_record", "questionnaire_unknown", where, **words)
    if not is_done:
        where, found = f"{entry.path}.status", shown(status)
        log.keep("refused_record", "response_not_usable", where, found=found)
    return is_known and is_done


def _is_of(entry: Entry, visit: SentVisit, log: IssueLog) -> bool:
    """Say whether a response was given at the visit; one that was not denies nothing, and is told.

    One that says neither its visit nor its day is taken as the visit's, and that is told too.
    """
    authored = text(entry.resource.get("authored"))
    is_other = visit.is_other(entry)
    if is_other:
        log.keep("refused_record", "response_of_other_visit", f"{entry.path}.encounter")
    if authored and not visit.is_around(authored):
        where, found = f"{entry.path}.authored", shown(authored)
        log.keep("refused_record", "response_of_other_day", where, found=found)
        return False
    if not authored and not entry.resource.get("encounter"):
        log.keep("note", "response_undated", entry.path)
    return not is_other


def _items(node: Mapping[str, Any], path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Return every item that may hold an answer; a group only holds others."""
    for index, item in enumerate(objects(node.get("item"))):
        where = f"{path}.item[{index}]"
        inner = objects(item.get("item"))
        if inner and not item.get("answer"):
            yield from _items(item, where)
        else:
            yield item, where


def _value(answer: Mapping[str, Any]) -> object:
    coding = answer.get("valueCoding")
    if isinstance(coding, Mapping):
        return text(coding.get("code"))
    values = [value for key, value in answer.items() if key.startswith("value")]
    return values[0] if len(values) == 1 else shown(values)
