"""What is printed beside a score: source, population and limits, in both languages."""

import pytest
from laennec.engine.scores import (
    SCORE_IDS,
    Reason,
    ScoreInputError,
    State,
    about,
    text,
    unverified_ids,
)

FORBIDDEN = ("normal", "no disease", "fit for work", "apte")


@pytest.mark.parametrize("score_id", SCORE_IDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_exists_and_says_nothing_forbidden(score_id, language):
    card = about(score_id)
    for text_id in (card.texts.population, card.texts.meaning, *card.texts.limits):
        words = text(text_id, language)
        assert words.endswith(".")
        assert not any(word in words.lower().split() for word in FORBIDDEN)


@pytest.mark.parametrize("score_id", SCORE_IDS)
def test_source_is_a_paper_and_apart_from_it_where_it_was_read(score_id):
    source = about(score_id).source
    assert any(f" {year};" in source.citation for year in (2000, 2003, 2008, 2009, 2021, 2023))
    assert source.read_in and source.departures and source.grade


@pytest.mark.parametrize("score_id", SCORE_IDS)
def test_an_unsigned_score_says_so(score_id):
    card = about(score_id)
    assert card.is_signed == bool(card.source.signed_by)
    assert ("score.limit.unsigned" in card.texts.limits) != card.is_signed


def test_states_and_reasons_have_words():
    for language in ("fr", "en"):
        for state in State:
            assert text(f"score.state.{state.name.lower()}", language)
        for reason in list(Reason)[1:]:
            assert text(f"score.reason.{reason.name.lower()}", language)
    for score_id in SCORE_IDS:
        assert {name.upper() for name in about(score_id).exclusions} <= set(Reason.__members__)


def test_unverified_mask_reads_as_names():
    exclusions = about("score2").exclusions
    assert unverified_ids(exclusions, 0) == ()
    assert unverified_ids(exclusions, 0b1001) == (exclusions[0], exclusions[3])


def test_unknown_score_or_sentence_is_refused():
    with pytest.raises(ScoreInputError, match="score 'canrisk': it is not one of the published"):
        about("canrisk")
    with pytest.raises(ScoreInputError, match="text 'score.limit.unsigned' in 'de'"):
        text("score.limit.unsigned", "de")
    with pytest.raises(ScoreInputError, match="text 'nothing' in 'fr'"):
        text("nothing", "fr")
