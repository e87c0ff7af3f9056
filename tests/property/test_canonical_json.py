"""engine/canonical.py for every content that JSON can hold."""

import json
import random

import hypothesis.strategies as st
from hypothesis import given
from laennec.engine.canonical import canonical_bytes, content_hash

NUMBERS = st.integers(min_value=-(2**53), max_value=2**53) | st.floats(
    allow_nan=False, allow_infinity=False
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
CONTENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def shuffled(content, luck):
    if isinstance(content, dict):
        keys = list(content)
        luck.shuffle(keys)
        return {key: shuffled(content[key], luck) for key in keys}
    if isinstance(content, list):
        return [shuffled(item, luck) for item in content]
    return content


def as_number(text):
    """RFC 8785 writes a large double without a point; JSON readers of Python then see an int."""
    return int(text) if abs(int(text)) <= 2**53 else float(text)


@given(CONTENTS)
def test_what_is_written_reads_back_as_it_was(content):
    assert json.loads(canonical_bytes(content), parse_int=as_number) == content


@given(CONTENTS)
def test_writing_again_what_was_read_gives_the_same_bytes(content):
    """So a hash can be checked from the stored text, whoever stored it."""
    written = canonical_bytes(content)
    assert canonical_bytes(json.loads(written)) == written


@given(CONTENTS, st.integers())
def test_the_order_of_keys_does_not_matter(content, seed):
    luck = random.Random(seed)  # noqa: S311 - shuffles keys, keeps no secret
    assert content_hash(shuffled(content, luck)) == content_hash(content)


@given(CONTENTS, CONTENTS)
def test_different_contents_have_different_bytes(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    if canonical_bytes(one) == canonical_bytes(other):
        assert one == other
    elif same:
        raise AssertionError("one content was written in two ways")
