"""The service under a steady load, beside a bare FastAPI endpoint that returns a constant.

    python benchmarks/run.py http                          # the rows of RESULTS.md
    python bench_http.py [--rate 50] [--ecg-rate 5] [--seconds 20] [--workers 1]

Requests are sent at fixed moments whatever the answers do (an open loop), so that a slow answer is
not hidden by a client that waits for it. Prints p50 and p99 in milliseconds, the memory, and the
processor time that the service took for one visit (its workers included, other programs not) beside
that of the client, which runs on the same cores.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
VISITS = ROOT / "examples" / "visits"
VISIT = json.loads((VISITS / "01-raised-risk.json").read_text("utf-8"))
ECG = {end: (VISITS / f"04-simulated-ecg.{end}").read_bytes() for end in ("hea", "dat")}
RATES, SECONDS, WORKERS = (10.0, 20.0, 30.0, 40.0, 50.0), 20.0, 2
WITH_ECG, ECG_RATE = 50.0, 5.0
AIM_P99_MS = 1000.0
BUSY = 503
BARE = """
import uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.post("/v1/prediagnoses")
async def constant(): return {"status": "draft"}
@app.get("/health")
async def health(): return {}
uvicorn.run(app, port=%d, log_level="error")
"""


@dataclass
class Seen:
    """What the client saw of one kind of visit."""

    times: list[float] = field(default_factory=list)
    sent: int = 0
    busy: int = 0
    errors: int = 0

    def of(self, took: float) -> dict[str, Any]:
        """Return the figures, of the visits that were answered."""
        ms = np.percentile(self.times, [50, 99]) * 1e3 if self.times else (np.nan, np.nan)
        return {
            "n": self.sent,
            "busy": self.busy,
            "errors": self.errors,
            "p50_ms": round(float(ms[0]), 1),
            "p99_ms": round(float(ms[1]), 1),
            "answered_per_s": round(len(self.times) / took, 1),
        }


def visit_of(number: int, *, ecg: bool) -> dict[str, Any]:
    """Return a visit that nobody sent before, as httpx sends it."""
    document = json.dumps({**VISIT, "visit_id": f"bench-{number}-{ecg}"}).encode()
    if not ecg:
        return {"content": document, "headers": {"Content-Type": "application/json"}}
    files = [("ecg", (f"04-simulated-ecg.{end}", data)) for end, data in ECG.items()]
    return {"files": [("visit", ("visit.json", document, "application/json")), *files]}


async def load(port: int, rates: Mapping[bool, float], seconds: float) -> dict[str, Any]:
    """Send visits without (False) and with an ECG (True) at their rates; return what was seen."""
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=400)
    seen = {kind: Seen() for kind, rate in rates.items() if rate}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits
    ) as client:

        async def one(number: int, due: float, *, ecg: bool) -> None:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            mine = seen[ecg]
            try:
                answer = await client.post("/v1/prediagnoses", **visit_of(number, ecg=ecg))
            except httpx.TransportError:  # a connection that the service dropped is an error too
                mine.errors += 1
                return
            if answer.is_success:
                mine.times.append(time.perf_counter() - due)
            mine.busy += answer.status_code == BUSY
            mine.errors += answer.is_error and answer.status_code != BUSY

        start, cpu = time.perf_counter() + 0.2, time.process_time()
        waiting = []
        for ecg, mine in seen.items():
            mine.sent = int(rates[ecg] * seconds)
            waiting += [one(n, start + n / rates[ecg], ecg=ecg) for n in range(mine.sent)]
        await asyncio.gather(*waiting)
        took = time.perf_counter() - start
    all_sent = sum(mine.sent for mine in seen.values())
    client_ms = (time.process_time() - cpu) / all_sent * 1e3
    return {
        "client_cpu_ms": round(client_ms, 1),
        **{("ecg" if ecg else "tabular"): mine.of(took) for ecg, mine in seen.items()},
    }


def wait_until_up(port: int) -> None:
    """Wait for a service to answer."""
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the service did not start")


def memory_mb(pid: int) -> float:
    """Return the memory of a process and its children, megabytes, what they share counted once."""
    kb = 0
    for p in [pid, *map(int, _children(pid))]:
        rollup = Path(f"/proc/{p}/smaps_rollup").read_text()
        kb += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return round(kb / 1e3, 1)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def cpu_s(pid: int) -> float:
    """Return the processor time that a process and its children have used, seconds."""
    ticks = 0
    for p in [pid, *map(int, _children(pid))]:
        after_name = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def serve(
    command: list[str], port: int, loads: list[Mapping[bool, float]], seconds: float
) -> list[dict[str, Any]]:
    """Start a service, warm it up, load it once for each of the rates, stop it."""
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - our own programs
    try:
        wait_until_up(port)
        asyncio.run(load(port, {False: 10.0, True: max(n.get(True, 0.0) for n in loads)}, 2))
        found = []
        for rates in loads:
            before, cpu = memory_mb(server.pid), cpu_s(server.pid)
            seen = asyncio.run(load(port, rates, seconds))
            answered = sum(len_of(seen[kind]) for kind in ("tabular", "ecg") if kind in seen)
            per_visit = (cpu_s(server.pid) - cpu) / max(answered, 1) * 1e3
            memory = {"memory_mb_before": before, "memory_mb_after": memory_mb(server.pid)}
            found.append({**seen, "cpu_ms_per_visit": round(per_visit, 1), **memory})
    finally:
        server.terminate()
        server.wait(30)
    return found


def len_of(seen: Mapping[str, Any]) -> int:
    """Return how many visits were answered."""
    return int(seen["n"] - seen["busy"] - seen["errors"])


def ours(loads: list[Mapping[bool, float]], seconds: float, workers: int) -> list[dict[str, Any]]:
    """Load the service, on a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAENNEC_DATABASE"] = f"sqlite:///{folder}/bench.db"
        os.environ.pop("LAENNEC_SITE", None)
        laennec = [sys.executable, "-P", "-c", "from laennec.cli import main; main()", "serve"]
        command = [*laennec, "--port", "18431", "--workers", str(workers)]
        return serve(command, 18431, loads, seconds)


def bare(rate: float, seconds: float) -> dict[str, Any]:
    """Load the endpoint that returns a constant."""
    (found,) = serve([sys.executable, "-c", BARE % 18432], 18432, [{False: rate}], seconds)
    return found


def measure() -> list[dict[str, Any]]:
    """Return the rows of this benchmark."""
    loads = [{False: rate} for rate in RATES] + [{False: WITH_ECG, True: ECG_RATE}]
    began = os.getloadavg()[0]
    *tabular, both = ours(loads, SECONDS, WORKERS)
    constant = bare(RATES[-1], SECONDS)
    how = f"at fixed moments for {SECONDS:.0f} s, {WORKERS} workers, SQLite; the client shares the "
    how += f"{os.cpu_count()} cores; load of the machine {began:.1f} before the run"
    peer, most = constant["tabular"], max(constant["cpu_ms_per_visit"], 0.1)
    rows = [
        {
            "what": f"{rate:.0f} visits/s by HTTP: answered, kept in the store, audited",
            "ours": _said(found["tabular"]),
            "peer": f"a bare FastAPI endpoint at {RATES[-1]:.0f}/s: p50 {peer['p50_ms']:.0f} ms, "
            f"p99 {peer['p99_ms']:.0f} ms",
            "ratio": peer["p50_ms"] / found["tabular"]["p50_ms"],
            "how": how,
        }
        for rate, found in zip(RATES, tabular, strict=True)
    ]
    kept = [r for r, f in zip(RATES, tabular, strict=True) if _is_kept(f["tabular"], AIM_P99_MS)]
    said = f"{max(kept):.0f} visits/s" if kept else f"none of {RATES[0]:.0f} to {RATES[-1]:.0f}/s"
    cheapest = min(found["cpu_ms_per_visit"] for found in tabular)
    return [
        *rows,
        {
            "what": f"highest of these rates with every visit answered and p99 below "
            f"{AIM_P99_MS / 1e3:.0f} s (asked: 50/s)",
            "ours": said,
            "peer": "-",
            "ratio": None,
            "how": how,
        },
        {
            "what": f"{WITH_ECG:.0f} visits/s and {ECG_RATE:.0f} more with an ECG of 10 s",
            "ours": f"{_said(both['tabular'])}; with ECG {_said(both['ecg'])}",
            "peer": "-",
            "ratio": None,
            "how": how,
        },
        {
            "what": "processor time of the service for one visit that it answered",
            "ours": f"{cheapest:.1f} ms at the cheapest rate, "
            f"{tabular[-1]['cpu_ms_per_visit']:.1f} ms at {RATES[-1]:.0f}/s",
            "peer": f"the bare endpoint: {constant['cpu_ms_per_visit']:.1f} ms",
            "ratio": most / cheapest,
            "how": how + f"; the client's own is {tabular[-1]['client_cpu_ms']:.1f} ms a visit",
        },
        {
            "what": "memory of the service, all processes, what they share counted once",
            "ours": f"{tabular[0]['memory_mb_before']:.0f} MB after the first visits, then "
            + ", ".join(f"{found['memory_mb_after']:.0f}" for found in (*tabular, both))
            + " MB after each load above, ECGs last",
            "peer": f"the bare endpoint: {constant['memory_mb_after']:.0f} MB",
            "ratio": constant["memory_mb_after"] / both["memory_mb_after"],
            "how": how,
        },
    ]


def _is_kept(seen: Mapping[str, Any], most_ms: float) -> bool:
    return len_of(seen) == seen["n"] and seen["p99_ms"] < most_ms


def _said(seen: Mapping[str, Any]) -> str:
    return (
        f"{seen['answered_per_s']:.1f} /s, p50 {seen['p50_ms']:.0f} ms, p99 {seen['p99_ms']:.0f} ms"
        f", of {seen['n']} {seen['busy']} told to come again, {seen['errors']} errors"
    )


def main() -> None:
    """Measure both and print one JSON line each."""
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=RATES[-1])
    options.add_argument("--ecg-rate", type=float, default=0.0)
    options.add_argument("--seconds", type=float, default=SECONDS)
    options.add_argument("--workers", type=int, default=1)
    asked = options.parse_args()
    loads = [{False: asked.rate, True: asked.ecg_rate}]
    (found,) = ours(loads, asked.seconds, asked.workers)
    print(json.dumps({"what": "laennec serve", **found}))
    print(json.dumps({"what": "a constant", **bare(asked.rate, asked.seconds)}))


if __name__ == "__main__":
    main()
