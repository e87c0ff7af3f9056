"""A visit at which nothing was measured and no symptom is told, to which a test adds."""

from typing import Any, Final

VISIT: Final[dict[str, Any]] = {
    "schema": "laennec.visit/1",
    "visit_id": "v1",
    "performed_at": "2026-11-03T09:20:00+01:00",
    "person": {"id": "p1", "birth_date": "1974-03-02", "sex": "female"},
    "symptoms": [],
}
