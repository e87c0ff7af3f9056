"""One visit as a document, and what the gate makes of it."""

from typing import Any

from laennec.engine.intake import parse
from laennec.engine.record import VisitBatch

VISIT: dict[str, Any] = {
    "schema": "laennec.visit/1",
    "visit_id": "v-1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p-1", "birth_date": "1974-03-02", "sex": "female"},
}


def visit(*measurements: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {**VISIT, "measurements": list(measurements), **other}


def measured(code: str, value: Any, unit: str | None, **more: Any) -> dict[str, Any]:
    return {"code": code, "value": value, **({"unit": unit} if unit else {}), **more}


def read(*measurements: dict[str, Any], **other: Any) -> VisitBatch:
    return parse(visit(*measurements, **other)).batch


def codes(batch: VisitBatch, severity: str = "") -> list[str]:
    return [p.code for p in batch.problems if p.severity.startswith(severity)]


def state(batch: VisitBatch, slot: str) -> list[int]:
    return batch.quantities[slot].state[0].tolist()
