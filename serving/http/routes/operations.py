"""The routes for whoever runs the service: alive, ready, counted."""

from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from ....engine.errors import ScreeningError
from ..caller import Serving
from ..metrics import MEDIA_TYPE
from ..service import Service

router = APIRouter(tags=["operations"])
_READY: Final = 200
_NOT_READY: Final = 503


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the process answers; nothing else is asked."""
    return {"status": "alive"}


@router.get("/ready", responses={503: {"description": "Degraded or not ready, and why."}})
def ready(service: Serving) -> JSONResponse:
    """Say whether every model is verified and gave its known answers, and the store is open.

    A bundle that was refused leaves the service degraded: its findings are not assessable, every
    urgent rule and every other model runs.
    """
    models, store = _model_checks(service), _store_check(service)
    is_whole = all(row["state"] == "ready" for row in models) and models
    status = "not_ready" if store != "ready" else "ready" if is_whole else "degraded"
    body = {"status": status, "store": store, "models": models, "guidelines": _guidelines(service)}
    return JSONResponse(body, _READY if status == "ready" else _NOT_READY)


def _model_checks(service: Service) -> list[dict[str, Any]]:
    models = service.engine.models
    found = [(b.manifest.id, b.manifest.version, b.manifest.key) for b in models.loaded]
    found += [(b.manifest.id, b.manifest.version, b.manifest.key) for b in models.signals]
    found += [(b.manifest.id, b.manifest.version, b.manifest.key) for b in models.statements]
    rows: list[dict[str, Any]] = [
        {
            "id": name,
            "version": version,
            "key": key,
            "state": "known_answers_failed" if name in service.failed_signals else "ready",
        }
        for name, version, key in found
    ]
    rows += [{"id": r.id, "state": "refused", "code": r.error.code} for r in models.refused]
    return sorted(rows, key=lambda row: str(row["id"]))


def _store_check(service: Service) -> str:
    try:
        with service.store.read() as connection:
            connection.exec_driver_sql("SELECT 1 FROM store_head").one()
    except ScreeningError as error:
        return error.code
    return "ready"


def _guidelines(service: Service) -> dict[str, Any]:
    chosen = service.engine.guidelines
    return {"sets": dict(chosen.sets), "rows_unsigned": chosen.rows_unsigned}


@router.get("/metrics", response_class=Response)
def metrics(service: Serving) -> Response:
    """Give the counts of the service to Prometheus; nothing of any person is counted by value."""
    models = service.engine.models
    gauges = {
        "laennec_models_ready": float(
            len(models.loaded) + len(models.signals) + len(models.statements)
        ),
        "laennec_models_refused": float(len(models.refused) + len(service.failed_signals)),
        "laennec_store_ready": float(_store_check(service) == "ready"),
    }
    return Response(service.metrics.text(gauges), media_type=MEDIA_TYPE)
