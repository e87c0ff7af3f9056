"""What `laennec serve` does: check everything once, then let the server run its processes."""

import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import uvicorn

from ..site import read_settings
from .service import opened_service
from .settings import PREFIX, HttpSettings, read_http_settings

FACTORY: Final = "laennec.serving.http.app:create_app"


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
    settings = read_http_settings(host=host, port=port, workers=workers)
    with opened_service(settings, read_settings()):
        pass  # what can't be opened is said here, in words, before any process is started
    folder = Path(tempfile.mkdtemp(prefix="laennec-counts-"))
    hand_down(settings, folder)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        uvicorn.run(
            FACTORY,
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=settings.stop_after_s,
            log_level="warning",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hand_down(settings: HttpSettings, folder: Path) -> None:
    """Write into the environment what the processes of the service must agree on."""
    os.environ[f"{PREFIX}HOST"] = settings.host
    os.environ[f"{PREFIX}PORT"] = str(settings.port)
    os.environ[f"{PREFIX}WORKERS"] = str(settings.workers)
    os.environ[f"{PREFIX}COUNTS_FOLDER"] = str(folder)
