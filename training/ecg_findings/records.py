"""Records with their features and what is known of each statement; features are kept by hash.

Features depend on the network that finds the waves and on the whole chain around it, so they are
kept in a folder named by the hash of both: a change of either measures everything again, in a few
minutes.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ...datasets import sources
from ...datasets.sources.challenge12 import diagnoses, read_challenge12
from ...datasets.sources.cinc2017 import LABEL, read_cinc2017
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...datasets.sources.ludb import read_ludb
from ...engine import ecg as ecg_code
from ...engine import guidelines
from ...engine.ecg.analysis import REFUSED, EcgAnalysis, FindsWaves, analyse_ecg
from ...engine.ecg.conduction import may_be_higher_block
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.features import EcgFeatures, ecg_features
from ...engine.ecg.features.table import is_own_scale
from ...engine.ecg.findings.axis import as_rules_read
from ...engine.ecg.findings.find import AXIS
from ...engine.ecg.findings.settings import statement_settings
from ...engine.ecg.findings.wide import is_wide_tachycardia
from ...engine.ecg.measure.reference import NOBODY, Person
from ...engine.ecg.signal import EcgSignal
from ...engine.ecg.strip import analyse_strip
from ...engine.fixedpoint import FloatArray
from .beats import beat_of
from .full_scale import Known, is_config, records_of
from .labels import FOLDER, ludb_truth, truth_of

SEXES: Final = {"Male": "male", "Female": "female", "M": "male", "F": "female"}
OLDEST: Final = 120.0


@dataclass(frozen=True, slots=True, eq=False)
class Ecgs:
    """Records as training reads them, ``n`` of them.

    Parameters
    ----------
    source : length n, database
    record : length n
    person : shape (n,), who each record is of, unique over the sources
    x : shape (n, k), columns in the order of ``names``; NaN where not observed
    names : of the columns
    truth : shape (n, s), 1, 0 or NaN where nothing is known, in the order of ``statements``
    statements : names
    uses : use -> shape (n,), what the quality gate allows
    withheld : shape (n,), whether QTc was withheld
    beat : shape (n, 12, width), median beat in millivolt, for the encoder
    own_scale : shape (n,), whether each lead was stored on a scale of its own
    wide : shape (n,), whether it may be a ventricular tachycardia, of which the engine says little
    blocked : shape (n,), whether a block of higher degree than the first may be there
    """

    source: NDArray[np.str_]
    record: tuple[str, ...]
    person: NDArray[np.str_]
    x: FloatArray
    names: tuple[str, ...]
    truth: FloatArray
    statements: tuple[str, ...]
    uses: Mapping[str, NDArray[np.bool_]]
    withheld: NDArray[np.bool_]
    beat: FloatArray
    own_scale: NDArray[np.bool_]
    wide: NDArray[np.bool_]
    blocked: NDArray[np.bool_]

    def columns(self, names: Sequence[str]) -> FloatArray:
        """Return some columns by name, shape (n, len(names))."""
        return self.x[:, [self.names.index(name) for name in names]]

    def rule_inputs(self, names: Sequence[str]) -> FloatArray:
        """Return columns as the engine gives them to the rules: the axis cut at -90 degrees."""
        x = self.columns(names)
        if AXIS in names:
            at = list(names).index(AXIS)
            x[:, at] = as_rules_read(x[:, at])
        return x

    def only(self, rows: NDArray[Any]) -> "Ecgs":
        """Return some records."""
        at = np.arange(len(self.record))[rows]
        return replace(
            self,
            source=self.source[at],
            record=tuple(self.record[i] for i in at),
            person=self.person[at],
            x=self.x[at],
            truth=self.truth[at],
            uses={name: use[at] for name, use in self.uses.items()},
            withheld=self.withheld[at],
            beat=self.beat[at],
            own_scale=self.own_scale[at],
            wide=self.wide[at],
            blocked=self.blocked[at],
        )


class Tool(FindsWaves, Protocol):
    """What finds the waves, with a hash of all that its answers depend on."""

    @property
    def sha256(self) -> str:
        """Return the hash."""


Row = dict[str, Any]
Analyse = Callable[[EcgSignal, Any], EcgAnalysis]
PER_FILE: Final = 100
DONE: Final = "done"


def person_of(ecg: AnnotatedEcg) -> Person:
    """Return sex and age as the labels say them, None where they do not."""
    about = {key.lower(): value for key, value in ecg.labels.items()}
    try:
        age: float | None = float(about.get("age", ""))
    except ValueError:
        age = None
    if age is not None and not 0 <= age < OLDEST:
        age = None
    return Person(SEXES.get(about.get("sex", "").strip()), age)


def twelve_lead(data: Path, statements: Sequence[str], network: Tool, work: Path) -> Ecgs:
    """Read LUDB and the challenge records, with their features.

    Parameters
    ----------
    data : folder of ECG data, or a config that names sets at full scale
    statements : in the order of the bundle
    network : finds the waves
    work : folder in which features are kept
    """
    name = "twelve_lead"
    if is_config(data):
        asked = data.read_bytes() + (FOLDER / "labels_sets.toml").read_bytes()
        name = f"sets-{hashlib.sha256(asked).hexdigest()[:12]}"
    return _ecgs(kept(name, work, every_record(data), network, analyse_ecg), statements)


def every_record(data: Path) -> Iterator[Known]:
    """Yield every twelve-lead record with its source and its truth, always in the same order."""
    if is_config(data):
        yield from records_of(data)
        return
    labels = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
    silent = frozenset(labels["only_a_diagnosis"]["challenge12"])
    for ecg in read_challenge12(data / "challenge12"):
        known = truth_of(diagnoses(ecg), labels["challenge12"], silent)
        yield ecg.labels["source_db"], ecg, known
    for ecg in read_ludb(data / "ludb"):
        yield "LUDB", ecg, ludb_truth(ecg.labels, labels["ludb"])


def single_lead(data: Path, classes: Mapping[str, str], network: Delineator, work: Path) -> Ecgs:
    """Read the single-lead strips, with their features.

    Parameters
    ----------
    classes : name of the statement -> label of the set
    """

    def records() -> Iterator[Known]:
        for ecg in read_cinc2017(data / "cinc2017"):
            known = {name: float(ecg.labels[LABEL] == label) for name, label in classes.items()}
            yield "CinC 2017", ecg, known

    rows = kept("single_lead", work, records(), network, analyse_strip)
    return _ecgs(rows, tuple(classes))


def _measured(known: Known, network: Tool, analyse: Analyse) -> Row:
    source, ecg, truth = known
    analysis = analyse(ecg.signal, network)
    found = ecg_features(analysis, person_of(ecg) if ecg.labels else NOBODY)
    return {"person": ecg.person, **_row(source, ecg.record, truth, analysis, found)}


def _row(
    source: str, record: str, known: dict[str, float], analysis: EcgAnalysis, found: EcgFeatures
) -> Row:
    return {
        "source": source,
        "record": record,
        "truth": {k: (None if np.isnan(v) else v) for k, v in known.items()},
        "x": {k: (float(v) if np.isfinite(v) else None) for k, v in found.values.items()},
        "uses": {k: use.verdict != REFUSED for k, use in analysis.quality.uses.items()},
        "withheld": list(analysis.measurements.measured["qtc_fridericia"].withheld),
        "own_scale": is_own_scale(analysis),
        "wide": is_wide_tachycardia(analysis, found.values),
        "blocked": may_be_higher_block(analysis.measurements, analysis.fiducials),
        "beat": beat_of(analysis).tolist(),
    }


def kept(
    name: str, work: Path, records: Iterator[Known], network: Tool, analyse: Analyse
) -> list[Row]:
    """Read rows that the same code and network measured before, and measure and keep the others.

    A file is kept for every hundred records, so an interrupted run goes on at the next one: it
    reads the records before once more, but does not measure them.
    """
    folder = work / f"{name}-{_hash(network)}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / DONE).is_file():
        first = len(list(folder.glob("*.json")))
        left = islice(records, first * PER_FILE, None)
        for number in count(first):
            rows = [_measured(one, network, analyse) for one in islice(left, PER_FILE)]
            if not rows:
                break
            part = folder / f"{number:05d}.part"
            part.write_text(json.dumps(rows), encoding="utf-8")
            part.replace(part.with_suffix(".json"))
        (folder / DONE).touch()
    return [
        row
        for file in sorted(folder.glob("*.json"))
        for row in json.loads(file.read_text(encoding="utf-8"))
    ]


def _hash(network: Tool) -> str:
    """Hash the network, and the code and tables that features and truth depend on."""
    digest = hashlib.sha256(network.sha256.encode())
    for file in rows_depend_on():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def rows_depend_on() -> list[Path]:
    """Return every file of the ECG chain, its tables, and what makes a record's truth."""
    here = Path(__file__).parent
    return [
        *sorted(Path(ecg_code.__file__).parent.rglob("*.py")),
        *sorted(Path(guidelines.__file__).parent.glob("ecg*.toml")),
        *(here / name for name in ("beats.py", "full_scale.py", "labels.py", "records.py")),
        *sorted(Path(sources.__file__).parent.glob("*.py")),
        *sorted(FOLDER.glob("labels*.toml")),
    ]


def _known(row: Row, statement: str) -> float | None:
    """Return the truth; unknown where the recording can't show it (no common millivolt)."""
    if row["own_scale"] and statement in statement_settings()["in_millivolt"]:
        return None
    found: float | None = row["truth"].get(statement)
    return found


def _ecgs(rows: list[Row], statements: Sequence[str]) -> Ecgs:
    names = tuple(rows[0]["x"])
    x = np.array([[np.nan if r["x"][n] is None else r["x"][n] for n in names] for r in rows])
    truth = [[_known(r, s) for s in statements] for r in rows]
    return Ecgs(
        source=np.array([r["source"] for r in rows]),
        record=tuple(r["record"] for r in rows),
        person=np.array([f"{r['source']} {r['person']}" for r in rows]),
        x=x,
        names=names,
        truth=np.array([[np.nan if v is None else v for v in row] for row in truth], np.float64),
        statements=tuple(statements),
        uses={u: np.array([r["uses"][u] for r in rows]) for u in rows[0]["uses"]},
        withheld=np.array([bool(r["withheld"]) for r in rows]),
        beat=np.array([r["beat"] for r in rows], np.float64),
        own_scale=np.array([r["own_scale"] for r in rows], np.bool_),
        wide=np.array([r["wide"] for r in rows], np.bool_),
        blocked=np.array([r["blocked"] for r in rows], np.bool_),
    )
