"""Whoever reads only what is urgent misses nothing that is urgent (hazard H1)."""

from generated_visits import visits
from hypothesis import HealthCheck, given, settings
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text
from laennec.serving.http.answers.views import status_part

MODELS = load_models()
GUIDELINES = load_guidelines()
PRESSING = ("U0", "U1")
BOX = {"U0": "À FAIRE MAINTENANT", "U1": "À FAIRE AUJOURD'HUI"}


@given(visits())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_urgent_visit_has_an_urgent_item_of_its_level_everywhere(document):
    draft = screen(parse(document), MODELS, GUIDELINES)
    whole = as_json(draft, "fr")
    text = render_text(draft, "fr")
    for shown in (whole, status_part(whole)):
        said = [item["level"] for item in shown["urgent"] if item["text"] and item["action"]]
        assert all(item["addressee"] for item in shown["urgent"])
        assert min([*said, "U9"]) == draft.urgency or draft.urgency not in PRESSING
    if draft.urgency in PRESSING:
        assert BOX[draft.urgency] in text
        assert f"{draft.urgency} " in text.partition("####\n")[2]
    else:
        assert not any(box in text for box in BOX.values())


@given(visits())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_finding_is_more_urgent_than_what_is_listed_as_urgent(document):
    draft = screen(parse(document), MODELS, GUIDELINES)
    listed = min((item.level for item in draft.urgent), default="U9")
    assert all(listed <= f.urgency for f in draft.findings if f.urgency in PRESSING)
