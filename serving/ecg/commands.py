"""What the ECG commands do, file by file: one that can't be read never stops the others."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...datasets.readers.ecg import Declared, EcgRecording, read_ecg, write_wfdb
from ...datasets.readers.ecg.files import HEADER, record_files
from ...datasets.readers.ecg.wfdb_write import wfdb_files
from ...engine import Models
from ...engine.ecg.analysis import EcgAnalysis, analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.failures import EcgNotAnalysed
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.section import section_of
from ...engine.ecg.visit import DELINEATOR_ID, reference_of
from ...engine.errors import ContractBroken, DataError, ScreeningError
from ...engine.prediagnosis import EcgSection, ModelReference
from ...engine.words import Sentences
from ..whole_files import write_text


@dataclass(frozen=True, slots=True)
class EcgDone:
    """One recording of one file: what came of it, or why nothing did."""

    path: Path
    record: str
    recording: EcgRecording | None = None
    analysis: EcgAnalysis | None = None
    section: EcgSection | None = None
    plain: dict[str, Any] | None = None
    error: ScreeningError | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The network that finds the waves, and how it is named."""

    delineator: Delineator
    reference: ModelReference


def find_network(models: Models) -> Network:
    """Return the network that finds the waves.

    Raises
    ------
    ModelError : it is refused or not there; nothing of an ECG can be measured without it
    """
    bundle = models.signal(DELINEATOR_ID)
    if bundle is not None:
        return Network(bundle.delineator(), reference_of(bundle))
    refusal = models.refusal(DELINEATOR_ID)
    if refusal is not None:
        raise refusal
    raise ContractBroken(
        found=f"no model {DELINEATOR_ID}",
        why="without it no wave of an ECG is found, so nothing is measured",
        remedy="Give its folder with --models, or install the shipped models again",
        path=DELINEATOR_ID,
    )


def each_file(
    paths: Sequence[Path], task: Callable[[EcgRecording], EcgDone], number: int | None = None
) -> Iterator[EcgDone]:
    """Do the task for the recording of every file; an error belongs to its file.

    ``number`` chooses, counted from 0, in files that hold several; see `choose.the_one`.
    """
    taken: set[str] = set()
    for path in paths:
        try:
            yield task(_new_one(path, number, taken))
        except ScreeningError as error:
            yield EcgDone(path, path.stem, error=error)
        except Exception as error:  # noqa: BLE001 - one file must never take the others with it
            yield EcgDone(path, path.stem, error=EcgNotAnalysed.because(error, path.name))


def _new_one(path: Path, number: int | None, taken: set[str]) -> EcgRecording:
    """Read the recording of a file, whose name was not taken yet."""
    recording = read_ecg(path, recording=number)
    record = recording.header.record or path.stem
    if record in taken:
        raise _same_name(record, path)
    taken.add(record)
    return recording


def without_signal_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Part the files to read from the signal files of WFDB headers that are among them.

    ``DIR/*`` names each recording twice, by its header and by the samples that the header names.

    Returns
    -------
    the files in their order without those signal files, and those signal files
    """
    headers = [path for path in paths if path.suffix.lower() == HEADER]
    named = {one.resolve() for path in headers for one in record_files(path)}
    named = {one for one in named if one.suffix.lower() != HEADER}
    kept = [path for path in paths if path.resolve() not in named]
    return kept, [path for path in paths if path.resolve() in named]


def note_lines(recording: EcgRecording, lang: str) -> list[str]:
    """Word what the file of a recording leaves open, one line each, for outputs without room."""
    words = Sentences(lang)
    record = recording.header.record
    colon = words.text("join.colon")
    return [f"{record}{colon}{words.render(note)}" for note in recording.signal.notes]


def _same_name(record: str, path: Path) -> DataError:
    return DataError(
        found=f"a second recording named {record}",
        why="in every output a recording is known by its file's stem",
        remedy="Rename one of the files, or give them to two commands",
        path=str(path),
    )


def measure_task(network: Network | None) -> Callable[[EcgRecording], EcgDone]:
    """Return the task that judges, delineates and measures.

    Without the network the gate and the second measurement speak alone.
    """
    delineator = network.delineator if network else None
    reference = network.reference if network else None

    def measure(recording: EcgRecording) -> EcgDone:
        record = recording.header.record
        analysis = analyse_ecg(recording.signal, delineator)
        header = recording.header
        person = Person(header.sex, header.age_years)
        section = section_of(analysis, reference, person)
        plain = analysis.fiducials.as_json(record)
        return EcgDone(Path(record), record, recording, analysis, section, plain)

    return measure


def waves_task(network: Network) -> Callable[[EcgRecording], EcgDone]:
    """Return the task that finds the waves of every lead that can be read."""

    def waves(recording: EcgRecording) -> EcgDone:
        record = recording.header.record
        found = network.delineator.delineate(recording.signal.of_known_leads())
        return EcgDone(Path(record), record, recording, plain=found.as_json(record))

    return waves


def beats_task(network: Network) -> Callable[[EcgRecording], EcgDone]:
    """Return the task that finds R peaks, in samples of the file."""

    def beats(recording: EcgRecording) -> EcgDone:
        record = recording.header.record
        fiducials = network.delineator.delineate(recording.signal.of_known_leads())
        peaks = [round(float(r)) for r in fiducials.r_peaks]
        rate = recording.signal.sampling_rate_hz
        fs = int(rate) if float(rate).is_integer() else rate
        plain = {"record": record, "fs": fs, "r": peaks}
        return EcgDone(Path(record), record, recording, plain=plain)

    return beats


def write_json(done: EcgDone, folder: Path) -> Path:
    """Write one recording's plain data as ``RECORD.json``.

    Raises
    ------
    DataError : the folder can't be written
    """
    target = folder / f"{Path(done.record).name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(target, json.dumps(done.plain))
    except OSError as error:
        raise DataError(
            found=f"a file that can't be written ({error.strerror})",
            why="the result would be lost",
            remedy="Check the folder and its permissions",
            path=str(target),
        ) from error
    return target


def convert(
    source: Path,
    target: Path,
    *,
    overwrite: bool = False,
    number: int | None = None,
    leads: Sequence[str] = (),
) -> tuple[Path, EcgRecording]:
    """Write any readable ECG as WFDB, without anything of the person.

    ``number`` chooses, counted from 0, in a file that holds several recordings; ``leads`` names the
    leads in the order of the file, where it does not name them.

    Returns
    -------
    the header that was written, and the recording

    Raises
    ------
    ScreeningError : the file can't be read, names other leads, holds several recordings, or can't
        be written; or a file of the target is there already and ``overwrite`` was not asked for
    """
    there = [path for path in wfdb_files(target) if path.exists()]
    if there and not overwrite:
        raise DataError(
            found="a file that is there already",
            why="it may be the only copy of another ECG, and would be lost",
            remedy="Choose another name, or give --overwrite",
            path=str(there[0]),
        )
    recording = read_ecg(source, recording=number, declared=Declared(leads=tuple(leads)))
    target.parent.mkdir(parents=True, exist_ok=True)
    return write_wfdb(recording, target), recording
