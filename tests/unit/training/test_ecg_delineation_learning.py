"""Training the delineator: targets, batches, learning, folds, what an interrupted run keeps."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from laennec.models.ecg_delineation.definition import Delineator as Network
from laennec.models.ecg_delineation.definition import Size
from laennec.training.ecg_delineation.batches import QRS_PEAK, draw
from laennec.training.ecg_delineation.crossval import Lessons, fingerprint_of, folds, learned
from laennec.training.ecg_delineation.loop import Recipe, learn, loss_of
from laennec.training.ecg_delineation.simulated import simulated_strips
from laennec.training.ecg_delineation.strips import lead_targets

SMALL = Size((4, 8, 8, 8, 8), 3, (1,))
NAN = float("nan")


@pytest.fixture(scope="module")
def strips():
    return simulated_strips(3, seed=5)


def small_network(seed=0):
    torch.manual_seed(seed)
    return Network(SMALL).eval()


def test_a_boundary_between_two_samples_is_wanted_in_part():
    waves = {"p": np.array([[10.25, 15.0, 20.0]])}
    wanted, known = lead_targets(waves, 100, 1.0)
    assert wanted[0, 10] == pytest.approx(0.25 * 255, abs=1)
    assert wanted[0, 11:20].tolist() == [255] * 9
    assert wanted[0, 20] == pytest.approx(0.5 * 255, abs=1)
    assert wanted[3].argmax() == 15
    assert known[:45].all()
    assert not known[46:].any(), "what lies beyond the last mark was not looked at"


def test_a_half_marked_wave_is_left_out_of_what_is_known():
    waves = {"qrs": np.array([[300.0, 310.0, 320.0], [NAN, 900.0, 910.0]])}
    _, known = lead_targets(waves, 1500, 1.0)
    assert known[310] == 1
    assert known[905] == 0


def test_a_lead_without_marks_teaches_nothing():
    wanted, known = lead_targets({}, 50, 1.0)
    assert not wanted.any()
    assert not known.any()


def test_simulated_strips_are_known_everywhere_but_at_boundaries(strips):
    assert strips.signal.shape == (3, 12, 5000)
    assert strips.wanted.shape == (3, 12, 6, 5000)
    inside = strips.wanted[:, :, :3] >= 128
    moves = (inside[..., 1:] != inside[..., :-1]).any(dim=-1)
    assert moves[:, :, 1:].any()
    assert strips.known[:, :, 1:].float().mean() > 0.8
    assert not strips.known[:, :, 1:][..., 1:][
        (inside[..., 1:] != inside[..., :-1])[:, :, 1:]
    ].any()
    assert len(strips.of([2, 0])) == 2


def test_a_batch_keeps_waves_where_they_are(strips):
    """QRS is wanted where the signal is steep, whatever was cut, stretched and added."""
    generator = torch.Generator().manual_seed(1)
    for leads in (1, 3, 12):
        batch = draw(strips, torch.tensor([0, 1, 2]), leads, generator, 640)
        assert batch.x.shape[0::3] == (3, 640)
        assert batch.wanted.shape == batch.known.shape
        steep = batch.x.diff(dim=-1).abs().squeeze(1)
        inside = batch.wanted[:, 1, :, 1:] > 0.5
        assert steep[inside].mean() > 1.5 * steep[~inside].mean()


def test_a_batch_follows_from_its_seed_and_some_leads_are_turned(strips):
    one, other = (
        draw(strips, torch.tensor([0, 1]), 3, torch.Generator().manual_seed(3)) for _ in range(2)
    )
    assert torch.equal(one.x, other.x)
    masks = [
        draw(strips, torch.tensor([0, 1]), 3, torch.Generator().manual_seed(s)).known
        for s in range(12)
    ]
    assert any(((m[:, QRS_PEAK] == 0) & (m[:, 1] == 1)).any() for m in masks)


def test_learning_lowers_the_loss_and_follows_from_its_seed(strips):
    recipe = Recipe(size=SMALL, steps=12, threads=1)
    said = []
    one = learn(strips, recipe, simulated=strips, say=said.append)
    other = learn(strips, recipe, simulated=strips)
    assert said[-1].startswith("step 12: loss")
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
    batch = draw(strips, torch.tensor([0, 1]), 3, torch.Generator().manual_seed(9))
    assert loss_of(one, batch) < loss_of(small_network(), batch)


def test_folds_never_share_a_person():
    persons = [str(i // 2) for i in range(40)]
    split = folds(persons, 3)
    assert sorted(row for part in split for row in part) == list(range(40))
    for part in split:
        others = {persons[r] for p in split for r in p if p is not part}
        assert not {persons[r] for r in part} & others


def test_each_fold_has_its_part_of_a_rare_kind():
    kinds = ["no p" if i < 9 else "p" for i in range(60)]
    split = folds([str(i) for i in range(60)], 3, kinds)
    assert [sum(kinds[r] == "no p" for r in part) for part in split] == [3, 3, 3]
    assert [len(part) for part in split] == [20, 20, 20]


def test_records_without_p_waves_are_drawn_more_often(strips):
    assert set(strips.kinds) <= {"p", "no p"}
    rare = replace(strips, kinds=("no p", "p", "paced"))
    assert rare.weight.tolist() == [2.5, 1.0, 1.0]
    assert rare.of([2, 0]).kinds == ("paced", "no p")


def test_an_interrupted_run_goes_on_with_what_it_kept(strips, tmp_path):
    recipe = Recipe(size=SMALL, steps=2, threads=1)
    kept, said = tmp_path / "work" / "fold0.npz", []
    first = learned(Lessons(strips), recipe, kept)
    again = learned(Lessons(strips), recipe, kept, say=said.append)
    assert said == ["fold0: taken from an earlier run"]
    for a, b in zip(first.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    said.clear()
    learned(Lessons(strips), replace(recipe, steps=3), kept, say=said.append)
    assert said[0].startswith("step"), "another recipe is another network"


def test_a_network_is_not_taken_up_when_only_the_targets_of_simulation_have_changed(strips):
    """It once was: persons and the number of simulated strips were the whole fingerprint."""
    recipe = Recipe(size=SMALL, steps=2, threads=1)
    before = fingerprint_of(Lessons(strips, strips), recipe)
    assert fingerprint_of(Lessons(strips, strips.of(range(len(strips)))), recipe) == before
    assert fingerprint_of(Lessons(strips, strips), replace(recipe, threads=2)) == before
    others = [
        replace(strips, known=torch.zeros_like(strips.known)),
        replace(strips, wanted=strips.wanted.flip(0)),
        replace(strips, signal=2 * strips.signal),
    ]
    names = {fingerprint_of(Lessons(strips, other), recipe) for other in others}
    names |= {fingerprint_of(Lessons(other, strips), recipe) for other in others}
    names |= {before, fingerprint_of(Lessons(strips), recipe)}
    assert len(names) == 8
