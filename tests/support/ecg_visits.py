"""Visits with an ECG, and earlier visits of the same person with theirs."""

import json
from dataclasses import replace
from functools import cache

from ecg_pairs import models, recording
from laennec.engine.guidelines import load_guidelines
from laennec.engine.intake import parse
from laennec.engine.screen import screen
from laennec.serving.clock import utc_now
from laennec.serving.commands.screen import ScreenOptions, screen_file

PERSON = {"id": "p-1", "birth_date": "1977-01-20", "sex": "male"}
VISIT = {
    "schema": "laennec.visit/1",
    "visit_id": "v-now",
    "performed_at": "2026-11-03T11:15:00+01:00",
    "person": PERSON,
    "measurements": [],
    "symptoms": [],
    "conditions": [],
    "medications": [],
}


def samples(signal):
    """Write a signal as it stands in a visit."""
    leads = zip(signal.leads, signal.signal_mv, strict=True)
    return {
        "leads": {name: [round(float(x), 4) for x in row] for name, row in leads},
        "fs": signal.sampling_rate_hz,
        "unit": "mV",
    }


@cache
def given(pathology="sinus_rhythm", seed=11, start_s=0.5, **changes):
    return samples(recording(pathology, seed, start_s, **changes))


def earlier(ecg, day="2021-03-03", **changes):
    """Return an earlier visit of the person."""
    moment = f"{day}T09:00:00+01:00"
    return {**VISIT, "visit_id": f"v-{day}", "performed_at": moment, "ecg": ecg, **changes}


def visit(ecg=None, *past, symptoms=()):
    document = {**VISIT, "symptoms": list(symptoms), "previous_visits": list(past)}
    return document if ecg is None else {**document, "ecg": ecg}


def drafted(ecg=None, *past, symptoms=(), **changes):
    document = {**visit(ecg, *past, symptoms=symptoms), **changes}
    return screen(parse(document), models(), load_guidelines())


def screened(folder, document, **options):
    """Screen a document that lies in a folder, as the command does."""
    path = folder / "visit.json"
    path.write_text(json.dumps(document))
    asked = ScreenOptions(models(), load_guidelines(), "en", "text", utc_now())
    return screen_file(path, replace(asked, **options))


def notices(done):
    """Return what was said of a visit by code."""
    draft = done.draft
    return {n.code: n for n in (*draft.refused_items, *draft.suspect_items, *draft.notes)}
