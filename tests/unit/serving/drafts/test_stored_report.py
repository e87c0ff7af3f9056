"""What a physician reads is what the hash covers; a released report names who decided what."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from laennec.engine import load_guidelines, load_models
from laennec.engine.canonical import canonical_bytes, content_hash
from laennec.engine.errors import AuditError, ConfirmationError, DataError, RecordError
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words import sentences as sentences_module
from laennec.engine.words.as_json import as_json
from laennec.engine.words.load import load_sentences
from laennec.engine.words.text import render_text
from laennec.serving.audit.verify import verify
from laennec.serving.commands.decide import DecideOptions, decide_command
from laennec.serving.commands.report import release_command, show_command
from laennec.serving.commands.screen import ScreenOptions, keep_draft, screen_file
from laennec.serving.drafts import content as content_module
from laennec.serving.drafts import kept_words as kept_words_module
from laennec.serving.drafts.content import Content, kept_text, read_content, sentences_for
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.kept_words import words_to_keep
from laennec.serving.drafts.standing import confirmed_part
from laennec.serving.drafts.stored_report import ReportForm
from laennec.serving.site import load_site
from laennec.serving.store.store import open_store
from prediagnosis_examples import EXAMPLES
from store_support import HandClock, make_draft

ROOT = Path(__file__).parents[4]
VISIT = ROOT / "examples" / "visits" / "01-raised-risk.json"
MARTIN, BERNARD = "RPPS:10001234567", "RPPS:10007654321"
FORMATS = ("text", "json", "html")


@pytest.fixture(scope="module")
def options():
    return ScreenOptions(load_models(), load_guidelines(), "fr", "text", datetime.now(UTC))


@pytest.fixture(scope="module")
def screened(options):
    return screen_file(VISIT, options)


@pytest.fixture
def database(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples" / "site", tmp_path / "site")
    monkeypatch.setenv("LAENNEC_SITE", str(tmp_path / "site"))
    monkeypatch.delenv("LAENNEC_DATABASE", raising=False)
    return load_site(tmp_path / "site").database


@pytest.fixture
def kept(database, screened, options):
    return keep_draft(database, screened, options)


def decide(kept, verdict, by=MARTIN, **rest):
    act = DecideOptions(kept["id"], by, kept["content_hash"], (verdict,), **rest)
    result = decide_command(act)
    assert result.exit_code == 0, result.data


def shown(kept, form="text", lang=None, **rest):
    result = show_command(kept["id"], ReportForm(form, lang), **rest)
    assert result.exit_code == 0, result.data
    return result.text


def released(kept, form="text", lang=None, models=None):
    result = release_command(kept["id"], ReportForm(form, lang, models))
    assert result.exit_code == 0, result.data
    return result.text


def flat(text):
    return " ".join(text.split())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_a_content_is_read_as_it_was_kept(example):
    draft = example()
    kept = json.loads(json.dumps(Content(draft, {}, {}).as_dict()))
    read = read_content(kept, draft.content_hash)
    for lang in LANGUAGES:
        assert render_text(read.prediagnosis, lang) == render_text(draft, lang)
        assert as_json(read.prediagnosis, lang) == as_json(draft, lang)


def test_a_content_that_does_not_give_its_hash_is_not_shown(screened):
    kept = Content(screened.draft, {}, {}).as_dict()
    kept["prediagnosis"]["visit_id"] = "another"
    with pytest.raises(AuditError, match="content does not give its content hash"):
        read_content(kept, screened.draft.content_hash)


def upgrade(monkeypatch):
    """Install other sentence files: one sentence is gone, every other says something else."""
    later = {
        lang: {i: f"[{text}]" for i, text in table.items() if i != "disclaimer"}
        for lang, table in load_sentences().items()
    }
    monkeypatch.setattr(sentences_module, "load_sentences", lambda: later)
    monkeypatch.setattr(kept_words_module, "load_sentences", lambda: later)
    for module in (content_module, kept_words_module):
        monkeypatch.setattr(module, "sentences_sha256", lambda: "0" * 64)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_upgrade_of_the_sentences_changes_no_word_of_what_waits(kept, monkeypatch, form, lang):
    """The bug it pins: after an upgrade, pending reports were refused in text and HTML."""
    before = shown(kept, form, lang)
    upgrade(monkeypatch)
    assert shown(kept, form, lang) == before


@pytest.mark.parametrize("form", FORMATS)
def test_an_upgrade_of_the_sentences_lets_a_decided_report_out(kept, monkeypatch, form):
    decide(kept, "confirm")
    before = released(kept, form, "en")
    upgrade(monkeypatch)
    after = released(kept, form, "en")
    assert len(after.splitlines()) == len(before.splitlines())
    assert "[" + Sentences("en").text("ui.action") not in after


def test_a_draft_made_after_the_upgrade_keeps_the_new_sentences(database, kept, monkeypatch):
    upgrade(monkeypatch)
    store = open_store(database)
    with store.write() as connection:
        (row,) = words_to_keep(connection, "0" * 64)
        assert json.loads(row[1]["tables"])["en"]["band.high"].startswith("[")
        assert words_to_keep(connection, "1" * 64) == []
    store.close()


def test_sentences_that_were_edited_in_the_store_word_nothing(kept, database, monkeypatch):
    store = open_store(database)
    with store.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER sentences_no_update")
        connection.exec_driver_sql("UPDATE sentences SET tables = replace(tables, 'high', 'low')")
    assert any(problem.kind == "rows" for problem in verify(store).problems)
    store.close()
    upgrade(monkeypatch)
    result = show_command(kept["id"], ReportForm("text"))
    assert "row of sentences is not what the audit trail" in result.data["error"]["found"]


def test_words_that_were_not_kept_are_not_guessed(screened):
    content = Content(replace(screened.draft, sentences_sha256="0" * 64), {"fr": {}, "en": {}}, {})
    with pytest.raises(DataError, match="made with other sentence files"):
        sentences_for(content, "fr", None)


def test_a_content_of_an_earlier_version_lacks_what_came_later(screened):
    said = json.loads(json.dumps(Content(screened.draft, {}, {}).as_dict()))
    del said["prediagnosis"]["is_minor"]
    promised = content_hash(said["prediagnosis"])
    assert read_content(said, promised).prediagnosis.is_minor is False


def test_a_content_of_a_later_version_is_refused_not_read_in_part(screened):
    said = json.loads(json.dumps(Content(screened.draft, {}, {}).as_dict()))
    said["prediagnosis"]["a_later_part"] = 1
    with pytest.raises(DataError, match="other parts than this version knows"):
        read_content(said, content_hash(said["prediagnosis"]))


def test_a_draft_is_not_kept_with_the_content_of_another(database, screened):
    other = Content(replace(screened.draft, visit_id="other"), {}, {})
    store = open_store(database)
    with pytest.raises(AuditError, match="does not give its content hash"):
        save_draft(
            store,
            as_json(screened.draft, "fr"),
            rendered_language="fr",
            clock=HandClock(),
            content=other,
        )
    store.close()


def test_the_stored_draft_reads_like_the_screened_one_with_the_hash_to_decide_on(kept, screened):
    text = shown(kept)
    assert kept["content_hash"] in flat(text).replace(" ", "")
    assert "enregistré par le logiciel" in text
    assert "Brouillon : non confirmé par un médecin" in text
    tail = screened.rendered[screened.rendered.index("CONSTATS À EXAMINER") :]
    assert tail.splitlines()[:40] == text[text.index("CONSTATS À EXAMINER") :].splitlines()[:40]


def test_the_stored_draft_is_read_in_the_other_language(kept, screened):
    text = shown(kept, lang="en")
    assert "Draft: not confirmed by a physician" in text
    document = json.loads(shown(kept, "json", "en"))["prediagnosis"]
    assert document["language"] == "en"
    assert document["content_hash"] == screened.draft.content_hash
    assert json.loads(shown(kept, "json"))["prediagnosis"]["language"] == "fr"


def test_a_physician_who_reads_it_is_named_in_its_history(kept):
    assert json.loads(shown(kept, "json"))["state"] == "draft"
    assert "vu par RPPS:10001234567" in flat(shown(kept, by=MARTIN))
    assert json.loads(shown(kept, "json"))["state"] == "seen"


def test_showing_without_a_name_changes_nothing(kept, database):
    shown(kept)
    store = open_store(database)
    assert load_draft(store, kept["id"]).step == 1
    store.close()


def test_what_is_decided_and_what_is_not_stands_on_the_shown_report(kept):
    decide(kept, "confirm", finding="bmi")
    text = flat(shown(kept, lang="en"))
    assert "Confirmed: body mass index - criterion met." in text
    assert "Without a decision: " in text
    assert "Dr Martin (RPPS:10001234567)" in text


def test_a_released_report_says_who_decided_what(kept):
    decide(kept, "reject", finding="waist", reason="other", text="mesuré debout")
    decide(kept, "amend", finding="dysglycaemia", reason="already-known", to="low")
    decide(kept, "confirm")
    text = flat(released(kept))
    assert "Rapport décidé et amendé par Dr Martin (RPPS:10001234567)" in text
    assert "Rejeté : tour de taille (proposé par le logiciel : critère atteint)" in text
    assert "« mesuré debout »" in text
    assert "Amendé : trouble de la glycémie - probabilité basse" in text
    assert "Confirmé : indice de masse corporelle - critère atteint" in text
    assert "Évaluation uniquement. Pas de marquage CE." in text
    for draft_words in ("Brouillon", "à confirmer par un médecin"):
        assert draft_words not in text
    assert "Tour de taille très augmenté" not in text


def test_nothing_of_a_released_report_stands_on_a_value_that_was_set_aside(kept, options):
    drafted = shown(kept, "html")
    assert "148" in drafted
    decide(kept, "reject", finding="blood_pressure", reason="wrong-value")
    decide(kept, "confirm")
    for form in ("text", "html"):
        said = released(kept, form, models=lambda: options.models)
        text = flat(said)
        assert "148" not in text, form
        assert "Conclusions tirées avec une valeur mesurée que le médecin a écartée" in text, form


def test_every_time_of_an_act_is_told_in_the_zone_of_the_visit_and_names_it(kept):
    """The bug it pins: a visit of 09:20 in Paris was decided, in words, at 01:59 UTC."""
    decide(kept, "confirm")
    for said in (shown(kept), released(kept), released(kept, lang="en")):
        acts = [line for line in said.splitlines() if "(UTC" in line]
        assert acts
        assert all("(UTC+01:00)" in line for line in acts)
    assert "(UTC+01:00)" in released(kept, "json")


def test_every_form_and_language_of_a_released_report_has_its_own_banner(kept):
    decide(kept, "confirm")
    for lang, banner in (
        ("fr", "Rapport confirmé par Dr Martin"),
        ("en", "Report confirmed by Dr"),
    ):
        draft_banner = Sentences(lang).text("status.draft.long")
        for form in FORMATS:
            text = released(kept, form, lang)
            assert banner in text, (form, lang)
            assert draft_banner not in text, (form, lang)
            assert Sentences(lang).text("disclaimer") not in flat(text), (form, lang)
        assert 'class="watermark"' not in released(kept, "html", lang)


def test_a_page_has_its_drawings_where_the_same_models_are_there(kept, options):
    decide(kept, "confirm")
    assert "<polyline" in released(kept, "html", models=lambda: options.models)
    assert "<polyline" not in released(kept, "html")


def test_two_physicians_are_both_named_each_beside_what_they_decided(kept):
    decide(kept, "confirm", finding="bmi", by=BERNARD)
    decide(kept, "confirm")
    text = flat(released(kept))
    assert "Dr Bernard (RPPS:10007654321)" in text.partition("DÉCISION DU MÉDECIN")[0]
    assert "indice de masse corporelle - critère atteint. Dr Bernard" in text


def test_a_final_document_has_the_urgency_of_what_the_physician_left(kept, screened):
    urgent = min(f.urgency for f in screened.draft.findings if f.urgency)
    for finding in screened.draft.findings:
        if finding.urgency == urgent:
            decide(kept, "reject", finding=finding.id, reason="wrong-value")
    decide(kept, "confirm")
    document = json.loads(released(kept, "json"))["report"]
    left = [f["urgency"] for f in document["findings"] if f["urgency"]]
    assert urgent < document["urgency"] == min(left)
    rejected = {f["id"] for f in document["rejected_findings"]}
    assert rejected == {f.id for f in screened.draft.findings if f.urgency == urgent}


def test_an_urgent_rule_stands_whatever_is_decided_on_findings():
    draft = next(e() for e in EXAMPLES if e().urgent)
    assert confirmed_part(draft, ()).urgent == draft.urgent
    assert confirmed_part(draft, ()).urgency == min(u.level for u in draft.urgent)
    assert confirmed_part(draft, ()).findings == ()


def test_a_draft_kept_in_words_only_is_read_as_json_only(database):
    store = open_store(database)
    draft_id = save_draft(store, make_draft(), rendered_language="fr", clock=HandClock())
    store.close()
    assert show_command(draft_id, ReportForm("json")).exit_code == 0
    refused = show_command(draft_id, ReportForm("text")).data["error"]
    assert refused["code"] == ConfirmationError.code
    assert "kept in its words only" in refused["found"]


def test_an_unreadable_visit_is_not_kept(tmp_path, database, options):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    unread = screen_file(bad, options)
    with pytest.raises(RecordError, match="not JSON"):
        keep_draft(database, unread, options)
    with pytest.raises(RecordError, match="a visit without a draft"):
        keep_draft(database, replace(unread, error=None), options)


def test_a_shortened_hash_is_told_as_such(kept):
    act = DecideOptions(kept["id"], MARTIN, kept["content_hash"][:12], ("confirm",))
    error = decide_command(act).data["error"]
    assert error["found"] == "a content hash of 12 digits instead of 64"
    assert "give the whole hash" in error["remedy"]
    act = replace(act, content_hash=kept["content_hash"].upper())
    assert "not 64 small hexadecimal" in decide_command(act).data["error"]["found"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.__name__)
def test_what_is_kept_is_the_canonical_form_of_the_content(example):
    content = Content(example(), {"fr": {"b": "é"}, "en": {}}, {"x": {"y": 0.5}})
    kept = kept_text(content, content.prediagnosis.content_hash)
    assert kept.encode() == canonical_bytes(content.as_dict())
