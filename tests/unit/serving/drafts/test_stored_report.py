"""What a physician reads is what the hash covers, whatever happens to the sentences since."""

import json
from dataclasses import replace

import pytest
from laennec.engine.canonical import canonical_bytes, content_hash
from laennec.engine.errors import AuditError, ConfirmationError, DataError, RecordError
from laennec.engine.words import LANGUAGES, Sentences
from laennec.engine.words import sentences as sentences_module
from laennec.engine.words.as_json import as_json
from laennec.engine.words.load import load_sentences
from laennec.engine.words.text import render_text
from laennec.serving.audit.verify import verify
from laennec.serving.commands.decide import DecideOptions, decide_command
from laennec.serving.commands.report import show_command
from laennec.serving.commands.screen import keep_draft, screen_file
from laennec.serving.drafts import content as content_module
from laennec.serving.drafts import kept_words as kept_words_module
from laennec.serving.drafts.content import Content, kept_text, read_content, sentences_for
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.kept_words import words_to_keep
from laennec.serving.drafts.stored_report import ReportForm
from laennec.serving.store.store import open_store
from prediagnosis_examples import EXAMPLES
from store_support import HandClock, make_draft
from stored_reports import FORMATS, MARTIN, decide, flat, released, shown


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
