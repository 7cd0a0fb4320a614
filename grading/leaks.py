"""Looking for text that no student may see, in what students get."""

import json

from grading.sources import secret_parts, visible_text

SHORT = 12  # a line as short as `return total` tells nothing, and stands in many places


def secret_lines(source):
    """Collect the lines of solutions, hidden tests and model answers that a source shows nowhere.

    Short lines are left out, and those that also stand in what the student sees.
    """
    visible = "\n".join(map(visible_text, source.cells))
    lines = {
        line.strip()
        for cell in source.cells
        for part in secret_parts(cell)
        for line in part.split("\n")
    }
    return sorted(line for line in lines if len(line) > SHORT and line not in visible)


def find_leaks(source, content, *, is_notebook):
    """List the secret lines of a source that stand in the content (bytes) of a file."""
    text = content.decode("utf-8")
    if is_notebook:  # JSON writes quotes and line ends in another way
        text += "\n" + "\n".join(_texts(json.loads(text)))
    return [line for line in secret_lines(source) if line in text]


def _texts(value):
    """Yield every text in a JSON document, lists of lines joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *_texts(item))
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _texts(item)
