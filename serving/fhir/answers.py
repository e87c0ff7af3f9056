"""From a QuestionnaireResponse to the questions, symptoms, conditions and consent of a visit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...engine.intake.answers import LISTS, OBJECTS
from ...engine.intake.problems import shown
from .entries import Entry, objects, text
from .issues import IssueLog
from .maps import Json, fhir_maps
from .questionnaire import NONE_CODE, canonical

_LIST_OF: Final = {section: key for key, section in LISTS.items()}
_OBJECT_OF: Final = {section: key for key, section in OBJECTS.items()}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a response says: parts of the visit, and where each stood."""

    visit: Json
    places: Mapping[str, str]


def read_answers(responses: Sequence[Entry], log: IssueLog) -> Answers:
    """Return the answers of the one response of a Bundle.

    Parameters
    ----------
    responses : the QuestionnaireResponses of the Bundle
    log : of the Bundle; several responses, or one to another version, refuse the Bundle
    """
    if not responses:
        return Answers({}, {})
    if len(responses) > 1:
        log.refuse("responses_several", responses[1].path, {"count": str(len(responses))})
    entry = responses[0]
    _check(entry, log)
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


def _check(entry: Entry, log: IssueLog) -> None:
    said, status = text(entry.resource.get("questionnaire")), text(entry.resource.get("status"))
    if said != canonical():
        words = {"found": shown(said), "canonical": canonical()}
        log.refuse("questionnaire_unknown", f"{entry.path}.questionnaire", words)
    if status not in fhir_maps()["status"]["questionnaire_response"]:
        words = {"status": shown(status)}
        log.refuse("status_not_usable.response", f"{entry.path}.status", words)


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
