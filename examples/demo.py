"""A day of made-up visits in a store of their own, and the service on them: `make demo`.

Nobody in it exists. It writes into out/demo, prints how to sign in as a physician and as a nurse,
and serves their pages.
"""

import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from laennec.datasets.readers.ecg import read_ecg
from laennec.engine import load_guidelines, load_models
from laennec.serving.clock import utc_now
from laennec.serving.decisions.confirm import decide, mark_seen
from laennec.serving.decisions.consents import Purpose, Said, read_consents, record_consents
from laennec.serving.decisions.decisions import EVERY_UNDECIDED, Decision, DecisionRequest, Verdict
from laennec.serving.drafts.drafts import load_draft
from laennec.serving.ecg.sent_files import EcgFile
from laennec.serving.house_data import consent_notice
from laennec.serving.http.run import serve
from laennec.serving.http.settings import read_http_settings
from laennec.serving.http.sign_in.tokens import token_of
from laennec.serving.roster.planned import FOLDER as ROSTER
from laennec.serving.roster.read import Roster, write_visits
from laennec.serving.roster.rows import RosterRow
from laennec.serving.screening import Engine, SiteKnows, keep_visit, screen_visit
from laennec.serving.site import Site, load_site
from laennec.serving.store.store import Store, open_store

HERE = Path(__file__).parent
OUT = HERE.parent / "out" / "demo"
PHYSICIAN, NURSE = "RPPS:10001234567", "SITE:nurse-1"
Visit = dict[str, Any]


def ecg_file() -> EcgFile:
    """Return the simulated ECG of the examples as the file that a device would export."""
    header, signal = (HERE / "visits" / f"04-simulated-ecg.{end}" for end in ("hea", "dat"))
    return EcgFile(header.read_bytes(), header.name, {signal.name: signal.read_bytes()})


def noisy_ecg() -> Visit:
    """Return the same ECG inside a visit, as it looks where the electrodes hang loose."""
    file = ecg_file()
    signal = read_ecg(file.data, name=file.name, companions=dict(file.companions)).signal
    chance = np.random.default_rng(1)
    drawn = {
        name: np.round(lead + chance.normal(0, 1.5, lead.shape), 3).tolist()
        for name, lead in zip(signal.leads, signal.signal_mv, strict=True)
    }
    return {"leads": drawn, "fs": signal.sampling_rate_hz, "unit": "mV"}


def visits() -> list[tuple[Visit, EcgFile | None]]:
    """Return the day: the examples, an ECG full of noise, a wrong unit, a person who declined."""
    found = [json.loads(p.read_text("utf-8")) for p in sorted((HERE / "visits").glob("*.json"))]
    usual, with_ecg = found[0], found[3]
    wrong = [{**m, "unit": "m"} if m["code"] == "waist" else m for m in usual["measurements"]]
    return [
        *((visit, ecg_file() if visit.pop("ecg", None) else None) for visit in found),
        (made(with_ecg, "demo-noise", ecg=noisy_ecg()), None),
        (made(usual, "demo-unit", measurements=wrong), None),
        (made(usual, "demo-declined"), None),
    ]


def made(visit: Visit, name: str, **changes: object) -> Visit:
    """Return a visit of another made-up person."""
    person = {**visit["person"], "id": f"{name}-person"}
    return {
        **{k: v for k, v in visit.items() if k != "ecg"},
        "visit_id": name,
        "person": person,
    } | (changes)


def earlier(visit: Visit) -> Visit:
    """Return the visit of the same person a year before, when the pressure was lower."""
    lower = [
        {**m, "value": "128"} if m["code"] == "systolic_bp" else m for m in visit["measurements"]
    ]
    last_year = {"visit_id": "example-01-2025", "performed_at": "2025-11-04T09:00:00+01:00"}
    return {**visit, **last_year, "measurements": lower}


def keep(store: Store, engine: Engine, visit: Visit, ecg: EcgFile | None = None) -> str:
    """Screen a visit and keep its draft."""

    def agreed(person_id: str) -> bool | None:
        answer = read_consents(store, person_id).get(Purpose.AI_SCREENING)
        return answer.is_given if answer else None

    document = json.dumps(visit).encode()
    knows = SiteKnows(agreed, lambda _record: ())
    screened = screen_visit(document, engine, now=datetime.now(UTC), ecg=ecg, knows=knows)
    return keep_visit(store, screened, "fr", clock=utc_now)


def seed(store: Store, site: Site, engine: Engine) -> None:
    """Fill the store: a decided visit of last year, the answers of the day, its visits."""
    physician, nurse = site.person(PHYSICIAN), site.person(NURSE)
    day = visits()
    last_year = keep(store, engine, earlier(day[0][0]))
    mark_seen(store, last_year, physician=physician, clock=utc_now)
    read = load_draft(store, last_year).content_hash
    everything = (Decision(EVERY_UNDECIDED, Verdict.CONFIRM),)
    request = DecisionRequest(last_year, read, everything)
    decide(store, request, physician=physician, clock=utc_now)
    for visit, ecg in day:
        is_agreed = visit["visit_id"] != "demo-declined"
        answers = {Purpose.AI_SCREENING: is_agreed, Purpose.RESEARCH: False}
        said = Said(visit["person"]["id"], answers, consent_notice().version)
        record_consents(store, said, actor=nurse, clock=utc_now)
        keep(store, engine, visit, ecg)


def plan(site_folder: Path) -> None:
    """Plan visits of today, as a list that came from other software: one was made, three come."""
    today = datetime.now().astimezone().replace(hour=8, minute=30, second=0, microsecond=0)
    people = [
        ("demo-unit", "demo-unit-person", "1974-03-02", "female"),
        ("demo-planned-1", "demo-person-1", "1968-11-30", "male"),
        ("demo-planned-2", "demo-person-2", "1981-06-14", "female"),
        ("demo-planned-3", "demo-person-3", "1990-02-09", "male"),
    ]
    rows = [
        RosterRow("demo", visit_id, (today + timedelta(minutes=30 * n)).isoformat(), *person)
        for n, (visit_id, *person) in enumerate(people)
    ]
    (site_folder / ROSTER).mkdir()
    write_visits(Roster(tuple(rows), ()), site_folder / ROSTER / "today")


def main() -> None:
    """Seed the store and serve it."""
    shutil.rmtree(OUT, ignore_errors=True)
    site_folder = OUT / "site"
    shutil.copytree(HERE / "site", site_folder)
    plan(site_folder)
    site = load_site(site_folder)
    store = open_store(site.database)
    seed(store, site, Engine(load_models(), load_guidelines()))
    store.close()
    sys.stdout.write(f"http://127.0.0.1:{read_http_settings().port}/review\n")
    for person in (PHYSICIAN, NURSE):
        token = token_of(person, site_folder, days=1, clock=utc_now)
        sys.stdout.write(f"{site.person(person).name}: {token}\n")
    sys.stdout.flush()
    os.environ["LAENNEC_SITE"] = str(site_folder)
    serve(host=None, port=None, database=None, workers=None)


if __name__ == "__main__":
    main()
