"""Read the two tables of words."""

from pathlib import Path

__all__ = ["load_glossary", "load_vocabulary"]


def load_glossary():
    """Return the terms of the course in English and Chinese.

    Returns
    -------
    pandas.DataFrame
        One term a row, in the order of the English alphabet. Columns english, chinese, definition
        (one sentence), definition_chinese, lesson ("01" to "06": where the term first matters).
        Every cell is a text. A term that Chinese writes in Latin letters, such as "ReLU", stands
        so in both columns.

    Examples
    --------
    >>> glossary = load_glossary().set_index("english")
    >>> glossary.loc["kernel", "chinese"]
    '卷积核'

    Introduced in notebook 01, *Glossary*.
    """
    return _read("glossary.csv")


def load_vocabulary():
    """Return the words that are often confused, with what this course means by them.

    Returns
    -------
    pandas.DataFrame
        One group of words a row, in alphabetical order. Columns words, meaning (what the course
        means by them), avoid (what it does not say), lesson ("01" to "06"). Every cell is a text.

    Examples
    --------
    >>> vocabulary = load_vocabulary().set_index("words")
    >>> vocabulary.loc["training, validation and test", "meaning"]
    'Training fits, validation chooses, test measures once at the end.'

    Introduced in notebook 01, *Vocabulary*.
    """
    return _read("vocabulary.csv")


def _read(file):
    import pandas as pd

    path = Path(__file__).with_name(file)
    # as texts: lesson "01" would become the number 1, and a term such as "NA" would become nan
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
