"""The language-free draft beside its words: what a content hash covers, kept and read again.

The words of a report are one language's; the content (message ids, parameters, rounded numbers) is
what the physician's hash stands on. It is kept with the draft, and whenever it is read its hash is
made again: what is shown is what is decided on, or nothing is shown.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from functools import cache, partial
from hashlib import sha256
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from ...engine.canonical import canonical_bytes, content_hash
from ...engine.errors import AuditError, DataError
from ...engine.prediagnosis import PreDiagnosis
from ...engine.words import LANGUAGES, Sentences, check_language, sentences_sha256
from ...engine.words.as_json import canonical_content

SCHEMA: Final = "laennec.content/1"
_HASH: Final = "content_hash"
Labels = Mapping[str, Mapping[str, str]]
Values = Mapping[str, Mapping[str, float]]
Reader = Callable[[Any], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """A draft as it was made, with what its words and drawings need.

    Parameters
    ----------
    prediagnosis : the draft, numbers rounded as its hash covers them
    labels : language -> what its model bundles call their variables and terms
    values : finding -> variable -> the number that its model read; for the drawings only
    visit : what was measured and answered, for searches; no hash that is decided on covers it
    written : the bytes that its content hash is of, from who made the hash; None where not at hand
    """

    prediagnosis: PreDiagnosis
    labels: Labels
    values: Values
    written: bytes | None = dataclasses.field(default=None, repr=False, compare=False)
    visit: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the content as plain data for the store."""
        return {"prediagnosis": canonical_content(self.prediagnosis), **self.beside()}

    def beside(self) -> dict[str, Any]:
        """Return what is kept beside the draft itself."""
        parts = {"schema": SCHEMA, "labels": self.labels, "values": self.values}
        return parts if self.visit is None else {**parts, "visit": self.visit}


def kept_text(content: Content, promised_hash: str) -> str:
    """Return the content as the store keeps it, after checking that it gives its hash.

    The text is that of ``canonical_bytes(content.as_dict())``; the draft in it is written once, for
    the store and for the hash.

    Parameters
    ----------
    content : of a draft
    promised_hash : the content hash on which a physician will decide

    Raises
    ------
    AuditError : the content is not the one that the hash stands for
    """
    draft = content.written or canonical_bytes(canonical_content(content.prediagnosis))
    if sha256(draft).hexdigest() != promised_hash:
        raise _other_content()
    rest = {name: canonical_bytes(part) for name, part in content.beside().items()}
    parts = rest | {"prediagnosis": draft}
    written = b",".join(b'"%s":%s' % (name.encode(), parts[name]) for name in sorted(parts))
    return (b"{" + written + b"}").decode("utf-8")


def read_content(stored: Mapping[str, Any], promised_hash: str) -> Content:
    """Return what was kept, after making its hash again.

    Parameters
    ----------
    stored : from ``Content.as_dict``, through the store
    promised_hash : the content hash of the report

    Raises
    ------
    AuditError : the content is not the one that the hash stands for
    """
    said = stored["prediagnosis"]
    if content_hash(said) != promised_hash:
        raise _other_content()
    prediagnosis: PreDiagnosis = _read_parts(PreDiagnosis, {**said, _HASH: promised_hash})
    return Content(prediagnosis, stored["labels"], stored["values"], visit=stored.get("visit"))


def _other_content() -> AuditError:
    return AuditError(
        found="a report whose content does not give its content hash",
        why="what would be shown is not what was or will be decided on",
        remedy="run `laennec audit verify`, find out what happened, restore the store",
        path="content",
    )


def sentences_for(
    content: Content, lang: str, kept: Mapping[str, Mapping[str, str]] | None
) -> Sentences:
    """Return the sentences that the hash of a draft covers, in one language.

    Parameters
    ----------
    content : the draft
    lang : ``fr`` or ``en``
    kept : the sentence tables that were kept with the draft, by language; needed where the sentence
        files were changed since

    Raises
    ------
    DataError : the sentence files were changed since the draft was made, and its own were not kept
    """
    if content.prediagnosis.sentences_sha256 == sentences_sha256():
        return Sentences(lang, content.labels[lang])
    if kept is None:
        raise DataError(
            found="a report that was made with other sentence files than those installed",
            why="its words would not be the ones that the content hash covers, and an earlier "
            "version of the store did not keep them",
            remedy=f"Read it with --format json in the language it was kept in ({LANGUAGES[0]} or "
            f"{LANGUAGES[1]}; leave out --lang), or screen the visit again for a new version",
            path="sentences_sha256",
        )
    return Sentences(lang, content.labels[lang], kept[check_language(lang)])


@dataclasses.dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of one dataclass of a draft: how each is read, and which must be there."""

    readers: Mapping[str, Reader]
    required: frozenset[str]


@cache
def _parts(kind: type[object]) -> _Parts:
    parts = dataclasses.fields(kind)  # type: ignore[arg-type]  # a dataclass, as its caller saw
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    optional = {f.name for f in parts if _has_default(f)}
    return _Parts(readers, frozenset(readers.keys() - optional))


@cache
def _reader(kind: Any) -> Reader:  # noqa: ANN401 - any type that a draft declares
    """Return what reads plain data as the type that a draft declares for it."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return partial(_read_parts, kind)
    if kind is float:
        return float
    origin = get_origin(kind)
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if origin in (Union, types.UnionType):
        return _union_reader(get_args(kind))
    if origin is not None and origin is not Literal:
        read = _reader(get_args(kind)[1])
        return lambda value: {key: read(item) for key, item in value.items()}
    return _as_it_is


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - any plain data
    return value


def _read_parts(kind: type[object], value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
    """Return a dataclass of a draft; a part that came with a later version keeps its default.

    The hash was made again over what is stored, so a part that is not stored said nothing then.
    """
    parts = _parts(kind)  # type: ignore[arg-type]  # a class is hashable
    readers = parts.readers
    if not parts.required <= value.keys() <= readers.keys():
        raise DataError(
            found="a report whose content has other parts than this version knows",
            why="a part that is left out could be the one that matters",
            remedy="Open it with the version that made it, or a later one",
            path=f"content, {kind.__name__}",
        )
    return kind(**{name: readers[name](part) for name, part in value.items()})


def _has_default(part: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return part.default is not missing or part.default_factory is not missing


def _tuple_reader(kinds: tuple[Any, ...]) -> Reader:
    if kinds[-1] is Ellipsis:
        read = _reader(kinds[0])
        return lambda value: tuple([read(item) for item in value])
    readers = [_reader(kind) for kind in kinds]
    return lambda value: tuple([r(item) for r, item in zip(readers, value, strict=True)])


def _union_reader(kinds: tuple[Any, ...]) -> Reader:
    """Return what reads None or the one kind beside it; a bare text or number as it is."""
    others = [kind for kind in kinds if kind is not type(None)]
    if len(others) > 1:
        return _as_it_is
    read = _reader(others[0])
    return lambda value: None if value is None else read(value)
