"""What another software says of its own results (critical, high, ...): kept, and never used.

The values go through the house's own rules; a word of somebody else's that a physician would act on
must not be lost for that.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .entries import Entry, codings, objects
from .issues import IssueLog
from .maps import fhir_maps


def tell_interpretations(observations: Sequence[Entry], log: IssueLog) -> None:
    """Tell of every interpretation: each critical one, and once of all the others.

    Parameters
    ----------
    observations : of a Bundle; of one that was taken back nothing is said
    log : of the Bundle
    """
    known, others = fhir_maps()["interpretation"], []
    for path, concept in _given(observations):
        said = {code for system, code in codings(concept) if system in known["systems"]}
        critical = sorted(said & set(known["critical"]))
        for code in critical:
            log.keep("note", "interpretation_critical", path, found=code)
        if not critical:
            others.append(path)
    if others:
        log.keep("note", "interpretations_not_read", others[0], count=str(len(others)))


def _given(observations: Sequence[Entry]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    taken_back = fhir_maps()["status"]["taken_back"]
    for entry in observations:
        if entry.resource.get("status") in taken_back:
            continue
        parts = [(entry.path, entry.resource)]
        inner = enumerate(objects(entry.resource.get("component")))
        parts += [(f"{entry.path}.component[{index}]", part) for index, part in inner]
        for path, part in parts:
            for index, concept in enumerate(objects(part.get("interpretation"))):
                yield f"{path}.interpretation[{index}]", concept
