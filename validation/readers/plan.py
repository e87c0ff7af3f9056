"""Who reads which case in which session, with or without the output, and where it is turned."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...engine.vocabulary.load import read_toml
from ..errors import StudyError
from .cases import Case

SCHEMA = "laennec.reader_plan/1"
ARMS = ("unaided", "aided")
_LEAST_CASES = 4
_LEAST_READERS = 2
_OTHER = {"low": "high", "high": "low"}


@dataclass(frozen=True, slots=True)
class Task:
    """One reading.

    Parameters
    ----------
    id : what the answer file names
    reader, case : pseudonyms
    session, position : 1, 2 ... in the order of reading
    arm : without or with the output
    shown_band, shown_risk : what an aided reader sees; empty and None for an unaided one
    is_wrong : the output was turned on purpose
    """

    id: str
    reader: str
    case: str
    session: int
    position: int
    arm: str
    shown_band: str
    shown_risk: float | None
    is_wrong: bool


BANDS = ("low", "intermediate", "high")


def settings() -> Mapping[str, Any]:
    """Return how a reader study is laid out."""
    return read_toml(__package__ or "", "settings.toml")


def pseudonym(kind: str, name: str, seed: int) -> str:
    """Return a name that tells nothing: the first eight digits of a salted hash.

    >>> pseudonym("C", "visit-1", 7) == pseudonym("C", "visit-1", 7)
    True
    """
    return f"{kind}-{hashlib.sha256(f'{seed}:{kind}:{name}'.encode()).hexdigest()[:8]}"


def plan_sha256(plan: Mapping[str, Any]) -> str:
    """Return the hash of a plan: answers carry it, and are judged beside that plan only."""
    text = json.dumps(plan, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def make_plan(
    cases: Sequence[Case], readers: Sequence[str], *, seed: int, wrong_share: float
) -> dict[str, Any]:
    """Return the whole plan as plain data; the same cases, readers and seed give the same plan.

    Every reader reads every case twice, without and with the output, in two sessions; which comes
    first, and the order inside a session, are drawn for each reader. Turned outputs are the same
    for all readers, half of them from high to low: the risk shown is that of another case of the
    band shown, so that its form gives nothing away. An output in the middle is never turned.

    Raises
    ------
    StudyError  if there are too few cases or readers, or a reader stands twice
    """
    _check(cases, readers)
    wrong = turned(cases, seed=seed, share=wrong_share)
    if wrong_share > 0 and not wrong:
        counts = ", ".join(f"{sum(c.band == b for c in cases)} {b}" for b in BANDS)
        raise StudyError(
            found=f"no output that can be turned ({counts}; share {wrong_share:g})",
            why="whether readers follow a wrong output could not be seen: a low one is shown as "
            "high and a high one as low",
            remedy="Add visits of the band that is lacking, or plan without (--wrong-share 0)",
            path="plan",
        )
    names = {case.id: pseudonym("C", case.id, seed) for case in cases}
    people = {reader: pseudonym("R", reader, seed) for reader in readers}
    tasks = [
        task
        for number, reader in enumerate(readers)
        for task in _of_reader(people[reader], cases, (names, wrong), (seed, number))
    ]
    return {
        "schema": SCHEMA,
        "seed": seed,
        "wrong_share": wrong_share,
        "readers": people,
        "cases": {
            names[c.id]: {"visit": c.id, "band": c.band, "risk": c.risk, "truth": c.truth}
            for c in cases
        },
        "tasks": [asdict(task) for task in tasks],
    }


def _check(cases: Sequence[Case], readers: Sequence[str]) -> None:
    few = len(cases) < _LEAST_CASES or len(readers) < _LEAST_READERS
    if few or len(set(readers)) < len(readers):
        raise StudyError(
            found=f"{len(cases)} cases and {len(readers)} readers, {len(set(readers))} of them "
            "different",
            why=f"a study needs at least {_LEAST_CASES} cases that the model answers and "
            f"{_LEAST_READERS} readers, each named once",
            remedy="Add visits or readers",
            path="plan",
        )


def turned(cases: Sequence[Case], *, seed: int, share: float) -> dict[str, tuple[str, float]]:
    """Return the cases whose output is shown turned, with the band and the risk shown instead.

    Of each of the two bands at least one, however small a share above 0 is asked for.
    """
    generator = np.random.default_rng([seed, 1])
    by_band = {b: sorted(c.id for c in cases if c.band == b) for b in ("low", "high")}
    risks = {b: sorted(c.risk for c in cases if c.band == b) for b in ("low", "high")}
    count = max(1, round(share * sum(len(ids) for ids in by_band.values()) / 2)) if share else 0
    found = {}
    for band, ids in by_band.items():
        if not risks[_OTHER[band]]:
            continue
        chosen = generator.permutation(len(ids))[: min(count, len(ids))]
        for i in chosen:
            shown = _OTHER[band]
            found[ids[int(i)]] = (shown, float(generator.choice(risks[shown])))
    return found


def _of_reader(
    reader: str,
    cases: Sequence[Case],
    shown: tuple[Mapping[str, str], Mapping[str, tuple[str, float]]],
    seed: tuple[int, int],
) -> list[Task]:
    names, wrong = shown
    generator = np.random.default_rng([seed[0], 2, seed[1]])
    aided_first = set(generator.permutation(len(cases))[: len(cases) // 2].tolist())
    tasks: list[Task] = []
    for session in (1, 2):
        for position, i in enumerate(generator.permutation(len(cases)).tolist(), start=1):
            case = cases[i]
            arm = ARMS[int((i in aided_first) == (session == 1))]
            band, risk = wrong.get(case.id, (case.band, case.risk))
            is_aided = arm == "aided"
            tasks.append(
                Task(
                    id=f"{reader}/{session}/{position}",
                    reader=reader,
                    case=names[case.id],
                    session=session,
                    position=position,
                    arm=arm,
                    shown_band=band if is_aided else "",
                    shown_risk=risk if is_aided else None,
                    is_wrong=is_aided and case.id in wrong,
                )
            )
    return tasks
