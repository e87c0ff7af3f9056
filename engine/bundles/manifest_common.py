"""What every kind of manifest has in common: how it is read, its names, and what seals it."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from ..errors import ContractBroken
from .decode import decode
from .manifest import MANIFEST, Training

SHA256: Final = re.compile(r"[0-9a-f]{64}")
_EXTRA_FILE: Final = re.compile(r"[a-z0-9_]+\.(json|toml|md|txt)")
_ID: Final = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
_VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class AnyManifest(Protocol):
    """The fields that every manifest has, whatever its bundle answers."""

    @property
    def id(self) -> str:
        """``<model>/<form>``, the names of the two folders that hold the bundle."""

    @property
    def version(self) -> str:
        """``major.minor.patch``."""

    @property
    def form(self) -> str:
        """The second part of the id."""

    @property
    def training(self) -> Training:
        """When and on what it was trained."""

    @property
    def key(self) -> str:
        """Name of the key that signed it, empty while the bundle is being made."""

    @property
    def files(self) -> Mapping[str, str]:
        """sha256 of every other file of the bundle."""


M = TypeVar("M", bound=AnyManifest)


@dataclass(frozen=True, slots=True)
class ManifestKind(Generic[M]):
    """One kind of manifest.

    Parameters
    ----------
    form : the dataclass of the manifest
    check : returns what is wrong with this kind, beside its names and its seal
    files : names that a sealed bundle of this kind must hold
    remedy : of the error
    """

    form: type[M]
    check: Callable[[M], list[str]]
    files: Sequence[str]
    remedy: str


def read_manifest(kind: ManifestKind[M], raw: bytes, *, path: str, sealed: bool) -> M:
    """Read a manifest of one kind and check it.

    Parameters
    ----------
    raw : the bytes of the file
    path : named in the error
    sealed : False while a bundle is being made, before ``sign_bundle`` has filled key and files

    Raises
    ------
    ContractBroken  naming every problem at once
    """
    problems: list[str] = []
    try:
        table = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken([f"not readable as TOML ({error})"], kind.remedy, path) from error
    manifest = decode(kind.form, table, problems)
    if manifest is not None:
        seal = _seal_problems(manifest, kind.files) if sealed else []
        problems = [*_name_problems(manifest), *kind.check(manifest), *seal]
    if manifest is None or problems:
        raise _broken(problems, kind.remedy, path)
    return manifest


def has_schema(raw: bytes, schema: str) -> bool:
    """Say which reader a manifest is for; believed only for that, the reader checks the rest."""
    try:
        return tomllib.loads(raw.decode("utf-8")).get("schema") == schema
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def form_problems(named: Sequence[tuple[str, str, re.Pattern[str]]]) -> list[str]:
    """Return a problem for each (where, value, pattern) whose value is not of its form."""
    return [
        f"{where}: {value!r} is not of the form {pattern.pattern}"
        for where, value, pattern in named
        if not pattern.fullmatch(value)
    ]


def empty_texts(manifest: object, names: Sequence[str]) -> list[str]:
    """Return a problem for each text of a manifest that is empty."""
    return [f"{name}: empty" for name in names if not getattr(manifest, name)]


def _name_problems(m: AnyManifest) -> list[str]:
    problems = form_problems(
        [
            ("id", m.id, _ID),
            ("version", m.version, _VERSION),
            ("training.date", m.training.date, _DATE),
            *((f"training.data.{k}", v, SHA256) for k, v in m.training.data.items()),
        ]
    )
    if m.id.rpartition("/")[2] != m.form:
        problems.append(f"form: {m.form!r} is not the second part of the id {m.id!r}")
    return problems


def _seal_problems(m: AnyManifest, files: Sequence[str]) -> list[str]:
    problems = [f"files: {n} is missing" for n in files if n not in m.files]
    problems += [
        f"files: {n!r} is not a name that a bundle may hold"
        for n in m.files
        if n not in files and not (_EXTRA_FILE.fullmatch(n) and n != MANIFEST)
    ]
    problems += [f"files.{n}: not a sha256" for n, h in m.files.items() if not SHA256.fullmatch(h)]
    return problems if m.key else [*problems, "key: missing"]


def _broken(problems: list[str], remedy: str, path: str) -> ContractBroken:
    return ContractBroken(
        found="; ".join(problems),
        why="a manifest that is not exactly of its schema says nothing that can be relied on",
        remedy=remedy,
        path=path,
    )
