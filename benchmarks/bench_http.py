"""The service under a steady load, beside a bare FastAPI endpoint that returns a constant.

    python benchmarks/run.py http                          # the rows of RESULTS.md
    python bench_http.py [--rate 50] [--seconds 20] [--workers 1]

Requests are sent at fixed moments whatever the answers do (an open loop), so that a slow answer is
not hidden by a client that waits for it. Prints p50 and p99 in milliseconds, the memory, and the
processor time that the service took for one visit (its workers included, other programs not).
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
VISIT = json.loads((ROOT / "examples" / "visits" / "01-raised-risk.json").read_text("utf-8"))
RATE, SECONDS, WORKERS = 50.0, 20.0, 2
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


def body(number: int) -> bytes:
    """Return a visit that nobody sent before."""
    return json.dumps({**VISIT, "visit_id": f"bench-{number}"}).encode()


async def load(port: int, rate: float, seconds: float, token: str) -> dict[str, float]:
    """Send at fixed moments; return the times of the answers."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or 0}"}
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    times: list[float] = []
    errors = 0
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60, limits=limits
    ) as client:

        async def one(number: int, due: float) -> None:
            nonlocal errors
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            try:
                answer = await client.post("/v1/prediagnoses", content=body(number))
            except httpx.TransportError:  # a connection that the service dropped is an error too
                errors += 1
                return
            times.append(time.perf_counter() - due)
            errors += answer.status_code >= 300

        start = time.perf_counter() + 0.2
        count = int(rate * seconds)
        await asyncio.gather(*(one(n, start + n / rate) for n in range(count)))
        took = time.perf_counter() - start
    p50, p99 = np.percentile(times, [50, 99]) * 1e3
    return {
        "n": count,
        "errors": errors,
        "p50_ms": round(float(p50), 1),
        "p99_ms": round(float(p99), 1),
        "answered_per_s": round((count - errors) / took, 1),
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
    """Return the resident memory of a process and its children, megabytes."""
    pids = [pid, *map(int, _children(pid))]
    pages = sum(int(Path(f"/proc/{p}/statm").read_text().split()[1]) for p in pids)
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def cpu_s(pid: int) -> float:
    """Return the processor time that a process and its children have used, seconds."""
    ticks = 0
    for p in [pid, *map(int, _children(pid))]:
        after_name = Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def serve(command: list[str], port: int, asked: argparse.Namespace, token: str) -> dict[str, Any]:
    """Start a service, warm it up, load it, stop it."""
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - our own programs
    try:
        wait_until_up(port)
        asyncio.run(load(port, 10, 2, token))
        before, cpu = memory_mb(server.pid), cpu_s(server.pid)
        found = asyncio.run(load(port, asked.rate, asked.seconds, token))
        per_visit = round((cpu_s(server.pid) - cpu) / found["n"] * 1e3, 1)
        after = memory_mb(server.pid)
        return {
            **found,
            "cpu_ms_per_visit": per_visit,
            "memory_mb_before": before,
            "memory_mb_after": after,
        }
    finally:
        server.terminate()
        server.wait(30)


def both(asked: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Load the service, then the bare endpoint."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAENNEC_DATABASE"] = f"sqlite:///{folder}/bench.db"
        os.environ.pop("LAENNEC_SITE", None)
        laennec = [sys.executable, "-P", "-c", "from laennec.cli import main; main()", "serve"]
        ours = [*laennec, "--port", "18431", "--workers", str(asked.workers)]
        found = serve(ours, 18431, asked, "")
    bare = [sys.executable, "-c", BARE % 18432]
    return found, serve(bare, 18432, asked, "")


def measure() -> list[dict[str, Any]]:
    """Return the rows of this benchmark."""
    asked = argparse.Namespace(rate=RATE, seconds=SECONDS, workers=WORKERS)
    ours, bare = both(asked)
    how = f"{RATE:.0f} visits/s at fixed moments for {SECONDS:.0f} s, {WORKERS} workers, SQLite; "
    return [
        {
            "what": "visits by HTTP: answered, kept in the store, audited",
            "ours": f"{ours['answered_per_s']:.1f} /s, p50 {ours['p50_ms']:.0f} ms, "
            f"p99 {ours['p99_ms']:.0f} ms, {ours['errors']} errors of {ours['n']}",
            "peer": f"a bare FastAPI endpoint that returns a constant: p50 {bare['p50_ms']:.0f} ms,"
            f" p99 {bare['p99_ms']:.0f} ms",
            "ratio": bare["p50_ms"] / ours["p50_ms"],
            "how": how + "the client shares the cores",
        },
        {
            "what": "processor time of the service for one visit",
            "ours": f"{ours['cpu_ms_per_visit']:.1f} ms",
            "peer": f"the bare endpoint: {bare['cpu_ms_per_visit']:.1f} ms",
            "ratio": bare["cpu_ms_per_visit"] / max(ours["cpu_ms_per_visit"], 0.1),
            "how": how + "all workers, without the client",
        },
        {
            "what": "memory of the service after that load",
            "ours": f"{ours['memory_mb_after']:.0f} MB (before: {ours['memory_mb_before']:.0f} MB)",
            "peer": f"the bare endpoint: {bare['memory_mb_after']:.0f} MB",
            "ratio": bare["memory_mb_after"] / ours["memory_mb_after"],
            "how": how + "all workers",
        },
    ]


def main() -> None:
    """Measure both and print one JSON line each."""
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=RATE)
    options.add_argument("--seconds", type=float, default=SECONDS)
    options.add_argument("--workers", type=int, default=1)
    ours, bare = both(options.parse_args())
    print(json.dumps({"what": "laennec serve", **ours}))
    print(json.dumps({"what": "a constant", **bare}))


if __name__ == "__main__":
    main()
