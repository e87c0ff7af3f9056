"""A pair of sentence files that does not say the same in both languages is refused by name."""

from pathlib import Path

import pytest
from laennec.engine.errors import DataError
from laennec.engine.words import LANGUAGES, check_language, sentences_sha256
from laennec.engine.words.load import (
    folder_sha256,
    load_folder,
    load_sentences,
    placeholders,
    read_together,
)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        folder.joinpath(name.replace("__", ".") + ".toml").write_text(text, encoding="utf-8")
    return folder


def test_a_pair_is_read_flat_and_nested_keys_become_ids(tmp_path):
    write(
        tmp_path,
        core__fr='"a.b" = "un {x}"\nc.d = "deux"',
        core__en='"a.b" = "one {x}"\nc.d = "two"',
    )
    assert load_folder(tmp_path)["fr"] == {"a.b": "un {x}", "c.d": "deux"}


@pytest.mark.parametrize(
    ("french", "english", "message"),
    [
        ('"a" = "un"', '"b" = "two"', "no sentence for a"),
        ('"a" = "un {x}"', '"a" = "one {y}"', "a with other placeholders"),
        ('"a" = "un {x"', '"a" = "one {x"', "the sentence can't be filled"),
        ('"a" = "{x.y}"', '"a" = "{x.y}"', "not a plain name"),
        ('"a" = 3', '"a" = "one"', "a: it is not a sentence"),
        ('"a" = " "', '"a" = "one"', "a: it is not a sentence"),
        ('"a" = ', '"a" = "one"', "a TOML error"),
        ('"a.b" = "un"\n[a]\nb = "deux"', '"a.b" = "one"', "a.b twice"),
    ],
)
def test_a_broken_pair_is_refused_with_what_is_wrong(tmp_path, french, english, message):
    write(tmp_path, core__fr=french, core__en=english)
    with pytest.raises(DataError) as error:
        load_folder(tmp_path)
    assert message in str(error.value)
    assert "Mend the sentence file" in str(error.value)


def test_a_file_without_its_partner_is_refused(tmp_path):
    write(tmp_path, core__fr='"a" = "un"')
    with pytest.raises(DataError, match="no such file") as error:
        load_folder(tmp_path)
    assert error.value.path == "core.en.toml"


def test_one_id_in_two_pairs_is_refused(tmp_path):
    write(
        tmp_path, a__fr='"x" = "un"', a__en='"x" = "one"', b__fr='"x" = "un"', b__en='"x" = "one"'
    )
    with pytest.raises(DataError, match="x again"):
        load_folder(tmp_path)


def test_a_file_of_both_languages_needs_both(tmp_path):
    file = tmp_path / "texts.toml"
    file.write_text('[texts]\n"a" = { fr = "un" }', encoding="utf-8")
    with pytest.raises(DataError, match="a: both languages say the same things"):
        read_together(file)
    file.write_text("[other]", encoding="utf-8")
    with pytest.raises(DataError, match="it has no sentences"):
        read_together(file)


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(DataError, match="the language 'de'"):
        check_language("de")


def test_the_shipped_files_hold_the_same_ids_and_placeholders():
    french, english = (load_sentences()[lang] for lang in LANGUAGES)
    assert french.keys() == english.keys()
    assert len(french) > 400
    assert all(placeholders(french[key]) == placeholders(english[key]) for key in french)


def test_the_hash_follows_every_byte_of_every_sentence_file(tmp_path):
    write(tmp_path, core__fr='"a" = "un"', core__en='"a" = "one"')
    before = folder_sha256(tmp_path)
    write(tmp_path, core__fr='"a" = "un."')
    assert folder_sha256(tmp_path) != before
    assert len(sentences_sha256()) == 64
