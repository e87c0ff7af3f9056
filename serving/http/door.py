"""The door: what every request passes, whatever its route.

A number for the request, the host it was sent to, the size of its body, the headers of its answer,
one line in the log and one count. The log has the route and never the address or the body, so
nothing of a person can stand in it.
"""

import logging
import traceback
import uuid
from time import monotonic
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...engine.errors import ScreeningError
from .cors import cors_headers, preflight
from .problems import answer
from .service import Service
from .settings import LOOPBACK
from .uploads import too_large

log = logging.getLogger("laennec.http")

VISITS: Final = frozenset(
    {"/v1/prediagnoses", "/fhir/$prediagnose", "/cds-services/visit-measured"}
)
"""Where a visit with its ECG comes in; every other body is small."""
SMALL_BODY_BYTES: Final = 1_000_000
_FORM_OVERHEAD_BYTES: Final = 10_000
_FAILED: Final = 500
_NO_CONTENT: Final = 204
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
)
_NO_STORE: Final = (b"cache-control", b"no-store")
_CLOSED_POLICY: Final = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class WrongHost(ScreeningError):
    """A request that was sent to another name than the service's."""

    code = "wrong_host"


class Door:
    """The outermost layer of the application.

    Parameters
    ----------
    app : what is behind it
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Passage(self._app, scope, send).run(receive)


class _Passage:
    """One request on its way through the door."""

    def __init__(self, app: ASGIApp, scope: Scope, send: Send) -> None:
        self._app, self._scope, self._send = app, scope, send
        self._service: Service = scope["app"].state.service
        self._status, self._is_started, self._began = _FAILED, False, monotonic()
        scope.setdefault("state", {})["id"] = str(uuid.uuid4())

    async def run(self, receive: Receive) -> None:
        request = Request(self._scope, receive)
        try:
            self._check(request)
            asked = preflight(self._scope, self._service.settings)
            if asked is not None:
                await self._allow(asked)
            else:
                await self._app(self._scope, self._counted(receive), self._sent)
        except ScreeningError as error:
            await self._refuse(request, error)
        except Exception as error:  # noqa: BLE001 - the text of an unforeseen error may hold a value
            kind, number = type(error).__name__, request.state.id
            log.error("%s %s at %s", number, kind, _place(error))  # noqa: TRY400 - as above
            await self._refuse(request, _unforeseen(error))
        finally:
            self._service.limits.note(request, self._status)
            self._note()

    async def _allow(self, headers: list[tuple[bytes, bytes]]) -> None:
        start = {"type": "http.response.start", "status": _NO_CONTENT, "headers": headers}
        await self._sent(start)
        await self._sent({"type": "http.response.body", "body": b""})

    def _check(self, request: Request) -> None:
        names = {*LOOPBACK, "testserver", *self._service.settings.public_names}
        if (request.url.hostname or "") not in names:
            raise WrongHost(
                found="a request for another host",
                why="a page of another site could reach this machine under a name of its own",
                remedy="Call the service by its name (LAENNEC_HTTP_PUBLIC_NAMES)",
                path="host",
            )
        self._service.limits.check(request)
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._limit():
            raise too_large(self._limit())

    def _limit(self) -> int:
        if self._scope["path"] not in VISITS:
            return SMALL_BODY_BYTES
        settings = self._service.settings
        return settings.max_visit_bytes + settings.max_ecg_bytes + _FORM_OVERHEAD_BYTES

    def _counted(self, receive: Receive) -> Receive:
        seen, limit = 0, self._limit()

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise too_large(limit)
            return message

        return counted

    async def _sent(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._is_started, self._status = True, message["status"]
            message["headers"] = self._with_headers(list(message["headers"]))
        await self._send(message)

    def _with_headers(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in headers}
        wanted = [*_HEADERS, _NO_STORE, _CLOSED_POLICY]
        wanted.append((b"x-request-id", self._scope["state"]["id"].encode()))
        if self._service.settings.behind_tls:
            wanted.append((b"strict-transport-security", b"max-age=31536000"))
        added = [(name, value) for name, value in wanted if name not in names]
        return headers + added + cors_headers(self._scope, self._service.settings)

    async def _refuse(self, request: Request, error: ScreeningError) -> None:
        if not self._is_started:
            await answer(request, error)(self._scope, request.receive, self._sent)

    def _note(self) -> None:
        seconds = monotonic() - self._began
        route = getattr(self._scope.get("route"), "path", "unknown")
        method, metrics = self._scope["method"], self._service.metrics
        metrics.observe(route, method, self._status, seconds)
        code = self._scope["state"].get("problem", "")
        if code:
            metrics.count("laennec_problems_total", code=code)
        number = self._scope["state"]["id"]
        log.info("%s %s %s %d %.1f ms %s", number, method, route, self._status, seconds * 1e3, code)


def _place(error: Exception) -> str:
    """Return where an error came from, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))


def _unforeseen(error: Exception) -> ScreeningError:
    return ScreeningError(
        found=f"the service stopped with {type(error).__name__}",
        why="what it would have answered can't be trusted",
        remedy="Report this with its instance; the log has the place under the same number",
    )
