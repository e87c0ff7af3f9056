"""The contract an integrator relies on, checked against a live server: the golden requests again.

Compared is what may not change: statuses, media types, keys and their types. Values are those of
the server's own models and sentences, and keys may be added.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ...engine.errors import DataError
from .golden import Exchange, exchanges

TIMEOUT_S: Final = 30
_KIND: Final = re.compile(r"^[^;]*")


@dataclass(frozen=True, slots=True)
class Checked:
    """One exchange with a live server, and how its answer differs; nothing where it does not."""

    name: str
    differences: tuple[str, ...]


def check_server(address: str, tokens: Mapping[str, str]) -> list[Checked]:
    """Send every golden request to a server and compare its answers.

    Parameters
    ----------
    address : of the server, such as http://127.0.0.1:8000
    tokens : role (software, physician) -> bearer token; exchanges of a role without one are left
        out and said

    Raises
    ------
    DataError : no http address, or nobody answers there
    """
    if not address.startswith(("http://", "https://")):
        raise _unreachable("an address that is not http", address)
    kept: dict[str, str] = {}
    return [_checked(address.rstrip("/"), one, tokens, kept) for one in exchanges()]


def _checked(
    address: str, one: Exchange, tokens: Mapping[str, str], kept: dict[str, str]
) -> Checked:
    if one.role != "nobody" and one.role not in tokens:
        return Checked(one.name, (f"not asked: no token of the role {one.role}",))
    try:
        request = _request(address, one, tokens, kept)
    except KeyError as missing:
        return Checked(one.name, (f"not asked: no {missing.args[0]} from an earlier answer",))
    status, kind, body = _sent(request)
    answer = _read(body, kind)
    found = [f"status {status}, not {one.status}"] if status != one.status else []
    if kind != one.media_type:
        found.append(f"media type {kind}, not {one.media_type}")
    found += differences(one.answer, answer, "$")
    if not found:
        kept.update({name: str(value_at(answer, key)) for name, key in one.keep.items()})
    return Checked(one.name, tuple(found))


def _request(
    address: str, one: Exchange, tokens: Mapping[str, str], kept: Mapping[str, str]
) -> Request:
    headers = {name: value.format_map(kept) for name, value in one.headers.items()}
    if one.role in tokens:
        headers["Authorization"] = f"Bearer {tokens[one.role]}"
    said = filled(one.body, kept)
    body = None if one.body is None else json.dumps(said).encode()
    if isinstance(one.body, str):
        body = one.body.encode()
    path = one.path.format_map(kept)
    return Request(f"{address}{path}", body, headers, method=one.method)  # noqa: S310 - http only


def filled(body: Any, kept: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    """Return a body in which texts such as ``{card}`` stand for what an earlier answer gave."""
    if isinstance(body, dict):
        return {key: filled(value, kept) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, kept) for value in body]
    is_name = isinstance(body, str) and body.startswith("{") and body.endswith("}")
    return kept.get(body[1:-1], body) if is_name else body


def _sent(request: Request) -> tuple[int, str, bytes]:
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - http only, as checked
            return answer.status, _kind(answer.headers), answer.read()
    except HTTPError as error:
        return error.code, _kind(error.headers), error.read()
    except (URLError, TimeoutError, ConnectionError) as error:
        raise _unreachable(f"no answer ({type(error).__name__})", request.host) from None


def _kind(headers: Any) -> str:  # noqa: ANN401 - of the standard library
    found = _KIND.match(headers.get("content-type", ""))
    return found[0].strip() if found else ""


def _read(body: bytes, kind: str) -> Any:  # noqa: ANN401 - any JSON value
    return json.loads(body) if kind.endswith("json") else body.decode("utf-8", "replace")


def value_at(answer: Any, key: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value at a key such as ``cards.0.uuid``."""
    for part in key.split("."):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    return answer


def differences(golden: Any, found: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield where an answer lacks a key of the golden one, or has another type there.

    >>> list(differences({"a": 1, "b": []}, {"a": "1", "c": 2}, "$"))
    ['$.a is str, not number', '$.b is missing']
    """
    if golden is None or found is None:
        return
    if _type(golden) != _type(found):
        yield f"{path} is {_type(found)}, not {_type(golden)}"
    elif isinstance(golden, dict):
        for key, value in golden.items():
            if key not in found:
                yield f"{path}.{key} is missing"
            else:
                yield from differences(value, found[key], f"{path}.{key}")
    elif isinstance(golden, list) and golden and found:
        yield from differences(golden[0], found[0], f"{path}[0]")


def _type(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return what kind a JSON value is; a number is a number with or without a fraction."""
    return "number" if type(value) in (int, float) else type(value).__name__


def _unreachable(found: str, address: str) -> DataError:
    return DataError(
        found=found,
        why="the contract can't be checked",
        remedy="Start the service with `laennec serve`, or correct the address",
        path=address,
    )
