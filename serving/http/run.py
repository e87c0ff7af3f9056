"""What `laennec serve` does: load and check everything once, then let the server run."""

import logging
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

import uvicorn

from ...engine.bundles.commands import open_models
from ..site import read_settings
from .app import create_app
from .load.limits import LimitCounts
from .processes import Processes
from .service import opened_service
from .settings import HttpSettings, read_http_settings

_log = logging.getLogger(__name__)
_NOT_STARTED: Final = 3
_SWITCH_S: Final = 0.001


def serve(*, host: str | None, port: int | None, database: str | None, workers: int | None) -> None:
    """Run the service until it is told to stop; open requests are answered first.

    Parameters
    ----------
    host, port, workers : override the settings
    database : address of the store; overrides LAENNEC_DATABASE and the site's

    Raises
    ------
    ScreeningError : a setting, the site, the store or a data file can't be used
    """
    if database is not None:
        os.environ["LAENNEC_DATABASE"] = database
    settings, site = read_http_settings(host=host, port=port, workers=workers), read_settings()
    sys.setswitchinterval(_SWITCH_S)  # a visit that is screened must not keep others from the door
    models = open_models(settings.models or None, trust_folder=settings.trust)
    with opened_service(settings, site, models=models):
        pass  # what can't be opened is said here, in words, before anything is served
    folder = Path(tempfile.mkdtemp(prefix="laennec-counts-"))
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        counted = settings.model_copy(update={"counts_folder": folder})
        _log.info("Listening on http://%s:%d (/visit, /review)", settings.host, settings.port)
        config = _config(create_app(counted, site, models=models, counts=LimitCounts()), counted)
        if settings.workers > 1:
            Processes(config, settings.workers).run()
        else:
            _run_alone(config)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_alone(config: uvicorn.Config) -> None:
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # the open requests were answered before it is raised
        server.run()
    if not server.started:
        raise SystemExit(_NOT_STARTED)


def _config(app: object, settings: HttpSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application, as create_app makes it
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.stop_after_s,
        log_level="warning",
    )
