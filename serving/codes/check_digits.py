"""The check digits of LOINC and SNOMED CT numbers: a mistyped code is seen without a table."""

import re
from typing import Final

_LOINC: Final = re.compile(r"(\d{1,7})-(\d)")
_TEN: Final = 10
_SHORTEST, _LONGEST = 6, 18
# The dihedral group of order ten (Verhoeff 1969), as SNOMED CT identifiers use it.
_TIMES: Final = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_SHIFT: Final = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def is_loinc(code: str) -> bool:
    """Say whether a LOINC number has its check digit (modulus 10, doubling from the right).

    >>> is_loinc("8480-6"), is_loinc("8480-5"), is_loinc("x")
    (True, False, False)

    Source: LOINC Users' Guide, appendix on the calculation of the check digit.
    """
    found = _LOINC.fullmatch(code)
    if found is None:
        return False
    digits = [int(d) for d in reversed(found[1])]
    doubled = [d if i % 2 else d * 2 for i, d in enumerate(digits)]
    total = sum(d // _TEN + d % _TEN for d in doubled)
    return (-total) % _TEN == int(found[2])


def is_snomed(code: str) -> bool:
    """Say whether a SNOMED CT identifier has its check digit.

    >>> is_snomed("368208006"), is_snomed("368208007"), is_snomed("12")
    (True, False, False)

    Source: SNOMED CT Technical Implementation Guide, Verhoeff's dihedral check.
    """
    if not code.isdecimal() or not code.isascii() or not _SHORTEST <= len(code) <= _LONGEST:
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_TIMES[check][int(_SHIFT[place % len(_SHIFT)][int(digit)])])
    return check == 0
