"""Plain tables to frozen dataclasses and back, every problem at once.

The dataclass is the schema: its field names are the keys, its annotations the types. An unknown
key, a missing key and a wrong type are each reported with the path where they stand, so that a
manifest with five mistakes is corrected in one go.
"""

import dataclasses
import json
import math
import operator
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")

_MISSING = object()


def key_of(field: "dataclasses.Field[Any]") -> str:
    """Return the key under which a field stands in a file (``input`` for ``inputs``)."""
    return str(field.metadata.get("key", field.name))


def is_optional(field: "dataclasses.Field[Any]") -> bool:
    """Say whether a key may be left out."""
    return (
        field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    )


def decode(cls: type[T], table: object, problems: list[str], path: str = "") -> T | None:
    """Read one table as ``cls``.

    Parameters
    ----------
    cls : a frozen dataclass
    table : what tomllib or json returned
    problems : every problem found is appended, as ``path: what``
    path : where the table stands

    Returns
    -------
    the value, or None when at least one problem was appended
    """
    if not isinstance(table, dict):
        problems.append(f"{path or 'file'}: expected a table, found {_name(table)}")
        return None
    before = len(problems)
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # cls is a dataclass by contract
    known = {key_of(f) for f in fields}
    problems.extend(f"{_join(path, k)}: unknown key" for k in table if k not in known)
    for field in fields:
        where, found = _join(path, key_of(field)), table.get(key_of(field), _MISSING)
        if found is _MISSING:
            if not is_optional(field):
                problems.append(f"{where}: missing")
            continue
        values[field.name] = _value(hints[field.name], found, problems, where)
    return cls(**values) if len(problems) == before else None


def _value(kind: object, found: object, problems: list[str], path: str) -> object:
    """Read one value of the annotated kind."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        kind = next(a for a in get_args(kind) if a is not type(None))
        origin = get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return decode(typing.cast("type[Any]", kind), found, problems, path)
    if origin is Literal:
        return _literal(get_args(kind), found, problems, path)
    if origin is tuple:
        return _sequence(get_args(kind), found, problems, path)
    if origin in (dict, Mapping):
        return _mapping(found, problems, path)
    return _scalar(typing.cast("type", kind), found, problems, path)


def _literal(allowed: tuple[Any, ...], found: object, problems: list[str], path: str) -> object:
    if found not in allowed:
        problems.append(f"{path}: {found!r} is not one of {', '.join(map(repr, allowed))}")
    return found


def _sequence(args: tuple[Any, ...], found: object, problems: list[str], path: str) -> object:
    if not isinstance(found, list):
        problems.append(f"{path}: expected a list, found {_name(found)}")
        return ()
    kinds = [args[0]] * len(found) if args[-1] is Ellipsis else list(args)
    if len(kinds) != len(found):
        problems.append(f"{path}: expected {len(kinds)} values, found {len(found)}")
        return ()
    pairs = enumerate(zip(kinds, found, strict=True))
    return tuple(_value(k, v, problems, f"{path}[{i}]") for i, (k, v) in pairs)


def _mapping(found: object, problems: list[str], path: str) -> object:
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        problems.append(f"{path}: expected a table of texts")
        return {}
    return dict(found)


def _scalar(kind: type, found: object, problems: list[str], path: str) -> object:
    if kind is float and isinstance(found, int) and not isinstance(found, bool):
        found = float(found)
    if type(found) is not kind:
        problems.append(f"{path}: expected {kind.__name__}, found {_name(found)}")
    elif isinstance(found, float) and not math.isfinite(found):
        problems.append(f"{path}: {found} is not a finite number")
    return found


def _name(value: object) -> str:
    return type(value).__name__


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def encode(value: object) -> dict[str, Any]:
    """Return a dataclass as a plain table, in field order, absent optionals left out."""
    table: dict[str, Any] = {}
    fields = dataclasses.fields(value)  # type: ignore[arg-type]  # a dataclass by contract
    for field in fields:
        item = _plain(getattr(value, field.name))
        if item is not None:
            table[key_of(field)] = item
    return table


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return encode(value)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {k: value[k] for k in sorted(value)}
    return value


def to_toml(table: Mapping[str, Any]) -> str:
    """Write a table as TOML, scalars before tables; the same table always gives the same bytes.

    Example
    -------
    >>> print(to_toml({"a": 1.0, "t": {"b": [1, 2]}}), end="")
    a = 1.0
    <BLANKLINE>
    [t]
    b = [1, 2]
    """
    return "\n".join(_lines(table, "")).lstrip("\n") + "\n"


def _lines(table: Mapping[str, Any], prefix: str) -> list[str]:
    lines = [f"{_key(k)} = {_toml(v)}" for k, v in table.items() if not _is_block(v)]
    for name, value in table.items():
        path = f"{prefix}{_key(name)}"
        if isinstance(value, dict):
            lines += ["", f"[{path}]", *_lines(value, f"{path}.")]
        elif _is_block(value):
            for item in value:
                lines += ["", f"[[{path}]]", *_lines(item, f"{path}.")]
    return lines


def _is_block(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    )


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "a").replace("-", "a").isalnum()
    return name if bare else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return f"[{', '.join(_toml(v) for v in value)}]"
    if isinstance(value, float):
        return repr(float(value))
    return str(operator.index(typing.cast("typing.SupportsIndex", value)))
