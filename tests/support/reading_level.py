"""How hard a text is to read: Flesch's index, and Kandel and Moles' for French; higher is easier.

Source: Flesch 1948 (206.835 - 1.015 words a sentence - 84.6 syllables a word); Kandel and Moles
1958 (207 - 1.015 words a sentence - 73.6 syllables a word). Syllables are counted by groups of
vowels, a silent e at the end left out, which overstates a little in both languages.
"""

import re

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_SENTENCE = re.compile(r"[.!?;:](?:\s|$)")
_VOWELS = re.compile(r"[aeiouyàâäéèêëîïôöùûüœæ]+")
_FORMULA = {"fr": (207.0, 73.6), "en": (206.835, 84.6)}


def syllables(word, lang):
    """About how many syllables a word has."""
    groups = len(_VOWELS.findall(word.lower()))
    silent = ("e", "es", "ent") if lang == "fr" else ("e", "es", "ed")
    is_silent = groups > 1 and word.lower().endswith(silent)
    return max(1, groups - is_silent)


def sentences_of(text):
    """The sentences of a text."""
    return [part for part in (p.strip() for p in _SENTENCE.split(text)) if _WORD.search(part)]


def reading_ease(text, lang):
    """The index of a text."""
    words = _WORD.findall(text)
    start, weight = _FORMULA[lang]
    per_sentence = len(words) / max(1, len(sentences_of(text)))
    per_word = sum(syllables(word, lang) for word in words) / max(1, len(words))
    return start - 1.015 * per_sentence - weight * per_word
