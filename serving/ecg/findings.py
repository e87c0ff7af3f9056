"""``laennec ecg findings``: one line for each record and statement, or all rules as JSON."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...datasets.readers.ecg import EcgRecording
from ...engine import Models
from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.features import EcgFeatures, ecg_features
from ...engine.ecg.findings import StatementsModel
from ...engine.ecg.findings.find import Statement, find_statements
from ...engine.ecg.measure.reference import Person
from ...engine.errors import ContractBroken
from ...engine.prediagnosis import Message
from ...engine.words import Sentences
from .commands import EcgDone, Network
from .told_rules import answer_json, statements_json

SCHEMA: Final = "laennec.ecg_findings/1"
FINDINGS_ID: Final = "ecg_findings/twelve_lead"
DECIMALS: Final = 10


@dataclass(frozen=True, slots=True)
class FoundStatements:
    """The statements of one record, the features behind their rules, and notes on its file."""

    record: str
    statements: tuple[Statement, ...]
    features: EcgFeatures
    file_notes: tuple[Message, ...] = ()


def find_rules(models: Models, model_id: str) -> StatementsModel:
    """Return the rules of one form.

    Raises
    ------
    ModelError : the bundle is refused or not there
    """
    bundle = models.statement_rules(model_id)
    if bundle is not None:
        return bundle.model()
    refusal = models.refusal(model_id)
    if refusal is not None:
        raise refusal
    raise ContractBroken(
        found=f"no model {model_id}",
        why="without its rules nothing can be said of what an ECG shows",
        remedy="Give its folder with --models, or install the shipped models again",
        path=model_id,
    )


def findings_task(
    network: Network, rules: StatementsModel, keep: Callable[[FoundStatements], None]
) -> Callable[[EcgRecording], EcgDone]:
    """Return the task that judges, measures and says what is there; ``keep`` gets each answer."""

    def find(recording: EcgRecording) -> EcgDone:
        record, header = recording.header.record, recording.header
        analysis = analyse_ecg(recording.signal, network.delineator)
        features = ecg_features(analysis, Person(header.sex, header.age_years))
        found = find_statements(analysis, features, rules)
        keep(FoundStatements(record, found, features, analysis.signal.notes))
        return EcgDone(Path(record), record, recording, analysis)

    return find


def scores_csv(found: Iterable[FoundStatements]) -> str:
    """Write ``record,statement,score,state``; what is not assessable has no score."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("record", "statement", "score", "state"))
    for one in found:
        for s in one.statements:
            why = ";".join(w.removeprefix("ecg.") for w in s.why)
            state = f"{s.state}:{why}" if why else s.state
            score = "" if s.why else f"{s.score:.{DECIMALS}g}"
            writer.writerow((one.record, s.name, score, state))
    return out.getvalue()


def findings_data(
    found: Iterable[FoundStatements],
    rules: StatementsModel,
    lang: str,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return the statements of every record as data (``docs/schema/ecg_findings.schema.json``).

    Parameters
    ----------
    found : what ``findings_task`` kept
    rules : that were asked
    lang : of the sentences
    labels : what the bundle calls its variables and terms
    """
    words = Sentences.of(lang, labels)
    records = [
        {
            "record": one.record,
            "statements": statements_json(one.statements, one.features, rules, words),
            "file_notes": [words.coded(note) for note in one.file_notes],
        }
        for one in found
    ]
    return answer_json(SCHEMA, rules, words, records=records)
