"""The service under a steady load, beside a bare FastAPI endpoint that returns a constant.

    python bench_http.py [--rate 50] [--seconds 20] [--workers 1]

Requests are sent at fixed moments whatever the answers do (an open loop), so that a slow answer is
not hidden by a client that waits for it. Prints p50 and p99 in milliseconds, and the memory.
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

import httpx
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
VISIT = json.loads((ROOT / "examples" / "visits" / "01-raised-risk.json").read_text("utf-8"))
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
            answer = await client.post("/v1/prediagnoses", content=body(number))
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
        "answered_per_s": round(count / took, 1),
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


def measure(command: list[str], port: int, asked: argparse.Namespace, token: str) -> dict:
    """Start a service, warm it up, load it, stop it."""
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603 - our own programs
    try:
        wait_until_up(port)
        asyncio.run(load(port, 10, 2, token))
        before = memory_mb(server.pid)
        found = asyncio.run(load(port, asked.rate, asked.seconds, token))
        return {**found, "memory_mb_before": before, "memory_mb_after": memory_mb(server.pid)}
    finally:
        server.terminate()
        server.wait(30)


def main() -> None:
    """Measure both and print one JSON line each."""
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=50)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--workers", type=int, default=1)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LAENNEC_DATABASE"] = f"sqlite:///{folder}/bench.db"
        os.environ.pop("LAENNEC_SITE", None)
        laennec = [sys.executable, "-P", "-c", "from laennec.cli import main; main()", "serve"]
        ours = [*laennec, "--port", "18431", "--workers", str(asked.workers)]
        print(json.dumps({"what": "laennec serve", **measure(ours, 18431, asked, "")}))
    bare = [sys.executable, "-c", BARE % 18432]
    print(json.dumps({"what": "a constant", **measure(bare, 18432, asked, "")}))


if __name__ == "__main__":
    main()
