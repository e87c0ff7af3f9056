"""What the columns of a page showed, put together: limb leads from others, and a usual beat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..classical.beat import MedianBeats, UsualBeat
from ..classical.prepare import independent_rows
from ..leads import LIMB_WEIGHTS

_PLANE: Final = 2


def with_limbs(leads: tuple[str, ...], st: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
    """Add the limb leads that follow from any two that were measured, aVR, aVL and aVF among them.

    Parameters
    ----------
    leads : names
    st : ST at J, later, and its uncertainty, shape (n_leads,) each; NaN where not measured

    >>> leads, aug = ("III", "aVR", "aVF"), np.array([np.nan, -0.1, 0.2])
    >>> [x.round(3).tolist() for x in with_limbs(leads, (aug, aug, np.abs(aug)))]
    [[0.2, -0.1, 0.2], [0.2, -0.1, 0.2], [0.2, 0.1, 0.2]]
    """
    limbs = [row for row, name in enumerate(leads) if name in LIMB_WEIGHTS]
    known = [row for row in limbs if np.isfinite(st[0][row])]
    if len(known) < _PLANE or len(known) == len(limbs):
        return st
    weights = np.array([LIMB_WEIGHTS[leads[row]] for row in known])
    every = np.array([LIMB_WEIGHTS[leads[row]] for row in limbs]) @ np.linalg.pinv(weights)
    at_j, later, spread = (one.copy() for one in st)
    for i, row in enumerate(limbs):
        if row not in known:
            at_j[row], later[row] = every[i] @ st[0][known], every[i] @ st[1][known]
            spread[row] = st[2][known].max()
    return at_j, later, spread


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A lead in the usual beat of a column, and where its QRS begins there; NaN if not known."""

    row: int
    found: MedianBeats
    onset: float

    @property
    def beat_mv(self) -> FloatArray:
        """Its usual beat."""
        return np.asarray(self.found.signal_mv[0][self.row])

    def anchor(self, *, at_r: bool) -> int:
        """Return the sample at which it is joined to the others."""
        return self.found.r_index if at_r or np.isnan(self.onset) else round(self.onset)


def joined_beat(leads: tuple[str, ...], rows: Mapping[str, Row], *, at_r: bool) -> UsualBeat | None:
    """Join the usual beats of the columns into one; None where there is none.

    Parameters
    ----------
    leads : names, in order
    rows : those that were measured
    at_r : whether the R peaks are those of one lead; elsewhere columns begin their QRS together
    """
    names = tuple(name for name in leads if name in rows)
    names = tuple(names[k] for k in independent_rows(np.arange(len(names)), names))
    used = [rows[name] for name in names]
    if not used:
        return None
    begins = [one.anchor(at_r=at_r) for one in used]
    before = min(begins)
    after = min(len(one.beat_mv) - begin for one, begin in zip(used, begins, strict=True))
    return UsualBeat(
        leads=names,
        signal_mv=np.stack(
            [
                one.beat_mv[begin - before : begin + after]
                for one, begin in zip(used, begins, strict=True)
            ]
        ),
        r_index=before + int(np.median([o.found.r_index - o.anchor(at_r=at_r) for o in used])),
        noise_mv=np.array([one.found.noise_mv[one.row] for one in used]),
        rate_hz=used[0].found.rate_hz,
    )
