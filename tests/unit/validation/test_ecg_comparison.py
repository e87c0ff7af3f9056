"""The study of an ECG beside an earlier one: pairs of one person, what is told of them, a page."""

import json

import numpy as np
import pytest
from ecg_pairs import models
from laennec.datasets.simulator import pathology_names
from laennec.engine.bundles.load import Models
from laennec.engine.ecg.comparison.swapped import LIMB_SWAPS
from laennec.engine.prediagnosis import EcgComparison, EcgStanding
from laennec.validation.ecg_comparison import pairs as made
from laennec.validation.ecg_comparison import run as study
from laennec.validation.ecg_comparison.page import write_study
from laennec.validation.errors import StudyError


def comparison(*standings):
    return EcgComparison("", "", None, "", (), (), tuple(standings))


def test_a_pair_is_one_person_twice_and_the_same_seed_the_same_pair():
    one, again = (made.simulated_pair(7, "sinus_rhythm", "sinus_rhythm") for _ in range(2))
    assert np.array_equal(one.later.signal_mv, again.later.signal_mv)
    assert one.earlier.duration_s == one.later.duration_s == made.SECONDS
    assert not np.array_equal(one.earlier.signal_mv, one.later.signal_mv)


def test_a_person_twice_is_counted_as_calm_and_a_block_as_found():
    calm = study.count_pairs(
        "same", made.simulated_pairs("sinus_rhythm", "sinus_rhythm", n=2, seed=5), models()
    )
    assert (calm["n"], calm["any"], calm["rule"]) == (2, 0, 0)
    block = study.count_changed("av_block_1", models(), n=2)
    assert block["found"] == block["n"] == 2


def test_a_swap_is_counted_where_it_is_seen():
    twice = made.simulated_pairs("sinus_rhythm", "sinus_rhythm", n=1, seed=5)
    told = study.count_swapped("la_ra", twice, models())
    assert told["alone"] or told["beside"]
    assert told["told"] == 0


@pytest.mark.parametrize(
    ("standing", "verdict"),
    [
        ("new", "found"),
        ("changed", "found"),
        ("unclear", "unclear"),
        ("not_comparable", "not_comparable"),
        ("unchanged", "there_before"),
    ],
)
def test_a_change_is_counted_by_how_it_stands(standing, verdict):
    found = comparison(EcgStanding("lbbb", "conduction", standing))
    assert study.verdict_of(found, ("lbbb",)) == verdict
    assert study.verdict_of(found, ("rbbb",)) == "missed"


def test_every_change_of_the_table_can_be_simulated():
    assert set(study.CHANGES) <= set(pathology_names())
    assert set(LIMB_SWAPS) == {"la_ra", "la_ll", "ra_ll"}


def test_without_a_delineator_there_is_no_study():
    with pytest.raises(StudyError, match="no ECG delineator is loaded"):
        study.run_study(Models((), ()), pairs=1, changed=1, data=None)


def test_the_page_is_written_from_its_document(tmp_path):
    row = {"name": "sinus_rhythm", "n": 2, **dict.fromkeys(study.COUNTED, 0)}
    row |= {"names": {}, "values": {"qt": 1}, "rules": {}}
    change = {"name": "lbbb", "n": 2, "found": 1, "rules": {"ecg_new_block": 1}}
    change |= dict.fromkeys((*study.KINDS[1:], "otherwise", "swap_suspected"), 0)
    told = {
        "schema": study.SCHEMA,
        "model": {"id": "m", "version": "1", "sha256": "0" * 8},
        "seed": 1,
        "same": [row],
        "changed": [change],
        "swapped": [{"name": "la_ra", "n": 2, "alone": 2, "beside": 0, "told": 0}],
        "real": [],
        "real_swapped": [],
    }
    document, page = write_study(told, tmp_path)
    assert json.loads(document.read_text()) == told
    text = page.read_text()
    assert "qt 1" in text
    assert "50.0 [9.5-90.5] (1/2)" in text
    assert "no data were given" in text
