"""Reads the sentence files, once, and refuses a pair of languages that do not say the same.

Every ``<name>.fr.toml`` has a ``<name>.en.toml`` beside it with the same message ids and, in every
sentence, the same placeholders: a sentence that loses its number in one language would hide a fact.
"""

import hashlib
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal

from ..errors import DataError

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
Table = Mapping[str, str]


def _broken(found: str, why: str, path: str) -> DataError:
    return DataError(
        found=found,
        why=why,
        remedy="Mend the sentence file or restore it from the release",
        path=path,
    )


def check_language(lang: str) -> Language:
    """Return ``lang`` if it is one of the languages that exist.

    Raises
    ------
    DataError  if there is no such language

    >>> check_language("fr")
    'fr'
    """
    if lang not in LANGUAGES:
        raise DataError(
            found=f"the language {lang!r}",
            why=f"sentences exist in {' and '.join(LANGUAGES)} only",
            remedy="Ask for one of these",
            path="lang",
        )
    return lang


def _flatten(table: Mapping[str, object], name: str, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, name, f"{prefix}{key}.")
        elif isinstance(value, str) and value.strip():
            yield f"{prefix}{key}", value
        else:
            raise _broken(f"{prefix}{key}", "it is not a sentence", name)


def _read(path: Traversable) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise _broken(f"a TOML error ({error})", "the file can't be read", path.name) from error
    sentences: dict[str, str] = {}
    for key, value in _flatten(table, path.name):
        if key in sentences:
            raise _broken(f"{key} twice", "one id has one sentence", path.name)
        sentences[key] = value
    return sentences


@cache
def placeholders(sentence: str) -> frozenset[str]:
    """Return the names in braces of one sentence.

    Raises
    ------
    ValueError  if a brace is not closed, or a placeholder is more than a plain name

    >>> sorted(placeholders("de {from} à {to} {unit}"))
    ['from', 'to', 'unit']
    """
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"the placeholder {{{name}}} is not a plain name")
        names.add(name)
    return frozenset(names)


def _check_pair(name: str, french: Table, english: Table) -> None:
    for here, there, lang in ((french, english, "en"), (english, french, "fr")):
        lost = sorted(here.keys() - there.keys())
        if lost:
            raise _broken(
                f"no sentence for {', '.join(lost)}",
                "both languages say the same things",
                f"{name}.{lang}.toml",
            )
    for key, sentence in french.items():
        try:
            same = placeholders(sentence) == placeholders(english[key])
        except ValueError as error:
            raise _broken(f"{key}: {error}", "the sentence can't be filled", name) from error
        if not same:
            raise _broken(
                f"{key} with other placeholders in French than in English",
                "both languages say the same things",
                name,
            )


def _sentence_files(folder: Traversable) -> dict[str, Traversable]:
    found = [p for p in folder.iterdir() if p.name.endswith(tuple(f".{x}.toml" for x in LANGUAGES))]
    return {p.name: p for p in sorted(found, key=lambda p: p.name)}


def load_folder(folder: Traversable) -> dict[Language, dict[str, str]]:
    """Read every pair of sentence files of a folder.

    Raises
    ------
    DataError  if a file can't be read, has no partner, or the two languages differ
    """
    found = _sentence_files(folder)
    everything: dict[Language, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for name in sorted({n.rsplit(".", 2)[0] for n in found}):
        pair: dict[Language, dict[str, str]] = {}
        for lang in LANGUAGES:
            file_name = f"{name}.{lang}.toml"
            if file_name not in found:
                raise _broken("no such file", "every sentence exists in both languages", file_name)
            pair[lang] = _read(found[file_name])
        _check_pair(name, pair["fr"], pair["en"])
        twice = sorted(pair["fr"].keys() & everything["fr"].keys())
        if twice:
            raise _broken(f"{', '.join(twice)} again", "one id has one sentence", name)
        for lang in LANGUAGES:
            everything[lang] |= pair[lang]
    return everything


def folder_sha256(folder: Traversable) -> str:
    """Return one hash over the names and bytes of every sentence file of a folder."""
    digest = hashlib.sha256()
    for name, path in _sentence_files(folder).items():
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _scores_file() -> Traversable:
    """Return the file of the published scores, which holds both languages together."""
    return files(f"{__package__.rpartition('.')[0]}.scores").joinpath("texts.toml")


def read_together(path: Traversable) -> dict[Language, dict[str, str]]:
    """Read a file whose ``[texts]`` hold ``{fr, en}`` for each id.

    Raises
    ------
    DataError  if the file can't be read, or a sentence lacks a language
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["texts"]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise _broken(f"no readable [texts] ({error})", "it has no sentences", path.name) from error
    lost = sorted(key for key, value in table.items() if set(value) != set(LANGUAGES))
    if lost:
        raise _broken(", ".join(lost), "both languages say the same things", path.name)
    pair: dict[Language, dict[str, str]] = {
        lang: {key: str(value[lang]) for key, value in table.items()} for lang in LANGUAGES
    }
    _check_pair(path.name, pair["fr"], pair["en"])
    return pair


@cache
def load_sentences() -> Mapping[Language, Table]:
    """Return every sentence that ships with the engine, by language and id."""
    own, scores = load_folder(files(__package__ or "")), read_together(_scores_file())
    return {lang: {**scores[lang], **own[lang]} for lang in LANGUAGES}


@cache
def sentences_sha256() -> str:
    """Return the hash of all sentence files; it is part of every content hash.

    >>> len(sentences_sha256())
    64
    """
    here = folder_sha256(files(__package__ or ""))
    scores = hashlib.sha256(_scores_file().read_bytes()).hexdigest()
    return hashlib.sha256(f"{here}{scores}".encode()).hexdigest()
