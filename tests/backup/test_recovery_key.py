"""The slip in the safe: 24 words, forgiving of handwriting, unforgiving of mistakes."""

import pytest

from barbox.backup import recovery_key
from barbox.core.errors import Broken


def test_words_and_line_are_the_same_key() -> None:
    for _ in range(50):
        key = recovery_key.make()
        assert len(key.words) == 24
        assert recovery_key.read(" ".join(key.words)) == key
        assert recovery_key.read(" ".join(f"{n}. {word[:4].upper()}" for n, word in enumerate(key.words, 1))) == key
        assert recovery_key.read(f"# my slip\n{key.key.lower()}\n") == key


def test_bip_39s_own_example_is_read() -> None:
    """From the BIP's test vectors: 32 bytes of zeros are 23 times "abandon", then "art"."""
    zeros = recovery_key._words_of(bytes(32))
    assert zeros == ["abandon"] * 23 + ["art"]


def test_a_misread_word_is_named() -> None:
    words = ["abandon"] * 23 + ["art"]
    for wrong, said in (
        ("abandxn", r"this word is not one of the list: 7\. abandxn \(abandon\?\)"),
        ("zzzzz", r"not one of the list: 7\. zzzzz$"),
        ("zoo", "one is wrong or two have changed places"),
    ):
        with pytest.raises(Broken, match=said):
            recovery_key.read(" ".join([*words[:6], wrong, *words[7:]]))


def test_a_wrong_letter_in_the_line_is_noticed() -> None:
    key = recovery_key.make().key
    for position in (20, 40, 70):
        wrong = "Q" if key[position] != "Q" else "P"
        with pytest.raises(Broken):
            recovery_key.read(key[:position] + wrong + key[position + 1 :])
