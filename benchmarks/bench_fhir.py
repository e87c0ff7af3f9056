"""A FHIR Bundle in to a Bundle out, beside the plain JSON endpoint on the same visits.

    python benchmarks/run.py fhir

One process, one request after the other, through the application with its store; figures are the
processor time of a request in milliseconds (the client's included, which is the same for both), so
that other programs on the machine do not count.
"""

import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VISIT = json.loads((ROOT / "examples/visits/01-raised-risk.json").read_text("utf-8"))
WARM, REQUESTS = 10, 100


def cpu_ms(send: Callable[[int], int], start: int) -> list[float]:
    """Return the processor time of each request, in milliseconds."""
    times = []
    for number in range(start, start + WARM + REQUESTS):
        began = time.process_time()
        status = send(number)
        times.append((time.process_time() - began) * 1e3)
        if status not in (200, 201):
            raise RuntimeError(status)
    return times[WARM:]


def measure() -> list[dict[str, Any]]:
    """Measure both endpoints, and the two maps alone."""
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient
    from laennec.serving.fhir.results import result_bundle
    from laennec.serving.fhir.visit_in import read_visit
    from laennec.serving.fhir.visit_out import visit_bundle
    from laennec.serving.fhir.writer import About
    from laennec.serving.http.app import create_app
    from laennec.serving.http.settings import HttpSettings
    from laennec.serving.site import SiteSettings

    def visit(number: int) -> dict[str, Any]:
        return {**VISIT, "visit_id": f"bench-{number}"}

    bundles = {n: visit_bundle(visit(n)).encode() for n in range(1000, 1000 + WARM + REQUESTS)}
    with tempfile.TemporaryDirectory() as folder:
        settings = SiteSettings(database=f"sqlite:///{folder}/bench.db")
        app = create_app(HttpSettings(requests_per_minute=0), settings)
        with TestClient(app, base_url="http://localhost") as client:

            def plain(number: int) -> int:
                return client.post("/v1/prediagnoses", json=visit(number)).status_code

            def fhir(number: int) -> int:
                headers = {"Content-Type": "application/fhir+json"}
                return client.post(
                    "/fhir/$prediagnose", content=bundles[number], headers=headers
                ).status_code

            by_json, by_fhir = cpu_ms(plain, 0), cpu_ms(fhir, 1000)
            draft = client.post("/v1/prediagnoses", json=visit(0)).json()
    about = About("2026-11-30T08:00:00+00:00")
    into = cpu_ms(lambda n: 200 if read_visit(bundles[n]) else 0, 1000)
    out = cpu_ms(lambda _: 200 if result_bundle(draft, about) else 0, 0)
    return [
        {
            "what": "FHIR R4 Bundle in to Bundle out, a visit kept",
            "ours": _said(by_fhir),
            "peer": f"our POST /v1/prediagnoses: {_said(by_json)}",
            "ratio": statistics.median(by_json) / statistics.median(by_fhir),
            "how": f"{REQUESTS} visits each, in process, processor time of client and service",
        },
        {
            "what": "the FHIR maps alone: Bundle to visit; pre-diagnosis to Bundle",
            "ours": f"{_said(into)}; {_said(out)}",
            "peer": "",
            "ratio": None,
            "how": f"{REQUESTS} times, processor time",
        },
    ]


def _said(times: list[float]) -> str:
    low, high = statistics.quantiles(times, n=20)[0], statistics.quantiles(times, n=20)[-1]
    return f"{statistics.median(times):.1f} ms ({low:.1f}-{high:.1f}: 5 % to 95 %)"
