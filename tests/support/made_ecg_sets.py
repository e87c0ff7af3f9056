"""Tiny folders laid out as the publishers of the public ECG sets do, filled with simulated ECGs."""

import warnings

import h5py
import numpy as np
import wfdb
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from laennec.datasets.simulator import scenario, simulate

SCP = """,description,diagnostic,form,rhythm,diagnostic_class,diagnostic_subclass
NORM,normal ECG,1.0,,,NORM,NORM
NDT,non-diagnostic T abnormalities,1.0,1.0,,STTC,STTC
IMI,inferior myocardial infarction,1.0,,,MI,IMI
AMI,anterior myocardial infarction,1.0,,,MI,AMI
ASMI,anteroseptal myocardial infarction,1.0,,,MI,AMI
ABQRS,abnormal QRS,,1.0,,,
SR,sinus rhythm,,,1.0,,
AFIB,atrial fibrillation,,,1.0,,
"""


def made_ecg(folder, name, comments=()):
    """Write one simulated record as WFDB, with comments as the publisher writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    path = write_wfdb(EcgRecording(signal, EcgHeader("wfdb", name)), folder / f"{name}.hea")
    text = "\n".join(x for x in path.read_text().splitlines() if not x.startswith("#"))
    path.write_text(text + "\n" + "".join(f"# {line}\n" for line in comments))
    return folder / name


def write_marks(stem, extension, samples, symbols):
    """Write an annotation file; the library takes letters only, so the file is renamed."""
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # it uses pandas in a way that newer pandas announces to remove
        wfdb.wrann(stem.name, "tmp", np.asarray(samples), list(symbols), write_dir=str(stem.parent))
    stem.with_suffix(".tmp").rename(stem.with_suffix(f".{extension}"))


def write_challenge(folder, n):
    for k in range(n):
        made_ecg(folder / "g1", f"E{k:05d}", ("Age: 60", "Sex: Male", "Dx: 426783006"))


def write_ptbxl(folder, n, codes="{'NORM': 100.0, 'SR': 0.0}"):
    rows = ["ecg_id,patient_id,age,sex,scp_codes,strat_fold,filename_hr"]
    for k in range(n):
        made_ecg(folder / "records500/00000", f"{k:05d}_hr")
        where = f"records500/00000/{k:05d}_hr"
        rows.append(f'{k},{k}.0,56.0,1,"{codes}",{k + 8},{where}')
    (folder / "ptbxl_database.csv").write_text("\n".join(rows) + "\n")


def write_code15(folder, n):
    with h5py.File(folder / "exams_part0.hdf5", "w") as part:
        part["exam_id"] = np.r_[np.arange(1, n + 1), 0]
        tracings = np.ones((n + 1, 4096, 12), np.float32) * np.arange(1, n + 2)[:, None, None]
        tracings[-1] = 0.0
        part["tracings"] = tracings
    head = "exam_id,age,is_male,nn_predicted_age,1dAVb,RBBB,LBBB,SB,ST,AF,patient_id"
    rows = [f"{k},61,True,60.1,False,True,False,False,False,False,{k}" for k in range(1, n + 1)]
    (folder / "exams.csv").write_text("\n".join([head, *rows]) + "\n")


def write_cinc2017(folder, n):
    for k in range(n):
        made_ecg(folder / "training/A00", f"A{k:05d}")
    (folder / "REFERENCE-v3.csv").write_text("".join(f"A{k:05d},N\n" for k in range(n)))


WRITERS = {
    "georgia": write_challenge,
    "ptbxl": write_ptbxl,
    "code15": write_code15,
    "cinc2017": write_cinc2017,
}


def write_beats(folder, names=("101", "106", "100", "103", "102")):
    """Write two leads with a beat mark each second, every fourth ventricular and early."""
    folder.mkdir(parents=True, exist_ok=True)
    for k, name in enumerate(names):
        at = np.cumsum([1.0, 1.0, 1.0, 0.6] * 8)
        noise = np.random.default_rng(k).normal(0.0, 0.02, (2, 360 * 34))
        for i, t in enumerate(at):
            wide = 12 if i % 4 == 3 else 4
            noise[:, round(t * 360) - wide : round(t * 360) + wide] += 1.0
        wfdb.wrsamp(
            name, 360, ["mV", "mV"], ["MLII", "V1"], p_signal=noise.T, write_dir=str(folder)
        )
        symbols = ["V" if i % 4 == 3 else "N" for i in range(len(at))]
        write_marks(folder / name, "atr", np.round(at * 360).astype(int), symbols)
