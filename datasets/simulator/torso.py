"""From the dipole to the leads."""

import numpy as np

from ...engine.ecg.leads import CHEST_LEADS, LIMB_LEADS, TWELVE_LEADS, derive_limb_leads
from ...engine.fixedpoint import FloatArray
from .figures import figures


def lead_vectors(
    rng: np.random.Generator | None = None, person_variation: float = 0.0
) -> FloatArray:
    """Return the lead vectors of one torso, the published one or a person like it.

    The four derived limb leads follow from I and II by their algebra in every torso, so
    Einthoven's and Goldberger's relations hold exactly.

    Parameters
    ----------
    rng : draws the person; None gives the published torso
    person_variation : 0 the published torso, 1 people

    Returns
    -------
    shape (12, 9), lead millivolt per source millivolt: a dipole along X (left), Y (feet), Z (back),
    then six local sources, each seen by one of V1 to V6 alone
    """
    table = figures("torso")
    rows = {name: np.array(row) for name, row in table["rows"].items()}
    if rng is not None and person_variation > 0:
        rows = _one_person(rows, table["people"], rng, person_variation)
    rows |= derive_limb_leads({"I": rows["I"], "II": rows["II"]})
    dipole = np.stack([rows[name] for name in TWELVE_LEADS])
    local = np.eye(len(TWELVE_LEADS))[:, len(LIMB_LEADS) :]
    return np.concatenate([dipole, local], axis=1)


def _one_person(
    rows: dict[str, FloatArray],
    spread: dict[str, float],
    rng: np.random.Generator,
    person_variation: float,
) -> dict[str, FloatArray]:
    limb = np.exp(rng.normal(0.0, spread["limb_gain_sd"] * person_variation))
    gains = np.exp(rng.normal(0.0, spread["chest_gain_sd"] * person_variation, len(CHEST_LEADS)))
    shifts = rng.normal(0.0, spread["chest_shift_sd"] * person_variation, len(CHEST_LEADS))
    chest = np.stack([rows[name] for name in CHEST_LEADS])
    for i, shift in enumerate(np.clip(shifts, -0.5, 0.5)):
        neighbour = int(np.clip(i + (1 if shift > 0 else -1), 0, len(chest) - 1))
        moved = (1 - abs(shift)) * rows[CHEST_LEADS[i]] + abs(shift) * rows[CHEST_LEADS[neighbour]]
        chest[i] = gains[i] * moved
    limbs = {name: limb * rows[name] for name in ("I", "II")}
    return limbs | dict(zip(CHEST_LEADS, chest, strict=True))


def frontal_turn(matrix: FloatArray, angle_deg: float) -> FloatArray:
    """Matrix that turns a dipole so that its frontal axis, as the limb leads show it, turns too.

    The frontal plane of the limb leads is (I, 2/sqrt(3) aVF); the sagittal component stays.

    Parameters
    ----------
    matrix : lead vectors, shape (12, 3 or more)
    angle_deg : clockwise on the hexaxial scale, towards +90

    Returns
    -------
    shape (3, 3), to be applied as ``turn @ dipole``
    """
    frontal = np.stack([matrix[0], 2.0 / np.sqrt(3.0) * matrix[TWELVE_LEADS.index("aVF")]])
    plane, depth = frontal[:, :2], frontal[:, 2:3]
    angle = np.radians(angle_deg)
    spin = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    back = np.linalg.inv(plane)
    turn = np.eye(3)
    turn[:2, :2] = back @ spin @ plane
    turn[:2, 2:] = back @ (spin @ depth - depth)
    return turn
