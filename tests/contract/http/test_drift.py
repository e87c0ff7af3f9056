"""The health of the system over HTTP: who may see it, what it shows, that it is a page."""

import subprocess
import sys

import drift_schema
import jsonschema
import pytest
from http_support import problem, send, visit


def test_the_page_that_stands_alone_may_use_its_own_style_and_no_script(people):
    answer = people.as_("martin").get("/v1/drift.html")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "<script" not in answer.text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_among_the_pages_it_has_their_navigation_and_policy(people, lang):
    """Pinned: the page had no way back to the worklist, and no way to sign out."""
    send(people.as_("software"), visit())
    martin = people.as_("martin")
    answer, worklist = (martin.get(f"{path}?lang={lang}") for path in ("/review/drift", "/review"))
    bar = worklist.text.partition('<nav class="bar"')[2].partition("</nav>")[0]
    assert f'href="/review/drift?lang={lang}"' in bar
    assert bar in answer.text
    assert answer.headers["content-security-policy"] == worklist.headers["content-security-policy"]
    assert "style=" not in answer.text
    assert "<style" not in answer.text
    alone = martin.get(f"/v1/drift.html?lang={lang}").text
    body = alone.partition("<main>\n")[2].partition("\n</main>")[0]
    assert "<h2>" in body
    assert body in answer.text
    assert ".moved" in martin.get("/review/static/drift.css").text


def test_counts_of_few_are_hidden_and_nobody_is_named(people):
    for number in range(3):
        send(people.as_("software"), visit(visit_id=f"v-{number}"))
    document = people.as_("statistician").get("/v1/drift").json()
    jsonschema.validate(document, drift_schema.schema())
    assert document["visits"] == ["<11"]
    assert "person-01" not in str(document)


def test_a_period_that_is_none_is_refused_in_words(people):
    answer = people.as_("martin").get("/v1/drift?reference=2025-03..2025-01")
    assert "two months in order" in problem(answer, 422, "request_unreadable")["found"]


def test_a_service_in_which_nobody_asks_loads_no_arrow():
    code = "import sys, laennec.serving.http.app; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
