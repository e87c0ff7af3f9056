"""What a rule is expected to fire at when some of what it reads is missing, given what is known.

One affine map for each pattern of missing optional inputs. Training computes the table (the
expectation of each firing given the known firings, on the development people); this room
evaluates it.
"""

from dataclasses import dataclass

import numpy as np

from ..errors import ContractBroken
from .membership import FloatArray
from .status import BoolArray
from .system import FuzzySystem

MAX_OPTIONAL = 12


@dataclass(frozen=True, slots=True, eq=False)
class ConditionalCompletion:
    """Table of affine maps, one for each pattern of missing inputs.

    The pattern of a record is p = sum over the optional inputs j (in the order of `optional`) of
    missing_j * 2^j. With f the firings in which every rule that reads a missing input is set to 0,
    such a rule gets clip(maps[p, r, :-1] @ f + maps[p, r, -1], 0, 1); every other rule keeps its
    firing.

    Parameters
    ----------
    optional : names of the inputs that may be missing; equal to `system.optional`
    maps : shape (2^m, r, r + 1); what stands in row p for rules that p does not touch has no
        influence
    """

    optional: tuple[str, ...]
    maps: FloatArray

    def check(self, system: FuzzySystem) -> None:
        """Refuse a table that was made for another system.

        Raises
        ------
        ContractBroken : other optional inputs, another number of rules, too many patterns, a
            non-finite entry
        """
        m, r = len(system.optional), len(system.rules)
        good = self.optional == system.optional and self.maps.shape == (2**m, r, r + 1)
        if not good or m > MAX_OPTIONAL or not np.isfinite(self.maps).all():
            raise ContractBroken(
                found=f"a completion of {list(self.optional)}, maps {self.maps.shape}",
                why=f"the system may miss {list(system.optional)} (at most {MAX_OPTIONAL} inputs) "
                f"and {r} rules, so finite maps of shape {(2**m, r, r + 1)} are needed",
                remedy="Compute the completion again from this system",
                path="completion",
            )


def optional_columns(system: FuzzySystem) -> list[int]:
    """Columns of x that may be missing, in the order of `system.optional`."""
    return [system.inputs.index(name) for name in system.optional]


def unknown_rules(system: FuzzySystem, missing: BoolArray) -> BoolArray:
    """Say which rules read a missing input.

    Parameters
    ----------
    system : its rules
    missing : shape (n, k)

    Returns
    -------
    shape (n, r)
    """
    return np.asarray((missing[:, :, None] & system.uses[None]).any(axis=1))


def complete(
    firing: FloatArray, missing: BoolArray, system: FuzzySystem, completion: ConditionalCompletion
) -> FloatArray:
    """Replace the firing of rules that read a missing input by what is expected given the others.

    Parameters
    ----------
    firing : shape (n, r); what stands in unknown rules has no influence
    missing : shape (n, k)
    system : the rules
    completion : checked against the system

    Returns
    -------
    shape (n, r), 0..1
    """
    unknown = unknown_rules(system, missing)
    known = np.where(unknown, 0.0, firing)
    powers = 2 ** np.arange(len(system.optional))
    pattern = missing[:, optional_columns(system)] @ powers
    expected = known.copy()
    for p in np.unique(pattern[unknown.any(axis=1)]):
        rows = np.flatnonzero(pattern == p)
        table = completion.maps[p]
        guess = np.clip(known[rows] @ table[:, :-1].T + table[:, -1], 0.0, 1.0)
        expected[rows] = np.where(unknown[rows], guess, known[rows])
    return expected
