"""Observations with SampledData: handed on as an ECG file, and what is wrong with them by name."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ...datasets.readers.ecg.names import microvolt_per
from ...engine.intake.document import NumberText
from ...engine.intake.problems import shown
from .entries import Entry, obj, objects, text
from .issues import IssueLog
from .maps import fhir_maps
from .wording import Said

_SAMPLED: Final = "valueSampledData"


def is_sampled(observation: Mapping[str, Any]) -> bool:
    """Say whether an Observation holds sampled data, itself or in its components."""
    parts = [observation, *objects(observation.get("component"))]
    return any(_SAMPLED in part for part in parts)


def sampled_file(entry: Entry) -> tuple[str, bytes]:
    """Return an Observation with sampled data as a file for the ECG reader, with its name.

    Whose it is was checked before.
    """
    own = {key: value for key, value in entry.resource.items() if key != "subject"}
    return f"{text(entry.resource.get('id')) or 'ecg'}.json", json.dumps(_numbers(own)).encode()


def _numbers(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a document with its numbers as numbers again."""
    if isinstance(value, NumberText):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _numbers(inner) for key, inner in value.items()}
    return [_numbers(inner) for inner in value] if isinstance(value, list) else value


def tell_unfit(entry: Entry, log: IssueLog) -> None:
    """Name what keeps sampled data from being read, for who sent it; the reader refuses them.

    Parameters
    ----------
    entry : an Observation with sampled data
    log : of the Bundle
    """
    parts = [(entry.resource, entry.path)]
    inner = enumerate(objects(entry.resource.get("component")))
    parts += [(part, f"{entry.path}.component[{index}]") for index, part in inner]
    for part, path in parts:
        faults = list(_faults(obj(part.get(_SAMPLED)))) if _SAMPLED in part else []
        if faults:
            log.add("sampled_unfit", f"{path}.{_SAMPLED}", {"faults": faults})


def _faults(data: Mapping[str, Any]) -> Iterator[Said]:
    for name in fhir_maps()["waveform"]["of_r5"]:
        if name in data:
            yield "fault.sampled_r5", {"element": name}
    if _number(data.get("dimensions")) != 1:
        yield "fault.sampled_dimensions", {"found": shown(data.get("dimensions"))}
    if not _number(data.get("period")) > 0:
        yield "fault.sampled_period", {"found": shown(data.get("period"))}
    origin = obj(data.get("origin"))
    if origin.get("value") is None:
        yield "fault.sampled_origin", {}
    unit = text(origin.get("code")) or text(origin.get("unit"))
    if microvolt_per(unit) is None:
        yield "fault.sampled_unit", {"found": shown(unit)}


def _number(value: object) -> float:
    """Return a JSON number; 0 for anything else, which none of the fields may be."""
    is_number = isinstance(value, NumberText | int | float) and not isinstance(value, bool)
    return float(str(value)) if is_number else 0.0
