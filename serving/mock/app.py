"""The mock: the routes of the service with canned answers, each of which says that it is one.

It screens nothing, keeps nothing and knows nobody. A request that is one of the golden ones gets
its golden answer; a body that is not JSON gets the refusal of the route; any other on the same
route gets the first good one of that route, and says so. Each in the language that is asked for,
where the golden answers have it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import Response

from ...engine.words import LANGUAGES
from .golden import Exchange, exchanges

MARK: Final = "X-Laennec-Mock"
_EXACT, _ROUTE, _NONE = "golden answer", "canned answer of this route", "no such route"
_UNREADABLE: Final = "canned refusal of a body that is not JSON"
_FORM: Final = "multipart/"
_MOCK: Final = "MOCK"
_JSON: Final = "application/json"
_NAME: Final = re.compile(r"\\\{[a-z]+\\\}")
_NOT_FOUND: Final = 404
_GOOD: Final = range(200, 300)
_METHODS: Final = ["GET", "POST", "PUT", "DELETE", "PATCH"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the mock.

    Parameters
    ----------
    method, path : without its query
    headers : by their names in small letters
    body : as it was sent
    lang : asked for in the query, or that of the service
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    lang: str = LANGUAGES[0]


def create_mock() -> FastAPI:
    """Make the application of the mock."""
    app = FastAPI(title="Laennec MOCK", docs_url=None, redoc_url=None, openapi_url=None)

    @app.api_route("/{path:path}", methods=_METHODS)
    async def answer(path: str, request: Request) -> Response:
        body, lang = await request.body(), request.query_params.get("lang", LANGUAGES[0])
        asked = Asked(request.method, f"/{path}", request.headers, body, lang)
        return _response(*find(asked))

    return app


def find(asked: Asked) -> tuple[Exchange | None, str]:
    """Return the exchange that answers a request, and in what way it does."""
    on_route = [e for e in exchanges() if e.method == asked.method and _is_path(e.path, asked.path)]
    on_route.sort(key=lambda e: _lang(e) != asked.lang)  # the language that is asked for goes first
    said = _json(asked.body)
    same = [e for e in on_route if e.body == said and _names(e) <= set(asked.headers)]
    if same:
        return max(same, key=lambda e: (len(e.headers), _lang(e) == asked.lang)), _EXACT
    refusals = [e for e in on_route if isinstance(e.body, str)]
    if refusals and _is_unreadable(asked, said):
        return refusals[0], _UNREADABLE
    good = [e for e in on_route if e.status in _GOOD]
    return (good[0], _ROUTE) if good else (None, _NONE)


def _is_unreadable(asked: Asked, said: Any) -> bool:  # noqa: ANN401 - any JSON value
    is_form = asked.headers.get("content-type", "").startswith(_FORM)
    return not is_form and (said is None or isinstance(said, str))


def _lang(exchange: Exchange) -> str:
    return exchange.path.partition("?lang=")[2] or LANGUAGES[0]


def _names(exchange: Exchange) -> frozenset[str]:
    return frozenset(name.lower() for name in exchange.headers)


def _is_path(pattern: str, path: str) -> bool:
    bare = pattern.partition("?")[0]
    return re.fullmatch(_NAME.sub("[^/]+", re.escape(bare)), path) is not None


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def _response(found: Exchange | None, how: str) -> Response:
    headers = {MARK: f"MOCK: {how}; nothing was screened", "Cache-Control": "no-store"}
    if found is None:
        said = {"title": f"MOCK: {how}", "status": _NOT_FOUND}
        return Response(
            json.dumps(said), _NOT_FOUND, headers, media_type="application/problem+json"
        )
    is_text = isinstance(found.answer, str)
    body = found.answer if is_text else json.dumps(_marked(found), ensure_ascii=False)
    return Response(body, found.status, headers, media_type=found.media_type)


def _marked(found: Exchange) -> Any:  # noqa: ANN401 - any JSON value
    """Return a plain JSON answer with MOCK in it, where none of its own words says so."""
    answer = found.answer
    is_silent = isinstance(answer, dict) and _MOCK not in json.dumps(answer)
    if is_silent and found.media_type == _JSON:
        return {**answer, "mock": f"{_MOCK}: nothing was screened"}
    return answer


def run_mock(host: str, port: int) -> None:
    """Run the mock until it is told to stop."""
    import uvicorn  # noqa: PLC0415 - the check of a live server needs none

    uvicorn.run(create_mock(), host=host, port=port, log_level="warning", server_header=False)
