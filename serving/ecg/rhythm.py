"""``laennec ecg rhythm``: one letter for each strip, and in words what a letter must not hide."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...datasets.readers.ecg import EcgRecording
from ...engine.ecg.features import EcgFeatures, ecg_features
from ...engine.ecg.findings import StatementsModel
from ...engine.ecg.findings.find import Statement, find_statements
from ...engine.ecg.findings.strip_rhythm import StripRhythm, strip_rhythm
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.strip import analyse_strip
from ...engine.prediagnosis import Message
from ...engine.words import Sentences
from ...engine.words.paper import Page
from ...engine.words.urgent_lines import urgent_json, write_urgent
from .commands import EcgDone, Network
from .told_rules import answer_json, statements_json

SCHEMA: Final = "laennec.ecg_rhythm/1"
RHYTHM_ID: Final = "ecg_findings/single_lead"
LABELS: Final = {
    "sinus_rhythm": "N",
    "atrial_fibrillation": "A",
    "other_rhythm": "O",
    "noise": "~",
}


@dataclass(frozen=True, slots=True)
class FoundRhythm:
    """The rhythm of one record.

    Parameters
    ----------
    record : its name
    rhythm : class, urgent rules and notes
    readable_share : of its stretches of ten seconds; 1 where the whole was read
    statements, features : the four classes as statements, and what their rules read
    file_notes : what was done while its file was read
    """

    record: str
    rhythm: StripRhythm
    readable_share: float
    statements: tuple[Statement, ...]
    features: EcgFeatures
    file_notes: tuple[Message, ...] = ()

    @property
    def label(self) -> str:
        """N, A, O or ~."""
        return LABELS[self.rhythm.name]


def rhythm_task(
    network: Network, rules: StatementsModel, keep: Callable[[FoundRhythm], None]
) -> Callable[[EcgRecording], EcgDone]:
    """Return the task that names the rhythm of a strip; ``keep`` gets each answer.

    The part of a strip that can be read is enough to name it.
    """

    def name(recording: EcgRecording) -> EcgDone:
        header = recording.header
        person = Person(header.sex, header.age_years)
        analysis = analyse_strip(recording.signal, network.delineator)
        features = ecg_features(analysis, person)
        said = find_statements(analysis, features, rules)
        found = strip_rhythm(analysis, features, said, person)
        share, notes = analysis.readable_share, analysis.signal.notes
        keep(FoundRhythm(header.record, found, share, said, features, notes))
        return EcgDone(Path(header.record), header.record, recording, analysis)

    return name


def rhythm_csv(found: Iterable[FoundRhythm]) -> str:
    """Write ``record,label``, as the challenge asks; the words stand beside it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("record", "label"))
    writer.writerows((one.record, one.label) for one in found)
    return out.getvalue()


def rhythm_words(found: FoundRhythm, lang: str) -> str:
    """Word one strip for people; empty where its letter says all."""
    if not found.rhythm.notes and not found.rhythm.urgent.items:
        return ""
    words, page = Sentences(lang), Page()
    page.add(words.text("ecg.strip.head", **_named(found, words)))
    for note in found.rhythm.notes:
        page.add(words.render(note), indent=2)
    write_urgent(found.rhythm.urgent.items, words, page)
    return "\n".join(page.lines) + "\n"


def rhythm_data(
    found: Iterable[FoundRhythm], rules: StatementsModel, lang: str, labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return the strips as data (``docs/schema/ecg_rhythm.schema.json``).

    Parameters
    ----------
    found : what ``rhythm_task`` kept
    rules : that were asked
    lang : of the sentences
    labels : what the bundle calls its variables and terms
    """
    words = Sentences.of(lang, labels)
    strips = [_strip(one, rules, words) for one in found]
    return answer_json(SCHEMA, rules, words, strips=strips)


def _strip(found: FoundRhythm, rules: StatementsModel, words: Sentences) -> dict[str, Any]:
    urgent = found.rhythm.urgent
    return {
        **_named(found, words),
        "readable_share": round(found.readable_share, 3),
        "urgency": min((item.level for item in urgent.items), default=None),
        "urgent": urgent_json(urgent.items, words),
        "urgent_rules": {"applied": list(urgent.applied), "not_applied": list(urgent.not_applied)},
        "classes": statements_json(found.statements, found.features, rules, words),
        "notes": [words.coded(note) for note in found.rhythm.notes],
        "file_notes": [words.coded(note) for note in found.file_notes],
    }


def _named(found: FoundRhythm, words: Sentences) -> dict[str, str]:
    rhythm = words.text(f"ecg.strip.{found.rhythm.name}")
    return {"record": found.record, "label": found.label, "rhythm": rhythm}
