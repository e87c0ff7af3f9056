"""A reader's page in a real browser: an answer that was given is never lost."""

import json

import pytest
from laennec.validation.readers.analyse import analyse
from laennec.validation.readers.cases import Case
from laennec.validation.readers.page import write_pages
from laennec.validation.readers.plan import make_plan

BANDS = ("low", "high", "intermediate")
FACTS = {"fr": (("Tour de taille", "94 cm"),), "en": (("Waist", "94 cm"),)}
CASES = tuple(Case(f"visit-{i}", FACTS, BANDS[i % 3], 0.02 + i / 100, i % 2) for i in range(6))
PLAN = make_plan(CASES, ("anna", "ben"), seed=3, wrong_share=0.4) | {"outcome": "t2d_undiagnosed"}
NO_STORAGE = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied'); }})"


@pytest.fixture
def pages(tmp_path):
    return {p.name: p.as_uri() for p in write_pages(PLAN, CASES, tmp_path / "pages")}


@pytest.fixture
def reader(chromium):
    context = chromium.new_context()
    yield context
    context.close()


def opened(reader, address):
    page = reader.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(address)
    return page


def address(pages, lang="en", session=1, number=0):
    name = list(PLAN["readers"].values())[number]
    return pages[f"{name}.session{session}.{lang}.html"]


def answer(page, *refers):
    for refers_it in refers:
        page.click("#next")
        page.click("#yes" if refers_it else "#no")


def saved(page, folder):
    with page.expect_download() as download:
        page.click("#save")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path, json.loads(path.read_text("utf-8"))


def test_answers_outlive_the_tab_and_are_judged_as_one_session(reader, pages, tmp_path):
    """They lived in memory until the last case: a tab closed at case 39 of 40 lost them all."""
    page = opened(reader, address(pages))
    answer(page, True, False, True)
    page.close()
    page = opened(reader, address(pages, "fr"))
    assert "3 réponses sur 6 ont été reprises" in page.inner_text("#told")
    answer(page, False, False, True)
    assert "Tous les cas ont une réponse" in page.inner_text("#told")
    path, file = saved(page, tmp_path)
    assert path.name.endswith(".session1.json")
    assert (file["state"], file["planned"]) == ("complete", 6)
    assert [a["refer"] for a in file["answers"]] == [True, False, True, False, False, True]
    assert all(a["answered_at"].endswith("Z") and a["displays"] == 1 for a in file["answers"])
    assert analyse(PLAN, [file])["read"] == 6
    assert page.complaints == []


def test_leaving_is_warned_of_until_the_answers_are_in_a_file(reader, pages, tmp_path):
    page, asked = opened(reader, address(pages)), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.click("#next")
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.click("#yes")
    page.close(run_before_unload=True)
    page.wait_for_timeout(300)
    assert len(asked) == 2
    saved(page, tmp_path)
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    assert len(asked) == 2


def test_a_partial_file_says_so_and_goes_on_in_another_browser(reader, pages, tmp_path, chromium):
    page = opened(reader, address(pages))
    answer(page, True, False)
    path, file = saved(page, tmp_path)
    assert path.name.endswith(".session1.partial-2-of-6.json")
    assert (file["state"], len(file["answers"])) == ("partial", 2)
    other = chromium.new_context()
    page = opened(other, address(pages))
    page.set_input_files("#file", path)
    page.wait_for_function("document.getElementById('told').textContent.startsWith('2 of 6')")
    answer(page, True)
    assert page.inner_text("#progress") == "Case 3 of 6"
    page.set_input_files("#file", path)
    page.wait_for_function("document.getElementById('told').textContent.includes('differ')")
    assert page.inner_text("#save").endswith("(partial: 3 of 6)"), "an older file takes nothing"
    other.close()


@pytest.mark.parametrize(
    "change",
    [{"plan": "0" * 64}, {"session": "R-1.session2"}, {"answers": 3}, {"schema": "x"}, None],
)
def test_a_file_of_something_else_is_not_taken_over(reader, pages, tmp_path, change):
    page = opened(reader, address(pages))
    answer(page, True)
    path, file = saved(page, tmp_path)
    path.write_text("{" if change is None else json.dumps(file | change), "utf-8")
    page.set_input_files("#file", path)
    page.wait_for_function("document.getElementById('told').textContent.includes('Nothing was')")
    assert page.inner_text("#progress") == "Case 1 of 6"
    assert page.complaints == []


def test_a_case_that_was_on_display_when_the_tab_closed_says_that_it_was_seen_before(
    reader, pages, tmp_path
):
    page = opened(reader, address(pages))
    answer(page, True)
    page.click("#next")
    assert page.is_hidden("#file"), "nothing is taken over while a case is on display"
    page.close()
    page = opened(reader, address(pages))
    answer(page, False)
    _, file = saved(page, tmp_path)
    assert [a["displays"] for a in file["answers"]] == [1, 2]


def test_a_browser_that_keeps_nothing_says_so_from_the_start(reader, pages, tmp_path):
    reader.add_init_script(NO_STORAGE)
    page = opened(reader, address(pages))
    assert "This browser keeps nothing" in page.inner_text("#warning")
    answer(page, True)
    assert saved(page, tmp_path)[1]["state"] == "partial"
    assert page.complaints == []


def test_what_was_kept_and_can_not_be_read_is_told_and_set_aside(reader, pages):
    page = opened(reader, address(pages))
    page.evaluate("for (const key of Object.keys(localStorage)) localStorage[key] = '{'")
    page.close()
    page = opened(reader, address(pages))
    assert "can't be read" in page.inner_text("#warning")
    assert page.evaluate("Object.values(localStorage).filter((v) => v === '{').length") == 1


def test_a_second_window_of_a_session_ends_the_first(reader, pages):
    first = opened(reader, address(pages))
    answer(first, True)
    second = opened(reader, address(pages))
    answer(second, False)
    first.wait_for_selector("text=another window")
    assert first.locator("#yes").count() == 0
    assert second.inner_text("#progress") == "Case 2 of 6"


def test_sessions_and_readers_are_kept_apart(reader, pages):
    answer(opened(reader, address(pages)), True, True)
    for session, number in ((2, 0), (1, 1)):
        page = opened(reader, address(pages, session=session, number=number))
        assert page.inner_text("#progress") == ""
