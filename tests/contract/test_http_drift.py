"""The health of the system over HTTP: who may see it, what it shows, that it is a page."""

import subprocess
import sys

from http_support import problem, send, visit


def test_the_page_may_use_its_own_style_and_no_script(people):
    martin = people.as_("martin")
    for path in ("/v1/drift.html", "/review/drift"):
        answer = martin.get(path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "style-src 'unsafe-inline'" in policy
        assert "script-src" not in policy
        assert "<script" not in answer.text
    assert "Santé du système" in martin.get("/review").text


def test_counts_of_few_are_hidden_and_nobody_is_named(people):
    for number in range(3):
        send(people.as_("software"), visit(visit_id=f"v-{number}"))
    document = people.as_("statistician").get("/v1/drift").json()
    assert document["schema"] == "laennec.drift_report/2"
    assert document["visits"] == ["<11"]
    assert "person-01" not in str(document)


def test_a_period_that_is_none_is_refused_in_words(people):
    answer = people.as_("martin").get("/v1/drift?reference=2025-03..2025-01")
    assert "two months in order" in problem(answer, 422, "request_unreadable")["found"]


def test_a_service_in_which_nobody_asks_loads_no_arrow():
    code = "import sys, laennec.serving.http.app; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
