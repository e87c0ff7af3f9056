"""XML documents of strangers: no DTD, no entities, a cap on size, depth and elements."""

import math
import re
import xml.etree.ElementTree as ET  # noqa: S405 - only for its types; parsing is defused below
from collections.abc import Iterable
from typing import Any, Final

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from .errors import EcgUnreadable, incomplete, too_large, unreadable
from .source import Source, limits

# GE MUSE writes the name of its DTD into every export; a bare name without a subset is harmless.
_BARE_DOCTYPES: Final = {("RestingECG", "restecg.dtd")}
_SAME: Final = 1e-6
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["'](?P<name>[\w.-]+)["']""")
_WIDE: Final = frozenset(
    ("gb2312", "gbk", "gb18030", "big5", "shift-jis", "euc-jp", "euc-kr", "cp932")
)
_TAG: Final = re.compile(r"<([A-Za-z_][\w.-]*:)?(?P<tag>[A-Za-z_][\w.-]*)")


class _Capped(ET.TreeBuilder):
    """A builder that stops at the caps and drops namespaces."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where
        self.depth = 0
        self.count = 0

    def start(self, tag: Any, attrs: Any) -> ET.Element:  # noqa: ANN401 - as the base class
        self.depth += 1
        self.count += 1
        caps = limits()["xml"]
        if self.depth > caps["depth"] or self.count > caps["elements"]:
            raise too_large("An XML document with too many or too deep elements", self.where)
        plain = {key.rpartition("}")[2]: value for key, value in attrs.items()}
        return super().start(tag.rpartition("}")[2], plain)

    def end(self, tag: str) -> ET.Element:
        self.depth -= 1
        return super().end(tag.rpartition("}")[2])


class _Parser(DefusedXMLParser):  # type: ignore[misc]  # defusedxml carries no types
    """Refuses every document type but the bare name that MUSE writes."""

    def defused_start_doctype_decl(
        self,
        name: str,
        sysid: str | None,
        pubid: str | None,
        has_internal_subset: int,
    ) -> None:
        if has_internal_subset or pubid or (name, sysid) not in _BARE_DOCTYPES:
            raise DTDForbidden(name, sysid, pubid)


def root_tag(source: Source) -> str:
    """Return the name of the first element as far as the first bytes show it, "" for no XML."""
    head = source.head
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if wide else "latin-1", errors="ignore").lstrip("\ufeffï»¿ \t\r\n")
    if not text.startswith("<"):
        return ""
    text = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text, flags=re.DOTALL)
    found = _TAG.search(text)
    return found["tag"] if found else ""


def parse_xml(source: Source) -> ET.Element:
    """Return the tree of a document, tags and attributes without namespace.

    Raises
    ------
    EcgUnreadable : not well-formed, or a document type or an entity declaration
    EcgTooLarge : beyond a cap
    """
    where = source.label
    if len(source.data) > limits()["bytes"]["text"]:
        raise too_large("An XML document of more than 64 MiB", where)
    parser = _Parser(
        target=_Capped(where), forbid_dtd=True, forbid_entities=True, forbid_external=True
    )
    try:
        parser.feed(_in_utf8(source.data))
        root: ET.Element = parser.close()
    except DefusedXmlException as error:
        raise EcgUnreadable(
            found="The XML document declares a document type or an entity",
            why="declarations can pull in other files or blow up in memory",
            remedy="Export without a DTD",
            path=where,
        ) from error
    except (ET.ParseError, ValueError, LookupError) as error:
        raise unreadable("An XML document that is not well-formed", where) from error
    return root


def _in_utf8(data: bytes) -> bytes:
    """Return a document of an Asian encoding in UTF-8; the parser knows none of several bytes.

    What is not of the encoding that it declares is left to the parser, which refuses it.
    """
    found = _DECLARED.match(data)
    if found is None or found["name"].decode().lower().replace("_", "-") not in _WIDE:
        return data
    try:
        text = data.decode(found["name"].decode())
    except (UnicodeDecodeError, LookupError):
        return data
    start, stop = found.span("name")
    return text[:start].encode() + b"UTF-8" + text[stop:].encode()


def text_at(node: ET.Element | None, path: str) -> str:
    """Return the stripped text of a descendant, "" where it is absent."""
    found = None if node is None else node.find(path)
    return "" if found is None or found.text is None else found.text.strip()


def number_of(text: str) -> float:
    """Return a number written in a document, NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def stated_number(text: str, what: str, where: str) -> float:
    """Return a number that a document must state.

    Parameters
    ----------
    text : as written
    what : the name of the number, "scale of a lead"

    Raises
    ------
    EcgIncomplete : the text is empty
    EcgUnreadable : it is no number; of one with a comma it is not known what the comma means
    """
    if not text.strip():
        raise incomplete(f"A document without the {what}", f"Export with the {what}", where)
    value = number_of(text)
    if math.isfinite(value):
        return value
    comma = re.fullmatch(r"\s*[+-]?\d+(?:,\d+)+\s*", text) is not None
    raise EcgUnreadable(
        found=f"A {what} " + ("with a comma" if comma else "that is no number"),
        why="4,88 may be 4.88 or 488: amplitudes and intervals would be wrong, and none is guessed",
        remedy="Export with plain numbers, such as 4.88",
        path=where,
    )


def one_number(texts: Iterable[str], what: str, where: str) -> float:
    """Return a number that a document states in one place or in several, NaN where in none.

    Raises
    ------
    EcgUnreadable : one of them is no number, or two differ
    """
    values = [stated_number(text, what, where) for text in texts if text.strip()]
    if any(not math.isclose(values[0], value, rel_tol=_SAME) for value in values):
        told = " and ".join(f"{value:g}" for value in sorted(set(values)))
        raise EcgUnreadable(
            found=f"Several values of the {what}: {told}",
            why="amplitudes or intervals would be wrong, and which of them is right is not known",
            remedy="Export the ECG again from the device or its archive",
            path=where,
        )
    return values[0] if values else math.nan
