"""Any draft at all, for claims that hold for every draft: hostile text, odd numbers, all ids."""

from hypothesis import strategies as st
from laennec.engine.prediagnosis import (
    Change,
    Finding,
    GuidelineReference,
    InputValue,
    ItemNotice,
    Message,
    MissingItem,
    ModelReference,
    PreDiagnosis,
    Reason,
    UrgentItem,
)
from laennec.engine.words import sentences_sha256
from laennec.engine.words.load import load_sentences, placeholders

HOSTILE = (
    '"><script>alert(1)</script>',
    "'; DROP TABLE visits; --",
    "</style><img src=http://evil.example/x onerror=alert(1)>",
    "{visit} {{ 7*7 }} {% raw %}",
    "line\nbreak\ttab\x00nul\x1b[31mred\u202ereversed",
    "item:nothing",
    "premise:a is b and",
    "unit:]]>",
    "x" * 300,
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30))
codes = st.sampled_from(
    ("item:waist", "answer:symptom.chest_pain", "unit:mm[Hg]", "premise:age_years is not older")
)
numbers = st.floats(-1e9, 1e9, allow_nan=False)
risks = st.floats(0, 1)
parameters = st.one_of(texts, codes, st.integers(-999, 999), numbers)
IDS = tuple(sorted(load_sentences()["fr"]))
intervals = st.none() | st.tuples(risks, risks).map(lambda pair: (min(pair), max(pair)))
urgencies = st.none() | st.sampled_from(("U0", "U1", "U2", "U3"))


@st.composite
def messages(draw, ids=IDS):
    message_id = draw(st.sampled_from(ids))
    names = sorted(placeholders(load_sentences()["fr"][message_id]))
    return Message(message_id, {name: draw(parameters) for name in names})


def starting(*prefixes: str) -> tuple[str, ...]:
    return tuple(i for i in IDS if i.startswith(prefixes))


inputs = st.builds(
    InputValue,
    st.one_of(st.sampled_from(("waist_cm", "symptom.chest_pain", "sex")), texts),
    st.one_of(st.sampled_from(("104", "0.58", "yes")), texts),
    st.one_of(st.sampled_from(("cm", "1", "", "mm[Hg]")), texts),
    st.sampled_from(("reported", "derived", "estimated")),
)
few_inputs = st.lists(inputs, max_size=2).map(tuple)
reasons = st.builds(
    Reason, texts, messages(starting("reason.", "row.")), st.none() | numbers, few_inputs, texts
)
missing = st.builds(
    MissingItem,
    st.one_of(st.sampled_from(("feature:waist_cm", "glucose.fasting_venous")), texts),
    st.booleans(),
    intervals,
    st.none() | st.booleans(),
    texts,
)
changes = st.builds(
    Change,
    messages(starting("change.")),
    st.lists(st.tuples(texts, texts, texts, texts), max_size=2).map(tuple),
    st.none() | risks,
    st.sampled_from(("", "low", "high", "absent")),
)
hashes = st.sampled_from(("0" * 64, "ab" * 32))
models = st.none() | st.builds(ModelReference, texts, texts, hashes, texts)
guidelines = st.none() | st.builds(
    GuidelineReference, texts, st.lists(texts, max_size=2).map(tuple), texts, st.booleans()
)
details = st.dictionaries(
    st.sampled_from(
        (
            "bias",
            "score",
            "low_below",
            "high_from",
            "points_low",
            "points_high",
            "rank_low",
            "region",
        )
    ),
    st.one_of(risks, st.integers(0, 26)),
)


@st.composite
def findings(draw):
    is_fact = draw(st.booleans())
    levels = ("present", "absent", "borderline") if is_fact else ("low", "intermediate", "high")
    level = draw(st.sampled_from((*levels, "not_assessable")))
    return Finding(
        id=draw(st.one_of(st.sampled_from(("t2d_undiagnosed", "findrisc", "waist")), texts)),
        kind="fact" if is_fact else "risk",
        message=draw(messages(starting("finding.", "score.not", "score.missing"))),
        state=level if is_fact else None,
        band=None if is_fact else level,
        risk=None if is_fact else draw(st.none() | risks),
        risk_interval=draw(intervals),
        reference_standard=draw(texts),
        urgency=draw(urgencies),
        reasons_for=draw(st.lists(reasons, max_size=2).map(tuple)),
        reasons_against=draw(st.lists(reasons, max_size=1).map(tuple)),
        missing=draw(st.lists(missing, max_size=2).map(tuple)),
        what_would_change=draw(st.lists(changes, max_size=1).map(tuple)),
        proposed_action=draw(texts),
        proposed_addressee=draw(texts),
        model=draw(models),
        guideline=draw(guidelines),
        limits=draw(st.lists(messages(starting("limit.", "abstention.")), max_size=1).map(tuple)),
        details=draw(details),
    )


urgent_items = st.builds(
    UrgentItem,
    texts,
    st.sampled_from(("U0", "U1", "U2", "U3")),
    messages(starting("urgent.")),
    few_inputs,
    texts,
    texts,
    texts,
)
CODES = tuple(sorted({i.split(".")[1] for i in starting("intake.")}))


@st.composite
def notices(draw):
    code = draw(st.sampled_from(CODES))
    table = load_sentences()["fr"]
    names = set().union(
        *(placeholders(table[f"intake.{code}.{part}"]) for part in ("found", "why", "remedy"))
    )
    return ItemNotice(
        draw(texts),
        draw(texts),
        code,
        draw(st.sampled_from(("refused_record", "refused_item", "suspect_item", "note"))),
        {name: draw(texts) for name in sorted(names - {"item", "path"})},
    )


few_notices = st.lists(notices(), max_size=1).map(tuple)


@st.composite
def prediagnoses(draw):
    return PreDiagnosis(
        visit_id=draw(texts),
        person_id=draw(texts),
        performed_at=draw(st.sampled_from(("", "2026-11-03T09:20:00+01:00", "yesterday"))),
        findings=tuple(draw(st.lists(findings(), max_size=3))),
        urgent=tuple(draw(st.lists(urgent_items, max_size=2))),
        urgency=draw(urgencies),
        refused_items=draw(few_notices),
        suspect_items=draw(few_notices),
        notes=draw(few_notices),
        quality=draw(st.dictionaries(texts, st.integers(0, 9), max_size=1)),
        guideline_sets=draw(st.dictionaries(texts, texts, max_size=1)),
        models_refused=tuple(draw(st.lists(st.tuples(texts, texts), max_size=1))),
        rows_unsigned=draw(st.integers(0, 99)),
        sentences_sha256=sentences_sha256(),
        content_hash="0" * 64,
        development_model=draw(st.booleans()),
    )
