"""What a run at full scale is asked is read as a whole, or refused in words."""

from pathlib import Path

import pytest
from laennec.engine.errors import DataError
from laennec.training.ecg.config import chosen_runs, task_table
from laennec.training.ecg.run import train_ecg
from made_ecg_sets import write_beats

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("task = 3", "no table of folders"),
        ("[[task", "a config that can't be read"),
        ('task = "x"\n[folders]', "the task 'x'"),
        ('task = "cinc2017"\n[folders]', "no folder of cinc2017"),
        ('task = "cinc2017"\nepochs = 3', "the key 'epochs'"),
        ('task = "cinc2017"\n[folders]\ngeorgia = "x"', "the set 'georgia'"),
        ('task = "cinc2017"\n[folders]\ncinc2017 = 3', "no table of folders"),
        ('task = "cinc2017"\n[folders]\ncinc2017 = "x"\n[recipe]\nepochs = 1.5', "epochs = 1.5"),
        ('task = "cinc2017"\n[folders]\ncinc2017 = "x"\n[recipe]\nepochs = 0', "epochs = 0"),
        ('task = "cinc2017"\n[folders]\ncinc2017 = "x"\n[recipe]\nother = 1', "other = 1"),
        ('task = "cinc2017"\nrecipe = 3\n[folders]\ncinc2017 = "x"', "the key|recipe = 3|read"),
    ],
)
def test_a_config_that_is_wrong_is_refused_in_words(tmp_path, text, said):
    config = tmp_path / "run.toml"
    config.write_text(text)
    with pytest.raises(DataError, match=said):
        chosen_runs(config, ())


def test_a_folder_without_any_set_and_a_set_without_records_are_named(tmp_path):
    with pytest.raises(DataError, match="no folder of any set"):
        chosen_runs(tmp_path, ())
    with pytest.raises(DataError, match="the task 'nothing'"):
        chosen_runs(tmp_path, ("nothing",))
    write_beats(tmp_path / "mitdb", names=("102",))
    with pytest.raises(DataError, match="no record of the task mitdb_aami"):
        train_ecg(tmp_path, tmp_path / "out")
    (tmp_path / "ptbxl").mkdir()
    with pytest.raises(DataError, match=r"scp_statements\.csv"):
        train_ecg(tmp_path, tmp_path / "out", forms=("ptbxl_all",))


def test_every_task_names_sets_that_are_described():
    from laennec.datasets.sources.ecg_sets import sets

    for task in task_table()["task"].values():
        assert set(task["sets"]) <= set(sets())


def test_the_example_config_is_read():
    (config,) = chosen_runs(ROOT / "examples/training/statements.toml", ())
    assert config.leaves_out
    assert len(config.folders) == len(task_table()["task"]["statements"]["sets"])
