"""What is known of exposures: who has one, who was asked and has none, and of whom it is unknown.

A visit may be asked about a list of exposures in whole, or about some of them one by one. What
nobody was asked, and what was answered by nothing that could be read, is neither yes nor no.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....engine.record import NO, YES, Int8Array
from ....engine.vocabulary import load_vocabulary

WHOLE_LIST: Final = "*"
"""Exposure of the row of somebody who was asked about the whole list: no to all without a yes."""
EXPOSURES: Final = pa.schema([(n, pa.string()) for n in ("person_id", "exposure", "answer")])
"""A row for each yes, and beside them one no to the whole list, or one to each that was asked."""
HAS: Final = "e.exposure = ? AND e.answer = 'yes'"
"""SQL: the row of somebody who has an exposure."""
ASKED: Final = f"e.exposure IN (?, '{WHOLE_LIST}')"
"""SQL: a row of somebody who was asked about an exposure."""
_START: Final = "exposure."


def exposure_codes() -> list[str]:
    """Return the whole list, by code, in its order; a site's own are in it."""
    names = load_vocabulary().questions
    return [name.removeprefix(_START) for name in names if name.startswith(_START)]


def exposure_table(who: Any, answer: Callable[[str], Int8Array]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return what n visits say of exposures, as the Arrow table `EXPOSURES`.

    Parameters
    ----------
    who : Arrow strings (n,), the person of each
    answer : gives the answers (n,) to a question: NO, YES or UNKNOWN
    """
    said = {code: answer(f"{_START}{code}") for code in exposure_codes()}
    is_whole = np.ones(len(who), dtype=np.bool_)
    for code in said.values():
        is_whole &= (code == YES) | (code == NO)
    parts = [_rows(who, is_whole, WHOLE_LIST, "no")]
    for exposure, code in said.items():
        parts.append(_rows(who, code == YES, exposure, "yes"))
        parts.append(_rows(who, (code == NO) & ~is_whole, exposure, "no"))
    return pa.concat_tables(parts)


def _rows(who: Any, rows: Any, exposure: str, answer: str) -> Any:  # noqa: ANN401
    people = who.filter(pa.array(rows))
    words = (pa.repeat(word, len(people)) for word in (exposure, answer))
    return pa.table([people, *words], schema=EXPOSURES)
