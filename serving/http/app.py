"""The application: its routes, its errors, and what it opens when a process starts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ...engine import Models
from ...engine.errors import ScreeningError
from ..clock import Clock, utc_now
from ..pages import document_routes, provider_routes
from ..pages import routes as pages
from ..pages import smart_routes as smart
from ..pages import visit_routes as visit_page
from ..site import SiteSettings, read_settings
from .description import describe
from .door import Door
from .load.limits import LimitCounts
from .problems import on_bad_request, on_house_error, on_http_error
from .routes import (
    cds_hooks,
    consents,
    documents,
    drift,
    fhir,
    handed_over,
    letters,
    notes,
    operations,
    prediagnoses,
    roster,
    shadow,
    studies,
)
from .service import opened_service
from .settings import HttpSettings, read_http_settings

DESCRIPTION = (
    "Explained pre-diagnosis that a physician confirms. Evaluation use, not CE marked, not for "
    "diagnosis. Every answer that is no success is a problem document (RFC 9457)."
)


def create_app(
    settings: HttpSettings | None = None,
    site_settings: SiteSettings | None = None,
    *,
    clock: Clock = utc_now,
    models: Models | None = None,
    counts: LimitCounts | None = None,
) -> FastAPI:
    """Make the application of one process; the environment says what is not given.

    Parameters
    ----------
    settings : of the service
    site_settings : the site's folder and the address of the store
    clock : the time of every act
    models : what is loaded already; read from the settings' folders where None
    counts : of the limits, shared with other processes of the service; of its own where None
    """
    chosen = settings or read_http_settings()
    site = site_settings or read_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = opened_service(chosen, site, clock=clock, models=models, counts=counts)
        with opened as service:
            app.state.service = service
            yield

    app = FastAPI(
        title="Laennec",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Door)
    app.add_exception_handler(ScreeningError, on_house_error)
    app.add_exception_handler(RequestValidationError, on_bad_request)
    app.add_exception_handler(HTTPException, on_http_error)
    for room in (
        prediagnoses,
        consents,
        roster,
        notes,
        letters,
        documents,
        handed_over,
        fhir,
        cds_hooks,
        studies,
        drift,
        shadow,
        operations,
        pages,
        document_routes,
        provider_routes,
        smart,
        visit_page,
    ):
        app.include_router(room.router)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # as FastAPI documents it
    return app
