"""engine/canonical.py: one content, one byte string."""

import json
import math
import struct
from decimal import Decimal

import numpy as np
import pytest
from laennec.engine.canonical import NotCanonical, canonical_bytes, content_hash

# RFC 8785, appendix B.
RFC_NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "text"), RFC_NUMBERS)
def test_numbers_are_written_as_the_rfc_says(bits, text):
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert canonical_bytes(value).decode() == text


def test_keys_are_sorted_as_the_rfc_says():
    """A smiley sorts before U+FB33 in UTF-16, after it in code points."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(canonical_bytes(dict.fromkeys(keys, 0)), object_pairs_hook=list)
    assert [key for key, _ in written] == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_control_characters_are_escaped_and_letters_are_not():
    assert (
        canonical_bytes("\u20ac$\x0f\nA'B\"\\\x7f") == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\x7f"'
    )


def test_key_order_and_container_type_do_not_change_the_hash():
    one = {"a": [1, {"x": None, "y": True}], "b": "é"}
    other = {"b": "é", "a": (1.0, {"y": True, "x": None})}
    assert content_hash(one) == content_hash(other)


def test_a_bool_is_not_a_number_and_null_is_not_absence():
    contents = [{"a": True}, {"a": 1}, {"a": None}, {}, {"a": "1"}, {"a": False}, {"a": 0}]
    assert len({content_hash(content) for content in contents}) == len(contents)


def test_a_numpy_float_is_written_as_the_float_it_is():
    assert canonical_bytes([np.float64(0.1)]) == b"[0.1]"


@pytest.mark.parametrize(
    ("content", "found", "path"),
    [
        ({"a": [0, math.nan]}, "a number that is not finite", "$.a[1]"),
        ({"a": -math.inf}, "a number that is not finite", "$.a"),
        ({"a": Decimal("1.5")}, "a value of type Decimal", "$.a"),
        ({"a": b"x"}, "a value of type bytes", "$.a"),
        ({"a": {1, 2}}, "a value of type set", "$.a"),
        ({"a": np.int64(3)}, "a value of type int64", "$.a"),
        ({1: "a"}, "a key of type int", "$"),
        ([2**53 + 1], "a whole number beyond 2**53", "$[0]"),
        ([-(10**400)], "a whole number beyond 2**53", "$[0]"),
        ({"a": "\ud800"}, "text that is not Unicode", "$"),
    ],
)
def test_what_has_no_single_form_is_refused_by_place_and_type(content, found, path):
    with pytest.raises(NotCanonical, match="no single canonical form") as caught:
        canonical_bytes(content)
    assert found in caught.value.found
    assert caught.value.path == path


def test_a_refusal_does_not_quote_the_value():
    with pytest.raises(NotCanonical) as caught:
        canonical_bytes({"note": Decimal("424242")})
    assert "424242" not in str(caught.value)


def test_a_large_double_read_back_as_an_integer_keeps_its_bytes():
    """Found by Hypothesis: 9007199254740994.0 was written, read as an int, and then refused."""
    for value in (9007199254740994.0, 6.158174615084138e16, -295147905179352825856.0):
        written = canonical_bytes(value)
        assert canonical_bytes(json.loads(written)) == written


def test_endless_nesting_is_refused():
    content = []
    for _ in range(70):
        content = [content]
    with pytest.raises(NotCanonical, match="more than 64 levels"):
        canonical_bytes(content)
