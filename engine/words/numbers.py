"""Numbers as a reader of each language writes them."""

import re
from datetime import date
from typing import Final

from .load import Language

DECIMAL_MARK: Final[dict[Language, str]] = {"fr": ",", "en": "."}
MINUS: Final = "\u2212"
HUNDRED: Final = 100
THOUSAND: Final = 1000
PER_HUNDRED_FROM: Final = 0.1
SIGNIFICANT_DIGITS: Final = 6

_REPORTED = re.compile(r"^(?:<=|>=|<|>)?\s*[+-]?(?:\d+(?:\.\d+)?|\.\d+)$")
_NO_ZERO = re.compile(r"(?<!\d)\.")


def reported(text: str, lang: Language) -> str:
    """Return a reported decimal with the decimal mark of the language and a digit before it.

    >>> reported("1.260", "fr"), reported("<0.10", "fr"), reported("v1.2.0", "fr")
    ('1,260', '<0,10', 'v1.2.0')
    >>> reported(".9", "fr"), reported("-0.97", "fr"), reported("-0.00", "en")
    ('0,9', '−0,97', '0.00')
    """
    if not _REPORTED.match(text):
        return text
    signed_text = text.replace("-", MINUS if text.strip("-0.") else "")
    return _NO_ZERO.sub("0.", signed_text).replace(".", DECIMAL_MARK[lang])


def written_day(text: str, lang: Language) -> str:
    """Print a date as its reader writes it; what is no date as it is.

    >>> written_day("2026-11-03", "fr"), written_day("2026-11-03", "en"), written_day("?", "fr")
    ('03/11/2026', '2026-11-03', '?')
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day.strftime("%d/%m/%Y") if lang == "fr" else day.isoformat()


def number(value: float, lang: Language, decimals: int | None = None) -> str:
    """Print a number, to ``decimals`` places or as short as six significant digits allow.

    >>> number(0.58, "fr"), number(-2.0, "en", 2)
    ('0,58', '−2.00')
    """
    plain = f"{value:.{SIGNIFICANT_DIGITS}g}" if decimals is None else f"{value + 0.0:.{decimals}f}"
    if not plain.strip("-0."):
        plain = plain.lstrip("-")
    return plain.replace("-", MINUS).replace(".", DECIMAL_MARK[lang])


def signed(value: float, lang: Language, decimals: int = 2) -> str:
    """Print a number with its sign.

    >>> signed(0.824, "fr"), signed(-0.2, "fr"), signed(-0.001, "en")
    ('+0,82', '−0,20', '0.00')
    """
    text = number(value, lang, decimals)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def base_of(risk: float) -> int:
    """Say whether a risk reads better out of 100 or out of 1000.

    >>> base_of(0.034), base_of(0.34)
    (1000, 100)
    """
    return HUNDRED if risk >= PER_HUNDRED_FROM else THOUSAND


def count_of(risk: float, base: int) -> int:
    """Return how many people out of ``base``, to the nearest.

    >>> count_of(0.0344, 1000)
    34
    """
    return round(risk * base)
