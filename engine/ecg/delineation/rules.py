"""How probabilities become waves: the numbers of a bundle's ``decode.toml``, typed."""

import tomllib
from dataclasses import dataclass, fields

from ...errors import ContractBroken

DECODE_SCHEMA = "laennec.decode/1"


@dataclass(frozen=True, slots=True)
class WaveRules:
    """How one kind of wave is read.

    Parameters
    ----------
    floor : a lead's piece of time lies above this probability
    level : share of the piece's greatest probability at whose crossing the wave begins and ends
    lead_peak : a lead has the wave where its probability reaches this
    event_level : where the mean over leads crosses this, a wave of all leads may stand
    event_peak : the mean over leads must reach this
    lone_peak : the same for a wave in a place where it is rare (a P without QRS, a P in a T)
    shortest_s : shorter ones are not waves
    gap_s : two pieces closer than this are one wave
    onset_shift_s, offset_shift_s : added to what was found; measured on training folds
    """

    floor: float
    level: float
    lead_peak: float
    event_level: float
    event_peak: float
    lone_peak: float
    shortest_s: float
    gap_s: float
    onset_shift_s: float
    offset_shift_s: float


@dataclass(frozen=True, slots=True)
class DecodeRules:
    """How all waves are read.

    Parameters
    ----------
    p, qrs, t : each kind of wave
    refractory_s : two QRS complexes are not closer than this
    reach_s : a lead's wave may stand this far beside the wave of all leads
    longest_pr_s : a P wave whose QRS begins later than this after it stands alone
    onset_quantile : which of the leads' onsets is that of all leads; offsets take 1 - this
    qrs_margin_s : how much before the first deflection annotators set the onset of QRS; taken off
        the onset over all leads, which intervals are measured from, not off those of the leads
    steady_pr_s : P waves that precede their QRS by the same time within this support each other
    steady_share, steady_peak : where at least this share of beats supports each other and the
        beats are regular, their P waves need only this probability
    unsteady_share, unsteady_peak : where fewer than this share do, or the beats are irregular and
        fewer than ``steady_share`` do, P waves need this probability
    irregular_rr : beats are irregular where the middle change from one interval to the next is
        more than this share of the middle interval
    fewest_beats : the share is not looked at in fewer beats
    organised_share, organised_peak, organised_pr_s : where at least this share of beats has P waves
        of this probability within this of one distance, the atria are organised, and other P waves
        that several leads show need only ``organised_faint``
    organised_agreement : so many of the sure P waves must stand at that distance
    several_leads, several_share : several leads are this many, and this share of them
    wide_s : a QRS that is this much wider than the others needs no P wave before it
    """

    p: WaveRules
    qrs: WaveRules
    t: WaveRules
    refractory_s: float
    reach_s: float
    longest_pr_s: float
    onset_quantile: float
    qrs_margin_s: float
    steady_pr_s: float
    steady_share: float
    steady_peak: float
    unsteady_share: float
    unsteady_peak: float
    irregular_rr: float
    fewest_beats: float
    organised_share: float
    organised_peak: float
    organised_pr_s: float
    organised_agreement: float
    organised_faint: float
    several_leads: float
    several_share: float
    wide_s: float


def parse_rules(raw: bytes, *, path: str = "decode.toml") -> DecodeRules:
    """Read ``decode.toml``.

    Raises
    ------
    ContractBroken : not TOML, another schema, a number that is missing, unknown or not finite
    """
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(f"not readable as TOML ({error})", path) from error
    if table.pop("schema", None) != DECODE_SCHEMA:
        raise _broken(f"not of the schema {DECODE_SCHEMA}", path)
    waves = {name: WaveRules(**_numbers(table.pop(name, {}), WaveRules, f"{path}:{name}"))
             for name in ("p", "qrs", "t")}  # fmt: skip
    plain = _numbers(table, DecodeRules, path, leave=tuple(waves))
    return DecodeRules(**waves, **plain)  # type: ignore[arg-type]  # keys are checked above


def _numbers(table: object, kind: type, path: str, leave: tuple[str, ...] = ()) -> dict[str, float]:
    """Return a table of numbers that has exactly the fields of a type."""
    wanted = {f.name for f in fields(kind)} - set(leave)
    if not isinstance(table, dict) or set(table) != wanted:
        found = sorted(table) if isinstance(table, dict) else table
        raise _broken(f"{found}, expected {sorted(wanted)}", path)
    for name, value in table.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not abs(value) <= _LARGEST
        ):
            raise _broken(f"{name} is {value!r}", path)
    return {name: float(value) for name, value in table.items()}


_LARGEST = 100.0


def _broken(found: str, path: str) -> ContractBroken:
    return ContractBroken(
        found=found,
        why="waves read by other numbers than those that were validated are other waves",
        remedy="Export the bundle again",
        path=path,
    )
