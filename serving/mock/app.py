"""The mock: the routes of the service with canned answers, each of which says that it is one.

It screens nothing, keeps nothing and knows nobody. A request that is one of the golden ones gets
its golden answer; any other on the same route gets the first good one of that route, and says so.
"""

import json
import re
from typing import Any, Final

from fastapi import FastAPI, Request
from starlette.responses import Response

from .golden import Exchange, exchanges

MARK: Final = "X-Laennec-Mock"
_EXACT, _ROUTE, _NONE = "golden answer", "canned answer of this route", "no such route"
_NAME: Final = re.compile(r"\\\{[a-z]+\\\}")
_NOT_FOUND: Final = 404
_GOOD: Final = range(200, 300)
_METHODS: Final = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def create_mock() -> FastAPI:
    """Make the application of the mock."""
    app = FastAPI(title="Laennec MOCK", docs_url=None, redoc_url=None, openapi_url=None)

    @app.api_route("/{path:path}", methods=_METHODS)
    async def answer(path: str, request: Request) -> Response:
        asked = (request.method, f"/{path}", frozenset(request.headers))
        found, how = find(asked, await request.body())
        return _response(found, how)

    return app


def find(asked: tuple[str, str, frozenset[str]], body: bytes) -> tuple[Exchange | None, str]:
    """Return the exchange that answers a request, and in what way it does.

    Parameters
    ----------
    asked : method, path and the names of the headers, in small letters
    body : of the request
    """
    method, path, headers = asked
    on_route = [e for e in exchanges() if e.method == method and _is_path(e.path, path)]
    said = _json(body)
    same = [e for e in on_route if e.body == said and _names(e) <= headers]
    if same:
        return max(same, key=lambda e: len(e.headers)), _EXACT
    good = [e for e in on_route if e.status in _GOOD]
    return (good[0], _ROUTE) if good else (None, _NONE)


def _names(exchange: Exchange) -> frozenset[str]:
    return frozenset(name.lower() for name in exchange.headers)


def _is_path(pattern: str, path: str) -> bool:
    return re.fullmatch(_NAME.sub("[^/]+", re.escape(pattern)), path) is not None


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
    body = found.answer if is_text else json.dumps(found.answer, ensure_ascii=False)
    return Response(body, found.status, headers, media_type=found.media_type)


def run_mock(host: str, port: int) -> None:
    """Run the mock until it is told to stop."""
    import uvicorn  # noqa: PLC0415 - the check of a live server needs none

    uvicorn.run(create_mock(), host=host, port=port, log_level="warning", server_header=False)
