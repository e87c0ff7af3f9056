"""Writes the pictures of the pages (docs/how-to/images): `make screens`. Nobody in them exists."""

import json
import tempfile
from pathlib import Path

from browser_support import browser, needs_browser, tab
from http_support import VISITS, People, decide, send, visit

IMAGES = Path(__file__).parents[2] / "docs" / "how-to" / "images"
ECG = [VISITS / f"04-simulated-ecg.{end}" for end in ("hea", "dat")]
EARLIER = {"visit_id": "example-01-2025", "performed_at": "2025-11-04T09:00:00+01:00"}


def earlier_visit() -> bytes:
    """Return the first example a year before, with a lower pressure."""
    document = json.loads(visit())
    for one in document["measurements"]:
        if one["code"] == "systolic_bp":
            one["value"] = "128"
    return json.dumps({**document, **EARLIER}).encode()


def seeded(people: People) -> tuple[dict, dict, dict]:
    """Send the visits; return the earlier one, the one after it, and the one with an ECG."""
    software, martin = people.as_("software"), people.as_("martin")
    first = send(software, earlier_visit()).json()
    martin.post(f"/v1/prediagnoses/{first['id']}/seen")
    decide(martin, first)
    now = send(software).json()
    for name in ("03-urgent", "02-items-missing"):
        send(software, visit(name))
    document = json.loads(visit("04-with-ecg"))
    document.pop("ecg")
    files = [("visit", ("visit.json", json.dumps(document), "application/json"))]
    files += [("ecg", (path.name, path.read_bytes())) for path in ECG]
    return first, now, software.post("/v1/prediagnoses", files=files).json()


def nurse(chromium, people: People) -> None:  # noqa: ANN001 - a browser of the driver
    """Fill in a visit with a wrong unit and a symptom, and show what the page says."""
    page = tab(chromium, people, "nurse", height=1180)
    page.fill("[name=person_id]", "person-07")
    page.fill("[name=birth_date]", "1970-01-02")
    page.locator(".pick", has_text="femme").click()
    for name, value in (("waist", "0,94"), ("height", "164"), ("weight", "86")):
        page.fill(f"#m-{name}", value)
    for items, unit in (("waist", "cm"), ("height", "cm"), ("systolic_bp diastolic_bp", "mm[Hg]")):
        page.locator(f"select[data-unit='{items}']").select_option(unit)
    page.locator("[data-measure=systolic_bp]").nth(0).fill("192")
    page.locator("[data-measure=diastolic_bp]").nth(0).fill("114")
    page.locator(".one", has_text="poitrine").click()
    page.locator("input[name='consent.ai_screening'][value=true]").check(force=True)
    page.click("#send")
    page.wait_for_selector("#result .sent")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=IMAGES / "visit.png")


def physician(chromium, people: People, reports: tuple[dict, dict, dict]) -> None:  # noqa: ANN001 - as above
    """Show the worklist, two visits and a letter."""
    first, now, with_ecg = reports
    page = tab(chromium, people, "martin", height=1000)
    page.goto("/review")
    page.screenshot(path=IMAGES / "worklist.png")
    page.goto(f"/review/{now['id']}")
    page.screenshot(path=IMAGES / "review.png")
    page.goto(f"/review/{with_ecg['id']}")
    page.locator(".ecg-section").scroll_into_view_if_needed()
    page.locator(".ecg-section").screenshot(path=IMAGES / "ecg.png")
    page.goto(f"/review/{first['id']}/letter")
    page.screenshot(path=IMAGES / "letter.png")


def main() -> None:
    """Write every picture."""
    needs_browser()
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        address = f"sqlite:///{folder}/laennec.db"
        with People(Path(folder), address) as people:
            reports = seeded(people)
            physician(chromium, people, reports)
            nurse(chromium, people)


if __name__ == "__main__":
    main()
