"""The words of the course: a glossary in English and Chinese, and a table of confusable words.

Both are data files beside this module, which notebook 01 shows and a test checks.
"""

from helpers.words.tables import load_glossary, load_vocabulary

__all__ = ["load_glossary", "load_vocabulary"]
