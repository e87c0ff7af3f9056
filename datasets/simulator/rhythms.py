"""Rhythms: from what a scenario asks to when atria and ventricles fire."""

from collections.abc import Callable
from typing import Final

import numpy as np

from ...engine.fixedpoint import FloatArray
from .events import AtrialEvent, Script, VentricularEvent
from .figures import figures
from .scenario import EcgScenario

Rhythm = Callable[[EcgScenario, np.random.Generator], Script]


def sinus_times(asked: EcgScenario, rng: np.random.Generator, rate_bpm: float) -> FloatArray:
    """P onsets of a sinus node: breathing, slow waves and noise around one rate.

    The first onset lies one to two RR before the record, the last after its end.
    """
    mean = 60.0 / rate_bpm
    count = int(np.ceil((asked.duration_s + 4 * mean) / mean * 1.5)) + 4
    about = np.arange(count) * mean
    phases = rng.uniform(0, 2 * np.pi, 2)
    breath = np.sqrt(2.0) * np.sin(2 * np.pi * asked.respiration_hz * about + phases[0])
    mix = figures("pathologies")["rhythm"]["swing"]
    slow = np.sqrt(2.0) * np.sin(2 * np.pi * mix["slow_hz"] * about + phases[1])
    chance = rng.standard_normal(count)
    swing = mix["breath"] * breath + mix["slow"] * slow + mix["chance"] * chance
    share = np.clip(asked.options["variability"] * swing, -mix["limit"], mix["limit"])
    start = -(1.0 + rng.uniform()) * mean
    onsets = start + np.concatenate([[0.0], np.cumsum(mean * (1 + share))])
    return np.asarray(onsets[onsets < asked.duration_s + mean])


def _pr_s(asked: EcgScenario, rng: np.random.Generator) -> float:
    spread = figures("pathologies")["variation"]["pr_ms_sd"] * asked.variation
    return float((asked.pr_ms + spread * np.clip(rng.standard_normal(), -2.0, 2.0)) / 1000.0)


def sinus(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Every P conducts."""
    script = Script()
    for onset in sinus_times(asked, rng, asked.rate_bpm):
        script.sinus_beat(asked, float(onset), _pr_s(asked, rng))
    return script


def atrial_fibrillation(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """No P, fibrillatory waves, RR without order."""
    script = Script(background="fibrillation")
    mean = 60.0 / asked.rate_bpm
    rule = figures("pathologies")["rhythm"]["fibrillation"]
    least = max(rule["least_rr_s"], rule["least_share"] * mean)
    spread = asked.options["irregularity"]
    now = -(1.0 + rng.uniform()) * mean
    while now < asked.duration_s + mean:
        event = VentricularEvent(now, asked.ventricle, asked.qrs_ms, origin="fibrillation")
        script.ventricular.append(event)
        now += max(least, mean * float(np.exp(rng.normal(-(spread**2) / 2, spread))))
    return script


def atrial_flutter(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Run a saw-tooth with one QRS on every n-th wave; n may change from beat to beat."""
    script = Script(background="flutter")
    cycle = 60.0 / asked.options["flutter_per_min"]
    ratio = round(asked.options["ratio"])
    now = -(1.0 + rng.uniform()) * ratio * cycle
    while now < asked.duration_s + ratio * cycle:
        event = VentricularEvent(now, asked.ventricle, asked.qrs_ms, origin="flutter")
        script.ventricular.append(event)
        changes = asked.options["changing_ratio"] > 0
        now += (int(rng.integers(2, ratio + 1)) if changes else ratio) * cycle
    return script


def premature_atrial(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Early P of another shape; the sinus node is reset by it."""
    script = Script()
    rule = figures("pathologies")["rhythm"]["premature_atrial"]
    mean = 60.0 / asked.rate_bpm
    times = list(sinus_times(asked, rng, asked.rate_bpm))
    early = _chosen(len(times), asked, rng)
    shift = 0.0
    for i, onset in enumerate(times):
        now = float(onset) - shift
        if i in early:
            ahead = (1.0 - asked.options["coupling"]) * mean
            script.sinus_beat(asked, now - ahead, rule["pr_gain"] * _pr_s(asked, rng), "ectopic")
            shift += ahead - rule["reset_delay"] * mean
        else:
            script.sinus_beat(asked, now, _pr_s(asked, rng))
    return script


def _chosen(count: int, asked: EcgScenario, rng: np.random.Generator) -> set[int]:
    """Draw which beats are premature: not two in a row, and one in the middle of the record."""
    drawn = np.flatnonzero(rng.uniform(size=count) < asked.options["premature_share"])
    chosen: set[int] = {count // 2} if count else set()
    for i in drawn.tolist():
        if not chosen & {i - 1, i, i + 1}:
            chosen.add(i)
    return chosen


def _with_ventricular(asked: EcgScenario, rng: np.random.Generator, early: str) -> Script:
    """Sinus rhythm in which early ventricular beats make the next P find nothing to conduct to."""
    script = Script()
    mean = 60.0 / asked.rate_bpm
    times = sinus_times(asked, rng, asked.rate_bpm)
    spread = figures("pathologies")["rhythm"]["premature_ventricular"]["coupling_sd"]
    chosen = _chosen(len(times), asked, rng) if early == "random" else set()
    for i, onset in enumerate(times.tolist()):
        blocked = i in chosen or (early == "bigeminy" and i % 2 == 1)
        if not blocked:
            script.sinus_beat(asked, onset, _pr_s(asked, rng))
            continue
        script.atrial.append(AtrialEvent(onset, asked.atrium))
        before = onset + asked.pr_ms / 1000.0 - mean
        wobble = spread * mean * float(np.clip(rng.standard_normal(), -2, 2))
        script.ectopic(asked, before + asked.options["coupling"] * mean + wobble)
    return script


def premature_ventricular(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Single early ventricular beats with a full compensatory pause."""
    return _with_ventricular(asked, rng, "random")


def bigeminy(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Every second beat is ventricular."""
    return _with_ventricular(asked, rng, "bigeminy")


def _dissociated(asked: EcgScenario, rng: np.random.Generator) -> list[AtrialEvent]:
    times = sinus_times(asked, rng, asked.options["atrial_rate_bpm"])
    return [AtrialEvent(float(t), asked.atrium) for t in times]


def _regular(asked: EcgScenario, rng: np.random.Generator, origin: str, sd: float) -> Script:
    script = Script()
    mean = 60.0 / asked.rate_bpm
    now = -(1.0 + rng.uniform()) * mean
    while now < asked.duration_s + mean:
        event = VentricularEvent(now, asked.ventricle, asked.qrs_ms, origin=origin)
        script.ventricular.append(event)
        now += mean * (1 + sd * float(np.clip(rng.standard_normal(), -2, 2)))
    return script


def _regular_sd() -> float:
    return float(figures("pathologies")["rhythm"]["regular_sd"])


def ventricular_tachycardia(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Regular wide beats, P waves on their own."""
    script = _regular(asked, rng, "ectopic", _regular_sd())
    script.atrial = _dissociated(asked, rng)
    return script


def run_of_premature_ventricular(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Sinus rhythm with one run of four to eight ventricular beats."""
    script = Script()
    times = sinus_times(asked, rng, asked.rate_bpm)
    rule = figures("pathologies")["rhythm"]["run"]
    length = int(rng.integers(rule["length"][0], rule["length"][1] + 1))
    step = 60.0 / float(rng.uniform(rule["rate_bpm"][0], rule["rate_bpm"][1]))
    begin = float(times[max(2, len(times) // 3)]) + asked.pr_ms / 1000.0 + rule["after_s"]
    end = begin + (length - 1) * step
    for onset in times.tolist():
        qrs = onset + asked.pr_ms / 1000.0
        quiet = qrs < begin - rule["before_s"] or onset > end + rule["pause_s"]
        if quiet:
            script.sinus_beat(asked, onset, _pr_s(asked, rng))
        else:
            script.atrial.append(AtrialEvent(onset, asked.atrium))
    for k in range(length):
        script.ectopic(asked, begin + k * step)
    script.ventricular.sort(key=lambda event: event.onset_s)
    return script


def junctional(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Narrow regular beats without a P that shows."""
    return _regular(asked, rng, "junctional", _regular_sd() * asked.variation)


def complete_block(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Atria and ventricles each at their own rate."""
    script = _regular(asked, rng, "escape", _regular_sd() * asked.variation)
    script.atrial = _dissociated(asked, rng)
    return script


def _grouped(asked: EcgScenario, rng: np.random.Generator, growth: float) -> Script:
    """Make groups of P waves of which the last doesn't conduct, with PR growing inside a group."""
    script = Script()
    group = round(asked.options["group"])
    first = int(rng.integers(group))
    for i, onset in enumerate(sinus_times(asked, rng, asked.rate_bpm).tolist()):
        place = (i + first) % group
        script.atrial.append(AtrialEvent(onset, asked.atrium))
        if place < group - 1:
            grown = 1.0 + growth * np.sqrt(place / max(1, group - 2))
            script.conduct(asked, float(grown) * _pr_s(asked, rng))
    return script


def wenckebach(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """PR grows until a P doesn't conduct."""
    return _grouped(asked, rng, asked.options["pr_growth"])


def mobitz_2(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Drop a QRS without PR growing before."""
    return _grouped(asked, rng, 0.0)


def paced_atrial(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Put a spike before each P, which conducts to a QRS of its own."""
    script = Script()
    for event in _regular(asked, rng, "paced", 0.0).ventricular:
        script.atrial.append(AtrialEvent(event.onset_s, asked.atrium, paced=True))
        script.conduct(asked, _pr_s(asked, rng))
    return script


def paced_ventricular(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Put a spike before each wide QRS; atria fibrillate or march on their own."""
    script = Script()
    for event in _regular(asked, rng, "paced", 0.0).ventricular:
        paced = VentricularEvent(event.onset_s, event.kind, event.qrs_ms, None, "paced", paced=True)
        script.ventricular.append(paced)
    if rng.integers(2):
        script.background = "fibrillation"
    else:
        script.atrial = _dissociated(asked, rng)
    return script


def paced_dual(asked: EcgScenario, rng: np.random.Generator) -> Script:
    """Spikes before P and before QRS, one delay apart."""
    script = Script()
    delay = asked.options["av_delay_ms"] / 1000.0
    for i, event in enumerate(_regular(asked, rng, "paced", 0.0).ventricular):
        script.atrial.append(AtrialEvent(event.onset_s, asked.atrium, paced=True))
        onset = event.onset_s + delay
        paced = VentricularEvent(onset, event.kind, event.qrs_ms, i, "paced", paced=True)
        script.ventricular.append(paced)
    return script


RHYTHMS: Final[dict[str, Rhythm]] = {
    function.__name__: function
    for function in (
        sinus,
        atrial_fibrillation,
        atrial_flutter,
        premature_atrial,
        premature_ventricular,
        bigeminy,
        ventricular_tachycardia,
        run_of_premature_ventricular,
        junctional,
        complete_block,
        wenckebach,
        mobitz_2,
        paced_atrial,
        paced_ventricular,
        paced_dual,
    )
}
