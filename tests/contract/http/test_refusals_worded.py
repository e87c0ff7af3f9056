"""Every refusal that the physician's pages can get has a remedy in the language of the page."""

import importlib
import pkgutil

import laennec.serving
import pytest
from http_support import signed_in
from laennec.engine.errors import ScreeningError
from laennec.serving.http.problems import STATUS
from laennec.serving.pages.render import PageWords

ROOMS = ("http", "decisions", "drafts", "store", "audit", "studies", "people")
MIGRATIONS = "laennec.serving.store.migrations."
ELSEWHERE = {
    # of a visit, an ECG, a document or a call of other software, which these pages do not send
    "answer_not_acceptable",
    "ecg_reader_missing",
    "ecg_too_large",
    "extra_missing",  # has a sentence of its own on the page of an error
    "feedback_unreadable",
    "identity_not_qualified",
    "media_type_not_taken",
    "no_such_project",
    "no_such_service",
    "package_broken",
    "prefetch_missing",
    "processes_lost",  # ends the service itself
    "schema_not_met",
}


def classes(of=ScreeningError):
    for one in of.__subclasses__():
        yield one
        yield from classes(one)


def known():
    rooms = tuple(f"laennec.serving.{room}" for room in ROOMS)
    for module in pkgutil.walk_packages(laennec.serving.__path__, "laennec.serving."):
        if module.name.startswith(rooms) and not module.name.startswith(MIGRATIONS):
            importlib.import_module(module.name)
    own = {c.code for c in classes() if c.__module__.startswith((*rooms, "laennec.engine.errors"))}
    return own | set(STATUS)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_refusal_that_a_page_can_get_has_a_remedy_and_no_other_has(lang):
    """Pinned: a French page showed the bare code of `busy`, `not_acknowledged` and others."""
    remedies = dict(PageWords(lang).refusals())
    assert set(remedies) == known() - ELSEWHERE
    assert known() >= ELSEWHERE
    assert all(said.endswith(".") and len(said.split()) > 4 for said in remedies.values())


def test_the_page_of_an_error_says_the_remedy_too(people):
    answer = signed_in(people, "nurse").get("/review/agreement?lang=fr")
    assert answer.status_code == 403
    assert "Votre r" in answer.text
