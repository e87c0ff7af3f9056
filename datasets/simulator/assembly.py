"""From events to waves: every event gets the bumps of its shape, at its own times."""

from dataclasses import dataclass, replace

import numpy as np

from ...engine.ecg.leads import CHEST_LEADS, TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from .events import AtrialEvent, Script, VentricularEvent
from .figures import Table, figures, ventricle_shape
from .scenario import EcgScenario
from .torso import frontal_turn
from .waves import Group, WaveTable, empty_table, render

_GRID_HZ = 1000.0
_AXIS_STEPS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One bump of a shape before it has times: see `place` for how the fields become seconds."""

    group: Group
    vector: FloatArray
    span: tuple[float, float]
    rise: float
    steep: tuple[float, float]
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class Person:
    """Whose ECG it is: the scenario, the torso (lead vectors, shape (12, 9)) and what draws him."""

    asked: EcgScenario
    matrix: FloatArray
    rng: np.random.Generator

    def vary(self, look: Table, scale: float) -> FloatArray:
        """Give a vector and its local part the size and direction that they have in this person.

        Parameters
        ----------
        look : ``vector``, and ``local`` (chest lead -> millivolt) where a shape has it
        scale : multiplies both

        Returns
        -------
        shape (9,): X, Y, Z and what is seen near V1 to V6 only
        """
        spread = figures("pathologies")["variation"]
        size = self.asked.person_variation
        vector = scale * np.array(look["vector"])
        local = scale * np.array([look.get("local", {}).get(lead, 0.0) for lead in CHEST_LEADS])
        gain = np.exp(self.rng.normal(0.0, spread["part_gain_sd"]) * size)
        tilt = self.rng.normal(0.0, np.radians(spread["part_angle_deg_sd"]), 3) * size
        near = self.rng.normal(0.0, spread["part_local_sd"], len(CHEST_LEADS)) * size
        near *= np.linalg.norm(vector)
        return np.concatenate([gain * (vector + np.cross(tilt, vector)), gain * local + near])


def place_atrial(script: Script, person: Person, gains: FloatArray) -> WaveTable:
    """Bumps of all P waves; ``gains`` has shape (n_events, 3, 3) and turns each event's vectors."""
    asked = person.asked
    tables = [empty_table()]
    steep = figures("shapes")["flank"]["p"]
    for kind in sorted({event.kind for event in script.atrial}):
        shape = figures("shapes")["atrium"][kind]
        which = [i for i, event in enumerate(script.atrial) if event.kind == kind]
        onset = np.array([script.atrial[i].onset_s for i in which])
        for one in shape["parts"]:
            vector = person.vary(one, asked.p_scale)
            part = Part(Group.P, vector, tuple(one["span"]), one["rise"], tuple(steep))
            length = np.full(len(onset), asked.p_ms / 1000.0)
            tables.append(_spread(part, np.array(which), onset, length, gains[which]))
    return WaveTable.join(tables)


def place_ventricular(
    script: Script, person: Person, qt_s: FloatArray, gains: FloatArray
) -> WaveTable:
    """Bumps of all QRS, ST and T; ``qt_s`` and ``gains`` in the order of the events."""
    tables = [empty_table()]
    events = script.ventricular
    for kind in sorted({event.kind for event in events}):
        which = np.array([i for i, event in enumerate(events) if event.kind == kind])
        onset = np.array([events[i].onset_s for i in which])
        qrs_s = np.array([events[i].qrs_ms for i in which]) / 1000.0
        for part in _parts(kind, person):
            begin, length, rise, fall = _timing(part, onset, qrs_s, qt_s[which])
            spread = _spread(part, which, begin, length, gains[which])
            if part.group in {Group.ST, Group.T}:
                spread.rise[:], spread.fall[:] = rise, fall
            tables.append(spread)
    return WaveTable.join(tables)


def _timing(
    part: Part, onset: FloatArray, qrs_s: FloatArray, qt_s: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Begin, length, and the flanks as shares, of one part in each event."""
    jt_s = qt_s - qrs_s
    if part.group is Group.T:
        begin = onset + qrs_s + part.span[0] * jt_s
        length = (1.0 - part.span[0]) * jt_s
        rise = np.full(len(onset), part.rise)
        return begin, length, rise, 1.0 - rise
    if part.group is Group.ST and part.until >= 0:
        begin = onset + part.span[0] * qrs_s
        length = onset + qt_s - begin
        return begin, length, (onset + qrs_s - begin) / length, (1.0 - part.until) * jt_s / length
    begin = onset + part.span[0] * qrs_s
    length = (part.span[1] - part.span[0]) * qrs_s
    rise = np.full(len(onset), part.rise)
    return begin, length, rise, 1.0 - rise


def _spread(
    part: Part, which: np.ndarray, begin_s: FloatArray, length_s: FloatArray, gains: FloatArray
) -> WaveTable:
    """Give one part to many events. P parts take their span from the length of the wave."""
    n = len(which)
    first, last = part.span if part.group is Group.P else (0.0, 1.0)
    return WaveTable(
        group=np.full(n, int(part.group), np.int64),
        event=which.astype(np.int64),
        begin_s=begin_s + first * length_s,
        end_s=begin_s + last * length_s,
        rise=np.full(n, part.rise),
        fall=np.full(n, 1.0 - part.rise),
        up=np.full(n, part.steep[0]),
        down=np.full(n, part.steep[1]),
        vector_mv=_gained(gains, part.vector),
    )


def _gained(gains: FloatArray, vector: FloatArray) -> FloatArray:
    """Turn and stretch the dipole by the gains of each event; the local part is stretched only."""
    size = np.trace(gains, axis1=1, axis2=2) / 3.0
    return np.concatenate([gains @ vector[:3], size[:, None] * vector[3:]], axis=1)


def _far(vector: object, scale: float) -> FloatArray:
    """Make a vector without a local part, shape (9,)."""
    return np.concatenate([scale * np.asarray(vector, np.float64), np.zeros(len(CHEST_LEADS))])


def _parts(kind: str, person: Person) -> list[Part]:
    asked = person.asked
    shape = ventricle_shape(kind)
    flank = figures("shapes")["flank"]
    parts = [
        Part(
            Group.QRS,
            person.vary(one, asked.qrs_scale),
            (one["span"][0], one["span"][1]),
            one["rise"],
            tuple(one.get("steep", flank["qrs"])),
        )
        for one in shape["qrs"]
    ]
    if kind == asked.ventricle and asked.axis_deg is not None:
        parts = _turned(parts, asked, person.matrix)
    repolarised = [(shape, asked.t_scale, asked.st_scale)]
    if kind == asked.ventricle:
        overlay = figures("shapes")["overlay"]
        repolarised += [
            (overlay[n], asked.overlay_scale, asked.overlay_scale) for n in asked.overlays
        ]
    for look, t_scale, st_scale in repolarised:
        parts += _repolarisation(look, (t_scale, st_scale), person)
    return parts


def _repolarisation(look: Table, scales: tuple[float, float], person: Person) -> list[Part]:
    flank, tmap = figures("shapes")["flank"], figures("shapes")["tmap"]
    parts = []
    if "t" in look:
        vector = person.vary(look["t"], scales[0])
        one = look["t"]
        span, steep = (
            (one.get("begins", person.asked.t_begins), 1.0),
            tuple(one.get("steep", flank["t"])),
        )
        parts.append(Part(Group.T, vector, span, one.get("peak", person.asked.t_peak), steep))
    if "st" in look:
        one = look["st"]
        vector = person.vary(one, scales[1])
        steep = tuple(one.get("steep", flank["st"]))
        until = one.get("until", tmap["st_until"])
        parts.append(Part(Group.ST, vector, (tmap["st_from"], 1.0), 0.5, steep, until))
    if "notch" in look:
        vector = person.vary(look["notch"], scales[1])
        span = (tmap["notch"][0], tmap["notch"][1])
        parts.append(Part(Group.ST, vector, span, 0.5, tuple(flank["st"]), -1.0))
    return parts


def _turned(parts: list[Part], asked: EcgScenario, matrix: FloatArray) -> list[Part]:
    """Turn the QRS in the frontal plane until its axis, from R and S of I and aVF, is as asked."""
    wanted = asked.axis_deg or 0.0
    qrs = _one_qrs(parts, asked.qrs_ms)
    angle = 0.0
    for _ in range(_AXIS_STEPS):
        found = axis_of(frontal_turn(matrix, angle) @ qrs[:3], matrix)
        angle += (wanted - found + 180.0) % 360.0 - 180.0
    turn = frontal_turn(matrix, angle)
    return [replace(p, vector=np.append(turn @ p.vector[:3], p.vector[3:])) for p in parts]


def _one_qrs(parts: list[Part], qrs_ms: float) -> FloatArray:
    """Sample one QRS, shape (3, n)."""
    zero = np.zeros(1)
    length = np.full(1, qrs_ms / 1000.0)
    tables = []
    for part in parts:
        begin, duration, _, _ = _timing(part, zero, length, length)
        tables.append(_spread(part, np.zeros(1, np.int64), begin, duration, np.eye(3)[None]))
    return render(WaveTable.join(tables), _GRID_HZ, int(qrs_ms) + 2)


def axis_of(dipole_mv: FloatArray, matrix: FloatArray) -> float:
    """Frontal axis from the sum of the highest and deepest deflection in I and aVF.

    Parameters
    ----------
    dipole_mv : one wave on a baseline of 0, shape (3, n)
    matrix : lead vectors, shape (12, 3 or more)

    Returns
    -------
    degrees, -180 to 180, 0 towards I and 90 towards aVF
    """
    leads = matrix[[0, TWELVE_LEADS.index("aVF")], :3] @ dipole_mv
    net = leads.max(axis=1, initial=0.0) + leads.min(axis=1, initial=0.0)
    return float(np.degrees(np.arctan2(2.0 / np.sqrt(3.0) * net[1], net[0])))


def place_spikes(script: Script, asked: EcgScenario) -> WaveTable:
    """Bumps of all pacemaker spikes, just ahead of the waves that they start."""
    look = figures("shapes")["spike"]
    tables = [empty_table()]
    lists: dict[str, list[AtrialEvent | VentricularEvent]] = {
        "atrium": [*script.atrial],
        "ventricle": [*script.ventricular],
    }
    for chamber, events in lists.items():
        which = np.array([i for i, event in enumerate(events) if event.paced], np.int64)
        onset = np.array([events[i].onset_s for i in which])
        ahead, close = np.array(look["ahead_ms"]) / 1000.0
        vector = _far(look[chamber], asked.options["spike_mv"])
        part = Part(Group.SPIKE, vector, (0.0, 1.0), look["rise"], (1.0, 1.0))
        length = np.full(len(which), ahead - close)
        still = np.broadcast_to(np.eye(3), (len(which), 3, 3))
        tables.append(_spread(part, which, onset - ahead, length, still))
    return WaveTable.join(tables)


def place_pr(script: Script, asked: EcgScenario) -> WaveTable:
    """Bumps of the PR segment, where an overlay displaces it, ahead of each conducted QRS."""
    look = figures("shapes")
    tables = [empty_table()]
    from_p, to_qrs = look["tmap"]["pr"]
    linked = [
        (event.atrial, script.atrial[event.atrial].onset_s, event.onset_s, event.qrs_ms)
        for event in script.ventricular
        if event.atrial is not None
    ]
    for name in asked.overlays:
        if "pr" not in look["overlay"][name] or not linked:
            continue
        which, p_on, qrs_on, qrs_ms = (np.array(column) for column in zip(*linked, strict=True))
        vector = _far(look["overlay"][name]["pr"]["vector"], asked.overlay_scale)
        part = Part(Group.PR, vector, (0.0, 1.0), 0.5, tuple(look["flank"]["st"]))
        begin = p_on + from_p * asked.p_ms / 1000.0
        length = qrs_on + to_qrs * qrs_ms / 1000.0 - begin
        still = np.broadcast_to(np.eye(3), (len(which), 3, 3))
        table = _spread(part, which, begin, length, still)
        table.fall[:] = to_qrs * qrs_ms / 1000.0 / length
        tables.append(table)
    return WaveTable.join(tables)
