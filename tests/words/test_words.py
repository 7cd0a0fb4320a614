"""The tables of words are complete, unambiguous and fit to be read on every machine."""

import re
import unicodedata
from pathlib import Path

import pytest

import helpers.words
from helpers.words import load_glossary, load_vocabulary

FILES = sorted(Path(helpers.words.__file__).parent.glob("*.csv"))
LESSONS = {"01", "02", "03", "04", "05", "06"}
# Chinese texts write these in Latin letters
LATIN_NAMES = {"Adam", "AdamW", "DICOM", "GELU", "NIfTI", "ReLU", "RMSprop", "U-Net"}
FEWEST_TERMS = 80  # what the course promises
# words that style and lessons rely on: each must stand in some row of the vocabulary
PROMISED = [
    "score", "probability", "validation", "test", "convolution", "cross-correlation", "epoch",
    "step", "batch", "kernel", "filter", "feature map", "sensitivity", "recall", "specificity",
    "parameter", "hyperparameter", "positive", "equivariance", "invariance", "place", "patient",
    "logit", "ideal observer", "detectability", "efficiency",
]  # fmt: skip
TABLES = [
    pytest.param(load_glossary, "english", id="glossary"),
    pytest.param(load_vocabulary, "words", id="vocabulary"),
]


def find_faults_in_chinese(text):
    """Say what keeps a text from being Chinese: it holds no Han character."""
    if text in LATIN_NAMES:
        return []
    han = [c for c in text if unicodedata.name(c, "").startswith("CJK UNIFIED IDEOGRAPH")]
    return [] if han else [f"{text!r} has no Chinese character"]


def test_the_glossary_holds_what_the_course_promises():
    glossary = load_glossary()
    assert list(glossary) == ["english", "chinese", "definition", "definition_chinese", "lesson"]
    assert len(glossary) >= FEWEST_TERMS


def test_the_vocabulary_explains_every_promised_word():
    vocabulary = load_vocabulary()
    assert list(vocabulary) == ["words", "meaning", "avoid", "lesson"]
    text = " | ".join(vocabulary["words"]).lower()
    assert [word for word in PROMISED if not re.search(rf"\b{word}\b", text)] == []


@pytest.mark.parametrize(("load", "key"), TABLES)
def test_every_cell_is_filled_and_tidy(load, key):
    table = load()
    for column in table:
        for text in table[column]:
            assert text.strip() == text != "", f"{column}: {text!r}"
            assert "  " not in text
            assert not any(unicodedata.category(c).startswith("C") for c in text), repr(text)


@pytest.mark.parametrize(("load", "key"), TABLES)
def test_terms_are_unique_and_in_alphabetical_order(load, key):
    terms = [term.casefold() for term in load()[key]]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize(("load", "key"), TABLES)
def test_lessons_are_lessons_of_the_course(load, key):
    assert set(load()["lesson"]) <= LESSONS


def test_every_lesson_has_terms():
    assert set(load_glossary()["lesson"]) == LESSONS


@pytest.mark.parametrize("column", ["definition", "meaning"])
def test_english_texts_are_sentences(column):
    table = load_glossary() if column == "definition" else load_vocabulary()
    for text in table[column]:
        assert re.match(r"[A-Z0-9(]|d'", text), text
        assert text.endswith("."), text
        assert text.isascii(), text


def test_the_chinese_column_is_chinese():
    glossary = load_glossary()
    faults = [fault for text in glossary["chinese"] for fault in find_faults_in_chinese(text)]
    assert faults == []
    latin = set(glossary["chinese"]) & LATIN_NAMES
    assert latin == LATIN_NAMES, "an accepted name that no row uses is no exception any more"


def test_chinese_definitions_are_chinese_sentences():
    for text in load_glossary()["definition_chinese"]:
        assert find_faults_in_chinese(text) == []
        assert text.endswith("。"), text
        assert not re.search(r"[\u4e00-\u9fff][,;:!?]", text), f"{text}: use Chinese punctuation"


def test_no_two_terms_share_their_chinese_name():
    chinese = list(load_glossary()["chinese"])
    assert sorted(chinese) == sorted(set(chinese))


@pytest.mark.parametrize("text", ["kernel", "ReLu", "カーネル", "（pooling）"])
def test_the_check_of_chinese_can_fail(text):
    assert find_faults_in_chinese(text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_plain_utf8_with_unix_line_ends(path):
    data = path.read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")
    text = data.decode("utf-8")  # raises if it is not
    assert unicodedata.normalize("NFC", text) == text


def test_both_tables_are_files_of_the_package():
    assert [path.name for path in FILES] == ["glossary.csv", "vocabulary.csv"]
