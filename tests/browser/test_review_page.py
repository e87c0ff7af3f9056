"""The physician's page in a real browser: with the keyboard, from the worklist to the letter."""

import json

import pytest
from browser_support import tab
from http_support import decide, send, visit

PAGES = ("/review", "/review/{id}", "/review/agreement", "/visit")
CONTRAST = """() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const found = rgb(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.offsetParent || e.closest("svg, .watermark")) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(getComputedStyle(e).fontSize);
    const is_weak = (a + 0.05) / (b + 0.05) < (size >= 24 ? 3 : 4.5);
    if (is_weak) weak.push(e.className + " " + e.textContent.slice(0, 40));
  }
  return weak;
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > 321 && !e.closest(".ecg-paper, .skip"))
  .map((e) => `${e.tagName}.${e.className.baseVal ?? e.className}`)"""
UNNAMED = """() => [...document.querySelectorAll("button, a, input, select, textarea, summary")]
  .filter((e) => e.type !== "hidden" && !e.hidden)
  .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def sent(people):
    return send(people.as_("software")).json()


def test_a_visit_is_decided_with_the_keyboard_alone_and_the_letter_follows(chromium, people, sent):
    page = tab(chromium, people, "martin")
    page.goto(f"/review/{sent['id']}")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_selector(".finding.done")
    page.keyboard.press("r")
    page.wait_for_selector(".finding.here form.why:not([hidden])")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".finding.done >> nth=1")
    page.click("#rest [data-all]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".letter-link")
    page.wait_for_load_state("load")  # the page was loaded again; its keys come with its script
    page.keyboard.press("l")
    page.wait_for_selector(".letter")
    assert "Dr Martin" in page.inner_text(".letter")
    page.click("#keep-letter")
    page.wait_for_selector("#letter-said:has-text('Gardée')")
    letters = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}/letters").json()["letters"]
    assert letters[0]["text"] == page.inner_text(".letter").strip()
    said = people.as_("martin").get(f"/v1/prediagnoses/{sent['id']}").json()
    verdicts = [d["verdict"] for d in said["decisions"]]
    assert verdicts.count("reject") == 1
    assert len(verdicts) == len(said["findings"])
    assert page.complaints == []


def test_a_correction_meanwhile_stops_the_decision(chromium, people, sent):
    page = tab(chromium, people, "martin")
    page.goto(f"/review/{sent['id']}")
    send(people.as_("software"), visit(symptoms=["dyspnoea"]))
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_selector("#said.failed")
    assert "corrigée" in page.inner_text("#said")
    assert page.locator(".finding.done").count() == 0


def test_an_alarm_shows_on_every_page_and_taking_charge_ends_it(chromium, people):
    urgent = send(people.as_("software"), visit("03-urgent")).json()
    page = tab(chromium, people, "martin")
    page.goto(f"/review/{urgent['id']}")
    page.click("[data-acknowledge]")
    page.wait_for_selector("[data-acknowledge]:disabled")
    acts = people.as_("martin").get(f"/v1/prediagnoses/{urgent['id']}").json()["history"]
    assert "acknowledge" in [step["act"] for step in acts]


def test_a_refused_record_is_withdrawn_by_a_click(chromium, people):
    document = json.loads(visit("03-urgent"))
    document["measurements"].append({"code": "quatsch", "value": "1", "unit": "g/L"})
    refused = send(people.as_("software"), json.dumps(document)).json()
    page = tab(chromium, people, "martin")
    page.goto(f"/review/{refused['id']}")
    assert "rejeter" not in page.inner_text(".keys"), "a key that does nothing here is not named"
    page.select_option("#withdrawal [name=reason]", "wrong-patient")
    page.click("#withdrawal button.main")
    page.wait_for_selector("#withdrawal", state="detached")
    said = people.as_("martin").get(f"/v1/prediagnoses/{refused['id']}").json()
    assert said["state"] == "withdrawn"
    assert page.complaints == []


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nothing_concluded", {"fr": "corriger la visite et la renvoyer, ou le retirer."}),
        ("busy", {"fr": "attendez quelques secondes, puis recommencez."}),
        ("not_acknowledged", {"fr": "« Je prends en charge », puis décidez."}),
        ("not_acknowledged", {"en": 'press "I take charge" first, then decide.'}),
        ("unheard_of", {"fr": "(unheard_of)"}),
    ],
)
def test_an_act_that_fails_says_what_to_do_in_the_language_of_the_page(
    chromium, people, sent, code, said
):
    """Pinned: a French page showed the code of the refusal and no remedy."""
    page = tab(chromium, people, "martin")
    ((lang, words),) = said.items()
    page.goto(f"/review/{sent['id']}?lang={lang}")
    body = json.dumps({"code": code, "detail": "words of the service"})
    page.route("**/decision", lambda route: route.fulfill(status=422, body=body))
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_selector("#said.failed")
    assert page.inner_text("#said").endswith(words)


def test_a_letter_that_is_refused_says_what_to_do_in_the_language_of_the_page(
    chromium, people, sent
):
    """Pinned: the French page showed the English words of the service."""
    decide(people.as_("martin"), sent)
    page = tab(chromium, people, "martin")
    page.goto(f"/review/{sent['id']}/letter?lang=fr")
    body = json.dumps({"code": "precondition_missing", "detail": "words of the service"})
    page.route("**/letters", lambda route: route.fulfill(status=428, body=body))
    page.click("#keep-letter")
    page.wait_for_selector("#letter-said.failed")
    assert page.inner_text("#letter-said").endswith("relisez le rapport, puis recommencez.")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("url", PAGES)
def test_every_page_can_be_read_and_named(chromium, people, sent, url, lang):
    """WCAG 1.4.3 contrast, 4.1.2 names, 1.4.10 reflow at 320 pixels, 3.1.1 language."""
    send(people.as_("software"), visit("03-urgent"))
    page = tab(chromium, people, "martin")
    page.goto(f"{url.replace('{id}', sent['id'])}?lang={lang}")
    for fold in page.locator("details").all():
        fold.evaluate("e => { e.open = true; }")
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(UNNAMED) == []
    assert page.locator("h1").count() == 1
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate(TOO_WIDE) == []
    assert page.complaints == []
