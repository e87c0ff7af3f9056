"""Runs a study: reads, checks, counts, estimates, and returns one document of plain data."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from ...engine.bundles.decode import encode
from ...engine.bundles.load import Models
from ...engine.bundles.verify import Bundle
from ...training.survey import Design
from ..data.cohort import study_cohort, told_cohort
from ..data.names import wanted_columns
from ..data.people import People, make_people
from ..data.planned import plan_problems, the_index_test
from ..data.population import persons_of
from ..data.table import read_table
from ..protocol.freeze import mapping_sha256, note_opened, protocol_sha256, read_frozen
from ..protocol.model import Protocol
from ..protocol.read import read_protocol
from . import deviations as deviate
from . import extra
from .benefit import benefit
from .counts import counted, totals
from .describe import describe
from .endpoints import endpoints
from .missing import missing
from .sample import sample_size
from .sections import (
    abstention,
    at_threshold,
    calibration,
    discrimination,
    weighted_at_threshold,
    weighted_discrimination,
)
from .subgroups import subgroups
from .survival import survival_tables, weighted_survival_tables
from .verdicts import saw_these, why_unjudged
from .verified import chosen_by_result, verification, verified_people

SCHEMA: Final = "laennec.study_report/1"
_WITHHELD: Final = (
    "reasons", "persons", "smallest_cell", "abstained", "abstained_cases", "abstained_others",
)  # fmt: skip
_LIBRARIES: Final = ("numpy", "scipy", "onnxruntime", "pyarrow")


@dataclass(frozen=True, slots=True)
class StudyOptions:
    """What a run of a study needs.

    Parameters
    ----------
    protocol : the protocol's file
    data : the data's file
    models : from ``load_models``
    said : told before each step, for a person who waits
    today : a visit after this day is refused; nothing is refused for its date where None
    """

    protocol: Path
    data: Path
    models: Models
    said: Callable[[str], None] = lambda _: None
    today: date | None = None


def run_study(options: StudyOptions) -> dict[str, Any]:
    """Run a study and return its report as plain data; the same inputs give the same document.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with protocol or data
    StudyError  if the freeze is broken
    TableRefused, FragmentUnreadable  if the data can't be read
    """
    folder = options.protocol.parent
    protocol = read_protocol(
        options.protocol, lambda plan: plan_problems(plan, options.models, folder)
    )
    bundle = the_index_test(protocol, options.models)
    mapping = mapping_sha256(protocol, folder)
    frozen = read_frozen(options.protocol)
    options.said("data")
    mapping_file = folder / protocol.data.mapping if protocol.data.mapping else None
    cohort = study_cohort(protocol, folder)
    table = read_table(options.data, mapping_file, wanted_columns(protocol), cohort, options.today)
    note_opened(options.protocol, table.sha256)
    options.said("model")
    everyone = make_people(protocol, table, options.models, bundle)
    people = verified_people(everyone)
    options.said("statistics")
    analyses = analyse(people, protocol)
    chosen = chosen_by_result(protocol, table, bundle)
    unjudged = why_unjudged(protocol, frozen, mapping, table, bundle)
    unjudged = unjudged or ("verified_only" if chosen else None)
    shown = endpoints(protocol, everyone, analyses, unjudged=unjudged)
    sample = sample_size(protocol, people)
    content = encode(protocol)
    return {
        "schema": SCHEMA,
        "protocol": {
            "sha256": protocol_sha256(content, mapping),
            "frozen_sha256": None if frozen is None else frozen.sha256,
            "frozen_on": None if frozen is None else frozen.frozen_on,
            "freeze_sha256": None if frozen is None else frozen.freeze_sha256,
            "file": options.protocol.name,
            "content": content,
        },
        "deviations": [
            *deviate.deviations(protocol, frozen, mapping, table, bundle),
            *([{"code": "reference_chosen", "n": chosen}] if chosen else []),
            *deviate.of_results(people, shown, sample),
            *deviate.of_ranking(analyses["counted"]),
        ],
        **told_cohort(table.cohort, persons_of(protocol, table)),
        "data": {"file": table.name, "sha256": table.sha256, "rows": len(table)},
        "model": {
            "id": bundle.manifest.id,
            "version": bundle.manifest.version,
            "sha256": bundle.model.sha256,
            "key": bundle.manifest.key,
            "population": bundle.manifest.population,
            "inputs": list(bundle.manifest.input_names),
            "training_data": dict(bundle.manifest.training.data),
            "saw_these_data": saw_these(table, bundle),
        },
        "software": {"laennec": version("laennec"), **{n: version(n) for n in _LIBRARIES}},
        "flow": flow(people, protocol),
        "participants": describe(people, bundle.manifest.input_names),
        "endpoints": shown,
        "analyses": analyses,
        "subgroups": subgroups(people, protocol),
        "sample_size": sample,
        **{
            name: found
            for name, found in _extra(everyone, people, protocol, bundle)
            if found is not None
        },
    }


def is_survival(protocol: Protocol) -> bool:
    """Say whether the outcome is a survival time."""
    return protocol.reference.time is not None


def _extra(
    everyone: People, people: People, protocol: Protocol, bundle: Bundle
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Yield the sections that this protocol and model have."""
    yield "explanation", extra.explanation(people, protocol, bundle)
    yield "periods", extra.periods(people, protocol, bundle)
    if is_survival(protocol):
        if protocol.missing_data.plan != ("as_in_use",):
            yield "missing", missing(people, protocol, bundle)
        return
    yield "missing", missing(people, protocol, bundle)
    yield "by_person", extra.by_person(people, protocol)
    yield "referral", extra.equal_sensitivity(people, protocol)
    yield "conformal", extra.conformal(people, bundle)
    yield "reclassification", extra.reclassification(people, protocol, bundle)
    yield "verification", verification(everyone, protocol)


def analyse(people: People, protocol: Protocol) -> dict[str, Any]:
    """Return the tables of people counted one by one, and of the survey's population."""
    if is_survival(protocol):
        withheld = abstention(people, protocol.index_test.threshold)
        shares = {k: v for k, v in withheld.items() if k in _WITHHELD}
        told = {"counted": {**survival_tables(people, protocol), "abstention": shares}}
        if people.design is not None:
            told["weighted"] = weighted_survival_tables(people, protocol, people.design)
        return told
    found: dict[str, Any] = {
        "counted": {
            **totals(people),
            "discrimination": discrimination(people),
            "threshold": at_threshold(people, protocol),
            "abstention": abstention(people, protocol.index_test.threshold),
            "calibration": calibration(people),
            "benefit": benefit(people, protocol),
        }
    }
    if people.design is not None:
        found["weighted"] = _weighted(people, protocol, people.design)
    return found


def _weighted(people: People, protocol: Protocol, design: Design) -> dict[str, Any]:
    return {
        **totals(people),
        "discrimination": weighted_discrimination(people, design),
        "threshold": weighted_at_threshold(people, protocol, design),
        "calibration": calibration(people, design),
        "benefit": benefit(people, protocol, design),
    }


def flow(people: People, protocol: Protocol) -> list[dict[str, Any]]:
    """Return the STARD flow: exclusions, then the index test's answer by the reference standard."""
    steps: list[dict[str, Any]] = [
        {k: v for k, v in asdict(step).items() if v is not None} for step in people.flow
    ]
    positive = people.answered & (people.value >= protocol.index_test.threshold)
    for name, rows in (
        ("positive", positive),
        ("negative", people.answered & ~positive),
        ("abstained", ~people.answered),
    ):
        sides = {"n": rows, "cases": rows & people.case, "others": rows & ~people.case}
        steps.append({"id": name, **counted(people, sides)})
    return steps
