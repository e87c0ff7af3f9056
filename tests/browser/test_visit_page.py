"""The nurse's page in a real browser: from the chair to the physician's worklist."""

import pytest
from browser_support import tab
from http_support import VISITS, send, visit

ECG = [str(VISITS / f"04-simulated-ecg.{end}") for end in ("hea", "dat")]
USUAL = {"height": "cm", "waist": "cm"}
PRINTED = {  # as a French laboratory prints them: g/L, creatinine in mg/L
    "glucose": "4,5",
    "hba1c": "48",
    "ldl_cholesterol": "1,90",
    "triglycerides": "4,2",
    "creatinine": "95",
}


def fill(page, person="person-9", born="1974-03-02", **fields):
    page.fill("[name=person_id]", person)
    page.keyboard.press("Tab")
    page.fill("[name=birth_date]", born)
    page.locator(".pick", has_text="femme").click()
    for name, value in fields.items():
        page.fill(f"#m-{name}", value)
        if name in USUAL:
            unit(page, name, USUAL[name])


def unit(page, items, written):
    page.locator(f"select[data-unit='{items}']").select_option(written)


def pressure(page, *readings):
    unit(page, "systolic_bp diastolic_bp", "mmHg")
    for n, (systolic, diastolic) in enumerate(readings):
        page.locator("[data-measure=systolic_bp]").nth(n).fill(systolic)
        page.locator("[data-measure=diastolic_bp]").nth(n).fill(diastolic)


def check(page):
    page.click("#send")
    page.wait_for_selector("#result .sent, #result .problem")
    return page.inner_text("#result")


def test_a_wrong_unit_is_said_before_the_person_gets_up_and_the_correction_replaces_it(
    chromium, people
):
    page = tab(chromium, people, "nurse")
    assert page.url.startswith(f"{people.address}/visit")
    fill(page, height="164", weight="86,5", waist="0,94")
    pressure(page, ("128", "82"), ("126", "80"))
    said = check(page)
    assert said.count("Tour de taille : 0,94 cm") == 1, (
        "what is said twice of a value stands under it once"
    )
    assert "version 1" in said
    page.fill("#m-waist", "94")
    said = check(page)
    assert "0,94" not in said
    assert "version 2" in said
    assert "Probabilité" not in page.inner_text("body"), "no finding before the physician decides"
    (report,) = people.as_("martin").get("/v1/worklist").json()["reports"]
    assert (report["person_id"], report["version"]) == ("person-9", 2)
    draft = people.as_("martin").get(f"/v1/prediagnoses/{report['id']}").json()
    facts = {f["id"]: f["state"] for f in draft["findings"] if f["kind"] == "fact"}
    assert facts["waist"] == "present"
    assert page.complaints == []


def test_an_urgent_visit_says_whom_to_call(chromium, people):
    page = tab(chromium, people, "nurse")
    fill(page)
    pressure(page, ("192", "114"), ("188", "112"))
    page.locator(".one", has_text="poitrine").click()
    assert page.is_checked("[data-whole=symptoms]")
    said = check(page)
    assert "Appeler : médecin du travail" in said
    assert "Appeler le médecin maintenant" in said
    assert "192" in said


def test_an_ecg_file_is_dropped_in_and_read(chromium, people):
    page = tab(chromium, people, "nurse")
    fill(page, height="164", born="1977-01-15")
    page.set_input_files("#ecg", ECG)
    assert "04-simulated-ecg.dat" in page.inner_text("#files")
    check(page)
    (report,) = people.as_("martin").get("/v1/worklist").json()["reports"]
    physician = tab(chromium, people, "martin")
    physician.goto(f"/review/{report['id']}")
    assert physician.locator(".ecg .trace.drawn").count() == 13
    page.set_input_files("#ecg", {"name": "a.xml", "mimeType": "text/xml", "buffer": b"<x/>"})
    page.locator("#files li", has_text="simulated").first.get_by_role("button").click()
    page.locator("#files li", has_text="simulated").first.get_by_role("button").click()
    assert "Le fichier ECG n'a pas pu être lu" in check(page)


def test_a_refusal_leaves_the_visit_usable_and_is_taken_up_at_the_next_one(chromium, people):
    page = tab(chromium, people, "nurse")
    fill(page, height="164", weight="86", waist="94")
    page.locator("input[name='consent.ai_screening'][value=false]").check(force=True)
    assert "Transmis" in check(page)
    (report,) = people.as_("martin").get("/v1/worklist").json()["reports"]
    draft = people.as_("martin").get(f"/v1/prediagnoses/{report['id']}").json()
    assert draft["screening_declined"] is True
    again = tab(chromium, people, "nurse")
    with again.expect_response("**/v1/consents/person-9"):
        fill(again)
    again.wait_for_selector("#known-answers:not([hidden])")
    assert again.is_checked("input[name='consent.ai_screening'][value=false]")


def test_the_page_is_filled_in_without_a_mouse(chromium, people):
    """WCAG 2.1.1: every field in the order in which it stands, no trap."""
    page = tab(chromium, people, "nurse")
    seen = []
    page.focus("[name=person_id]")
    for _ in range(160):
        seen.append(
            page.evaluate("(e => e.name || e.id || e.dataset.list)(document.activeElement)")
        )
        page.keyboard.press("Tab")
    for name in ("visit_id", "sex", "consent.research", "symptoms", "m-waist", "ecg", "send"):
        assert name in seen, name
    assert seen.index("m-waist") < seen.index("ecg") < seen.index("send")


def test_hostile_words_are_words(chromium, people):
    """T: HTML in a name is shown as it was typed, in every page."""
    hostile = "<img src=x onerror=\"document.title='broken'\">"
    sent = send(people.as_("nurse"), visit(visit_id=hostile, symptoms=["chest_pain"])).json()
    for name, url in (
        ("nurse", "/review"),
        ("martin", "/review"),
        ("martin", f"/review/{sent['id']}"),
    ):
        page = tab(chromium, people, name)
        page.goto(url)
        assert page.locator("img").count() == 0
        assert page.title() != "broken"
        assert page.complaints == []
    page = tab(chromium, people, "nurse")
    page.fill("[name=visit_id]", hostile)
    fill(page, person=hostile, waist=hostile)
    check(page)
    assert page.locator("#result img").count() == 0


def test_a_service_that_is_busy_is_asked_again_without_typing_anything_again(chromium, people):
    page = tab(chromium, people, "nurse")
    fill(page, height="164", weight="70")
    asked = []

    def answer(route):
        asked.append(route.request.headers["idempotency-key"])
        if len(asked) > 1:
            route.continue_()
            return
        busy = '{"code": "busy", "detail": "more visits wait"}'
        route.fulfill(status=503, headers={"Retry-After": "1"}, body=busy)

    page.route("**/v1/prediagnoses?*", answer)
    page.click("#send")
    page.wait_for_selector("#result .note")
    assert "Nouvel essai dans 1 s" in page.inner_text("#result")
    page.wait_for_selector("#result .sent")
    assert len(asked) == 2
    assert len(set(asked)) == 1, "one visit, one key: it can't be kept twice"


def test_a_visit_that_is_refused_still_says_whom_to_call(chromium, people):
    """Pinned (hazard H1): the page dropped the urgent items of a refusal, in English."""
    page = tab(chromium, people, "nurse")
    fill(page, person="person-1")
    pressure(page, ("128", "82"))
    assert "version 1" in check(page)
    page.fill("[name=person_id]", "person-2")
    pressure(page, ("192", "114"), ("188", "112"))
    page.locator(".one", has_text="poitrine").click()
    page.click("#send")
    page.wait_for_selector("#result .problem")
    said = page.inner_text("#result")
    assert "Appeler : médecin du travail" in said
    assert said.index("Appeler") < said.index("La visite n'est pas partie")
    assert "numéro de visite est déjà celui d'une autre personne" in said
    assert "appelez le médecin sans attendre" in said
    assert "remedy" not in said


def test_every_refusal_is_told_in_the_language_of_the_page(chromium, people):
    page = tab(chromium, people, "nurse")
    fill(page, height="164")
    refusals = {
        401: ("not_signed_in", "Votre session est terminée"),
        403: ("wrong_role", "Votre compte ne permet pas"),
        413: ("body_too_large", "dépasse ce que le service accepte"),
        422: ("record_error", "(record_error)"),
        503: ("model_error", "appelez le médecin"),
    }
    sent = {}
    page.route(
        "**/v1/prediagnoses?*", lambda route: route.fulfill(status=sent["status"], json=sent)
    )
    for status, (code, words) in refusals.items():
        sent |= {"code": code, "status": status, "detail": "English words"}
        page.click("#send")
        page.wait_for_function(
            "words => document.querySelector('#result').innerText.includes(words)", arg=words
        )
        page.wait_for_selector("#send:enabled")
        said = page.inner_text("#result")
        assert "English" not in said
        assert "appelez le médecin" in said


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_figure_whose_unit_nobody_chose_does_not_leave_the_page(chromium, people, lang):
    """Pinned (hazard H3): mmol/L stood there already, and 4.5 g/L was read as 4.5 mmol/L."""
    page = tab(chromium, people, "nurse")
    page.goto(f"/visit?lang={lang}")
    chosen = page.locator("select[data-unit]").evaluate_all("all => all.map(one => one.value)")
    assert len(chosen) == 11
    assert set(chosen) == {""}, "no unit is chosen before the nurse chooses it"
    page.fill("[name=person_id]", "person-9")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for name, value in PRINTED.items():
        page.fill(f"#m-{name}", value)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")
    page.locator("[data-measure=systolic_bp]").nth(0).fill("128")
    sent = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    said = check(page)
    assert sent == []
    found, remedy, worry = {
        "fr": ("Glycémie : 4,5, sans unité", "Choisissez l'unité imprimée", "appelez le médecin"),
        "en": ("Glucose: 4,5, without a unit", "Choose the unit printed", "call the physician"),
    }[lang]
    assert found in said
    assert "128" in said
    assert remedy in said
    assert worry in said
    assert page.evaluate("document.activeElement.dataset.unit") == "systolic_bp diastolic_bp"
    assert page.locator("select[aria-invalid=true]").count() == len(PRINTED) + 1
    page.keyboard.type("mm")
    for name, written in {
        "glucose": "g/L", "hba1c": "mmol/mol", "ldl_cholesterol": "g/L",
        "triglycerides": "g/L", "creatinine": "mg/L",
    }.items():  # fmt: skip
        page.focus(f"#m-{name}")
        page.keyboard.press("Tab")
        page.keyboard.type(written)
    assert "version 1" in check(page), "two keys and a letter choose a unit"
    assert page.locator("select[aria-invalid=true]").count() == 0
    (report,) = people.as_("martin").get("/v1/worklist").json()["reports"]
    url = f"/v1/prediagnoses/{report['id']}/report.html?lang=en"
    assert "4.5 g/L" in people.as_("martin").get(url).text
    assert page.complaints == []
