"""H1: limb leads that contradict each other are named, and silence no infarction elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.leads import CHEST_LEADS
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.quality.contradictions import check_algebra
from laennec.engine.ecg.quality.settings import load_quality_limits
from laennec.engine.ecg.quality.view import look_at
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.shape import shape_of, usual_beat
from laennec.engine.words.sentences import Sentences

MAN = Person("male", 50.0)
LIMBS = ("I", "II", "III", "aVR", "aVL", "aVF")
WALLS = {"anterior": "V3", "inferior": "III", "lateral": "V6"}
ECGS = {
    name: simulate(scenario(name), seed=5).signal
    for name in ("sinus_rhythm", *(f"st_elevation_{wall}" for wall in WALLS))
}


def changed(signal, **rows):
    x = signal.signal_mv.copy()
    for name, row in rows.items():
        x[signal.leads.index(name)] = row
    return replace(signal, signal_mv=x)


def inverted(signal, *names):
    return changed(signal, **{name: -signal.lead_mv(name) for name in names})


def exchanged(signal, one, other):
    return changed(signal, **{one: signal.lead_mv(other), other: signal.lead_mv(one)})


def scaled(signal, **factors):
    return changed(signal, **{name: f * signal.lead_mv(name) for name, f in factors.items()})


def late(signal, *names):
    return changed(signal, **{name: np.roll(signal.lead_mv(name), 2) for name in names})


def wandering(signal, name):
    slow = 0.2 * np.sin(2 * np.pi * 0.3 * np.arange(signal.n_samples) / signal.sampling_rate_hz)
    return changed(signal, **{name: signal.lead_mv(name) + slow})


# Name of the fault -> what it does, and the leads that it touches.
FAULTS = {
    **{f"inverted {n}": (lambda s, n=n: inverted(s, n), {n}) for n in LIMBS},
    **{
        f"{a} and {b} exchanged": (lambda s, a=a, b=b: exchanged(s, a, b), {a, b})
        for a, b in (
            ("aVR", "aVL"), ("aVL", "aVF"), ("aVR", "aVF"), ("I", "aVL"), ("II", "aVF"),
            ("III", "aVF"), ("I", "III"), ("I", "II"), ("II", "III"),
        )
    },
    "augmented leads 4 ms late": (lambda s: late(s, "aVR", "aVL", "aVF"), {"aVR", "aVF"}),
    "aVF wanders": (lambda s: wandering(s, "aVF"), {"aVF"}),
    "aVR half as large again": (lambda s: scaled(s, aVR=1.5), {"aVR"}),
    "II and III on another scale": (lambda s: scaled(s, II=0.6, III=1.5), {"II", "III"}),
}  # fmt: skip


def named(quality):
    reasons = {r.message.id: r.message.parameters for r in quality.reasons}
    assert "quality.record.own_scale" not in reasons
    said = reasons["quality.record.limb_algebra"]["leads"]
    assert tuple(said.split(", ")) == quality.contradicting
    return set(quality.contradicting)


def levels(analysis, declared=()):
    return {i.rule_id: i.level for i in urgent_ecg(analysis, MAN, declared).items}


@pytest.mark.parametrize("fault", FAULTS)
def test_leads_that_contradict_the_others_are_named_and_no_scale_is_blamed(fault):
    """Whatever was broken, factors were sought for I, II and III alone, and each lead had one."""
    spoil, touched = FAULTS[fault]
    quality = assess_quality(spoil(ECGS["sinus_rhythm"]))
    assert touched <= named(quality)
    assert quality.uses["twelve_lead"].verdict == "not_assessable"
    assert quality.uses["st"].verdict != "not_assessable"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("wall", ["anterior", "lateral"])
def test_an_infarction_in_the_chest_leads_is_called_beside_wrong_limb_leads(wall, fault):
    """An infarct of 0.38 mV in V3 called nobody, for aVR alone had the other sign."""
    spoil, _ = FAULTS[fault]
    assert "U0" in levels(analyse_ecg(spoil(ECGS[f"st_elevation_{wall}"]), None)).values()


@pytest.mark.parametrize("fault", FAULTS)
def test_an_inferior_infarction_is_called_beside_wrong_limb_leads(fault):
    """ST of III and aVF is read from I and II: of an inverted II all three were depressions."""
    spoil, _ = FAULTS[fault]
    analysis = analyse_ecg(spoil(ECGS["st_elevation_inferior"]), None)
    assert levels(analysis)["ecg_st_elevation"] == "U0"


@pytest.mark.parametrize("fault", FAULTS)
def test_what_agrees_restores_what_does_not(fault):
    """The measurement of a spoiled ECG is that of the whole one, in the limb leads too."""
    spoil, _ = FAULTS[fault]
    whole = ECGS["st_elevation_inferior"]
    right, found = (analyse_ecg(s, None).classical.st_j_mv for s in (whole, spoil(whole)))
    assert np.allclose(found, right, atol=0.03)


def of_three(signal, sign):
    """Record I, II and III alone, III with this sign; the augmented leads follow from I and II."""
    rows = {name: signal.lead_mv(name) for name in ("I", "II", *CHEST_LEADS)}
    return EcgSignal.of({**rows, "III": sign * signal.lead_mv("III")}, 500.0)


def test_limb_leads_of_which_nobody_knows_what_they_show_exclude_nothing():
    """Of three leads any may be the inverted one: an elevation in it is a depression."""
    calm = ECGS["sinus_rhythm"]
    assert "ecg_st" in urgent_ecg(analyse_ecg(of_three(calm, 1.0), None), MAN).applied
    wrong = analyse_ecg(of_three(calm, -1.0), None)
    assert {"ecg_st", "ecg_st_read"} <= set(urgent_ecg(wrong, MAN).not_applied)
    assert "U0" in levels(wrong, ("symptom.chest_pain",)).values()
    infarct = of_three(ECGS["st_elevation_anterior"], -1.0)
    assert levels(analyse_ecg(infarct, None))["ecg_st_elevation"] == "U0"


@pytest.mark.parametrize("name", ["I", "II", "III"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda s, n: scaled(s, **{n: 0.5}),
        lambda s, n: scaled(s, **{n: 1.5}),
        late,
        inverted,
    ],
    ids=["half", "half as large again", "late", "inverted"],
)
def test_one_wrong_lead_of_three_is_no_scale_of_every_lead(spoil, name):
    """One of three on another scale or late withdrew ST from the chest leads: nobody was called."""
    infarct = of_three(ECGS["st_elevation_anterior"], 1.0)
    analysis = analyse_ecg(spoil(infarct, name), None)
    assert "quality.record.own_scale" not in {r.message.id for r in analysis.quality.reasons}
    assert levels(analysis)["ecg_st_elevation"] == "U0"


def test_an_inverted_lead_is_no_hypertrophy_that_excuses_an_elevation():
    """aVL is read from I and II: of an inverted I its S is an R, and Cornell voltage is high."""
    calm = ECGS["st_elevation_anterior"]
    rows = {name: calm.lead_mv(name) for name in ("II", *CHEST_LEADS)}
    right = replace(EcgSignal.of({**rows, "I": -3.0 * rows["II"]}, 500.0), derived=frozenset())
    wrong = analyse_ecg(inverted(right, "I"), None)
    assert wrong.quality.contradicting == ("I",)
    limits = load_ecg_urgent().exclusions
    as_it_is = usual_beat(wrong.signal, right, wrong.classical)
    looked_at = shape_of(wrong.signal, replace(wrong.classical, usual=as_it_is), limits)
    assert looked_at.cornell_mv > limits.cornell_male_mv
    assert levels(wrong)["ecg_st_elevation"] == levels(analyse_ecg(right, None))["ecg_st_elevation"]
    assert levels(wrong)["ecg_st_elevation"] == "U0"


def own_scale(signal):
    """Bring every lead to one size, as LUDB stores them."""
    return replace(signal, signal_mv=signal.signal_mv / np.ptp(signal.signal_mv, axis=1)[:, None])


@pytest.mark.parametrize("wall", WALLS)
def test_where_no_lead_has_a_known_scale_a_physician_reads_the_ecg_of_symptoms_now(wall):
    """ST was withdrawn from all leads, and nothing said that no infarction was looked for."""
    analysis = analyse_ecg(own_scale(ECGS[f"st_elevation_{wall}"]), None)
    assert "quality.record.own_scale" in {r.message.id for r in analysis.quality.reasons}
    assert "ecg_scale_unknown" not in levels(analysis)
    assert levels(analysis, ("symptom.chest_pain",))["ecg_scale_unknown"] == "U0"
    assert "ecg_st" in urgent_ecg(analysis, MAN).not_applied


@pytest.mark.parametrize("level_mv", [0.01, 0.03])
@pytest.mark.parametrize("seed", range(3))
def test_noise_of_each_lead_by_itself_does_not_hide_that_each_has_its_own_scale(seed, level_mv):
    """Pinned: with little noise most records that are stored so were called contradicting."""
    signal = own_scale(ECGS["sinus_rhythm"])
    noise = np.random.default_rng(seed).normal(0.0, level_mv, signal.signal_mv.shape)
    noisy = replace(signal, signal_mv=signal.signal_mv + noise)
    found = check_algebra(look_at(noisy), load_quality_limits().leads)
    assert found.odd == ()
    assert found.factors is not None


@pytest.mark.parametrize("lead", ["I", "II", "III", "aVR", "aVL", "aVF"])
def test_no_scale_explains_a_lead_that_is_inverted_too(lead):
    """A negative factor is no scale: where each lead has its own, the inverted one is wrong."""
    found = check_algebra(
        look_at(inverted(own_scale(ECGS["sinus_rhythm"]), lead)), load_quality_limits().leads
    )
    assert found.factors is None
    assert lead in found.odd


def test_an_ecg_without_a_known_scale_is_not_called_assessable_for_st():
    quality = assess_quality(own_scale(ECGS["sinus_rhythm"]))
    assert quality.uses["st"].verdict == "not_assessable"
    assert quality.uses["twelve_lead"].verdict == "assessable_with_caution"
    assert quality.contradicting == ()


def only(signal, *names):
    return EcgSignal.of({n: signal.lead_mv(n) for n in names}, 500.0, complete=False)


@pytest.mark.parametrize(
    ("leads", "wrong", "odd"),
    [
        (("I", "II", "III"), "III", ("I", "II", "III")),  # two against one, and nobody knows which
        (("I", "II", "III", "aVF"), "aVF", ("aVF",)),
        (("I", "II", "aVR", "aVL", "aVF"), "aVL", ("aVL",)),
        (("I", "II", "aVF"), "aVF", ("I", "II", "aVF")),
        (("I", "II"), "II", ()),
    ],
)
def test_with_fewer_limb_leads_all_that_could_be_meant_are_named(leads, wrong, odd):
    signal = inverted(only(ECGS["sinus_rhythm"], *leads, "V2"), wrong)
    found = check_algebra(look_at(signal), load_quality_limits().leads)
    assert (found.odd, found.factors) == (odd, None)


def test_the_report_of_contradicting_leads_names_them_in_both_languages():
    analysis = analyse_ecg(inverted(ECGS["sinus_rhythm"], "aVF"), None)
    for language, word in (("fr", "se contredisent (aVF)"), ("en", "each other (aVF)")):
        sentences = Sentences(language)
        reason = next(r.message for r in analysis.quality.reasons)
        assert word in sentences.render(reason)
