"""A day of made-up visits in a store of their own, and the service on them: `make demo`.

Nobody in it exists. It writes into out/demo, prints a token and serves the physician's pages.
"""

import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from laennec.engine import load_guidelines, load_models
from laennec.serving.clock import utc_now
from laennec.serving.http.run import serve
from laennec.serving.http.tokens import new_token
from laennec.serving.screening import EcgFile, Engine, keep_visit, screen_visit
from laennec.serving.site import load_site
from laennec.serving.store import open_store

HERE = Path(__file__).parent
OUT = HERE.parent / "out" / "demo"


def ecg_file() -> EcgFile:
    """Return the simulated ECG of the examples as the file that a device would export."""
    header, signal = (HERE / "visits" / f"04-simulated-ecg.{end}" for end in ("hea", "dat"))
    return EcgFile(header.read_bytes(), header.name, {signal.name: signal.read_bytes()})


def visits() -> list[dict[str, Any]]:
    """Return the day: the examples, a wrong unit, a person who declined."""
    found = [json.loads(p.read_text("utf-8")) for p in sorted((HERE / "visits").glob("*.json"))]
    usual = found[0]
    wrong = [{**m, "unit": "m"} if m["code"] == "waist" else m for m in usual["measurements"]]
    return [
        *found,
        made(usual, "demo-unit", measurements=wrong),
        made(usual, "demo-declined", consent={"ai_screening": False}),
    ]


def made(visit: dict[str, Any], name: str, **changes: object) -> dict[str, Any]:
    """Return a visit of another made-up person."""
    person = {**visit["person"], "id": f"{name}-person"}
    return {**visit, "visit_id": name, "person": person, **changes}


def main() -> None:
    """Seed the store and serve it."""
    shutil.rmtree(OUT, ignore_errors=True)
    site_folder = OUT / "site"
    shutil.copytree(HERE / "site", site_folder)
    site = load_site(site_folder)
    engine = Engine(load_models(), load_guidelines())
    store = open_store(site.database)
    for visit in visits():
        ecg = ecg_file() if visit.pop("ecg", None) else None
        screened = screen_visit(json.dumps(visit).encode(), engine, now=datetime.now(UTC), ecg=ecg)
        keep_visit(store, screened, "fr", clock=utc_now)
    store.close()
    token = new_token(site, site_folder, "RPPS:10001234567", days=1, clock=utc_now)
    sys.stdout.write(f"http://127.0.0.1:8000/review\nDr Martin: {token}\n")
    sys.stdout.flush()
    os.environ["LAENNEC_SITE"] = str(site_folder)
    serve(host=None, port=None, database=None, workers=None)


if __name__ == "__main__":
    main()
