"""The parameters of a notebook: read from its parameters cell, each with its type and limits.

The cell tagged `parameters` is the only place where a notebook declares them, one a line:

    epochs: int = 15  # passes over the training images, in [1, 1000]
    learning_rate: float = 0.003  # peak of the schedule, in (0, 1]
    task: str = "inferred"  # what the labels mean, one of inferred | binary | ordinal
    rungs: str = "dense, modern"  # which networks, any of dense | article | modern
    dataset: str = "digits"  # a name, or the path of your own .npz; data set of kind images
    predictions: str = ""  # of your own model: empty, or the path of a .csv file

A line has a type (int, float, str or bool), a literal as default, and a comment, which ends with
what is allowed:

- a number: its range. Square brackets include the bound; a round one excludes it, which only a
  float's lower bound can be; `-inf` and `inf` stand for no bound.
- a text: `one of` few values, or `any of` them, with commas between and each at most once. A text
  that ends with neither may be anything.
- the text `dataset`: `data set of kind ...`, if the notebook can use one kind only.
- a text that is a predictions file: `or the path of a .csv file`. It may be empty.

Papermill reads the same lines with a regular expression that drops those with a second `=`, so they
are refused here.
"""

import ast
import io
import json
import math
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from helpers.checks import check_choice, check_integer, check_number, quoted, suggest

# where things lie says nothing about what is computed
PLACES = {"data_dir", "results_path"}
TYPES = {"int": int, "float": float, "str": str, "bool": bool}
_RANGE = re.compile(r"\bin\s*([\[(])\s*([^,\s]+)\s*,\s*([^\])\s]+)\s*([\])])$")
_CHOICES = re.compile(r"\b(one|any) of\s+([^|]+(?:\|[^|]+)+)$")
_KIND = re.compile(r"\bdata set of kind (\w+)$")
_PREDICTIONS = re.compile(r"\bor the path of a \.csv file$")


class ParameterError(ValueError):
    """A parameters cell that cannot be read, or values that a notebook cannot be run with."""


def collect(names, find):
    """Find something for each name; raise the problems of all names at once.

    Parameters
    ----------
    names : iterable
    find : callable
        Called with each name; it may raise a `ParameterError`.

    Returns
    -------
    dict
        What was found, by name.
    """
    found, problems = {}, []
    for name in names:
        try:
            found[name] = find(name)
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        raise ParameterError("\n".join(problems))
    return found


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook, as its line in the parameters cell declares it.

    Parameters
    ----------
    name : str
    type : {int, float, str, bool}
    default : int, float, str or bool
        The value of the class profile.
    help : str
        The comment, which also says what is allowed.
    above, minimum, maximum : int or float, optional
        The range of a number, without the bound `above` and with the others.
    choices : tuple of str
        The allowed values of a text; empty if any text is allowed.
    several : bool
        Whether a text may hold several of the choices, with commas between.
    data_kind : str, optional
        The kind of data set that the notebook can use; None if it can use any.
    is_predictions : bool
        Whether a text is the path of a predictions file, or empty.
    """

    name: str
    type: type
    default: object
    help: str
    above: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple = ()
    several: bool = False
    data_kind: str | None = None
    is_predictions: bool = False

    def check(self, value):
        """Return `value` in the declared type, or raise a `ParameterError`; texts stay texts.

        >>> Parameter("epochs", int, 15, "passes", minimum=1, maximum=1000).check(0)
        Traceback (most recent call last):
            ...
        helpers.reruns.parameters.ParameterError: `epochs` must be an integer from 1 to 1000; got 0.
        """
        try:
            return self._checked(value)
        except (TypeError, ValueError) as error:
            raise ParameterError(str(error)) from None

    def convert(self, value):
        """Read a text as the declared type where that is possible, then check it.

        >>> Parameter("learning_rate", float, 0.003, "peak", above=0, maximum=1).convert("1e-4")
        0.0001
        """
        if isinstance(value, str) and self.type is not str:
            value = _read_text(value, self.type)
        return self.check(value)

    def _checked(self, value):
        name, minimum, maximum = self.name, self.minimum, self.maximum
        if self.type is int:
            return check_integer(name, value, minimum, maximum)
        if self.type is float:
            return check_number(name, value, above=self.above, minimum=minimum, maximum=maximum)
        if not isinstance(value, self.type):
            kind = "a text" if self.type is str else "true or false"
            raise TypeError(f"`{name}` must be {kind}; got {value!r} ({type(value).__name__}).")
        if self.several:
            self._check_several(value)
        elif self.choices:
            check_choice(name, value, self.choices)
        elif self.is_predictions and value and not value.lower().endswith(".csv"):
            raise ValueError(f"`{name}` must be empty or the path of a .csv file; got {value!r}.")
        return value

    def _check_several(self, value):
        words = [word.strip() for word in value.split(",")]
        unknown = [word for word in words if word not in self.choices]
        if unknown or len(set(words)) < len(words):
            raise ValueError(
                f"`{self.name}` must name any of {quoted(self.choices)}, each once, with commas "
                f"between; got {value!r}.{suggest(unknown[0], self.choices) if unknown else ''}"
            )


def _read_text(text, kind):
    """Turn a text into a value of the type, or leave it a text for `Parameter.check` to refuse."""
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return kind(text)
    except ValueError:
        return text


def read_parameters(notebook):
    """Read the parameters that a notebook declares.

    Parameters
    ----------
    notebook : path-like or dict
        The file, or what it holds (an `nbformat.NotebookNode` is such a dict).

    Returns
    -------
    dict of str to Parameter
        In the order of the cell.

    Raises
    ------
    ParameterError
        If there is not exactly one cell tagged `parameters`, or a line of it is not as described in
        this module; the message names the line.
    """
    if not isinstance(notebook, dict):
        notebook = _read_json(notebook)
    cells = notebook["cells"]
    tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise ParameterError(
            f"A notebook must have one cell tagged `parameters`; found {len(tagged)}."
        )
    return parse_cell("".join(tagged[0]["source"]))


def _read_json(path):
    # not by nbformat: every notebook's kernel comes by here, and importing that takes a second
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ParameterError(f"{path} must be a notebook; it is no JSON: {error}") from error


def parse_cell(source):
    """Read the source of a parameters cell.

    >>> parse_cell("seed: int = 0  # of the random numbers, in [0, 4294967295]")["seed"].maximum
    4294967295
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"The parameters cell must be Python: {error}.") from error
    lines, comments = source.splitlines(), _comments(source)
    parameters = {}
    for statement in statements:
        line = lines[statement.lineno - 1]
        parameter = _parse_statement(statement, line, comments.get(statement.lineno, ""))
        if parameter.name in parameters:
            raise _line_error(line, "declares a name for the second time. Remove one of the lines")
        parameters[parameter.name] = parameter
    return parameters


def _comments(source):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _line_error(line, problem):
    return ParameterError(
        f"In the parameters cell, `{line.strip()}` {problem}. "
        "A line must read like `epochs: int = 15  # passes over the images, in [1, 1000]`."
    )


def _parse_statement(statement, line, comment):
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
        raise _line_error(line, "has no type")
    kind = TYPES.get(ast.unparse(statement.annotation))
    if kind is None:
        raise _line_error(line, f"must have one of the types {quoted(TYPES)}")
    if line.count("=") != 1 or statement.end_lineno != statement.lineno:
        raise _line_error(line, "must be one line with one `=`: papermill drops any other")
    if not comment:
        raise _line_error(line, "has no comment")
    try:
        default = ast.literal_eval(statement.value)
    except (ValueError, TypeError):
        raise _line_error(line, "must have a literal as default, nothing computed") from None
    limits = _parse_limits(kind, comment, line)
    parameter = Parameter(statement.target.id, kind, default, comment, **limits)
    try:
        parameter.check(default)
    except ParameterError as error:
        raise _line_error(line, f"has a default of its own that does not fit: {error}") from None
    return parameter


def _parse_limits(kind, comment, line):
    """Read the limits that a comment ends with."""
    if kind in (int, float):
        found = _RANGE.search(comment)
        if found is None:
            raise _line_error(line, "does not end with the range of the number")
        return _parse_range(kind, *found.groups(), line)
    limits = {}
    if kind is str and (found := _CHOICES.search(comment)):
        limits["several"] = found[1] == "any"
        limits["choices"] = tuple(word.strip().strip("\"'") for word in found[2].split("|"))
    if kind is str and (found := _KIND.search(comment)):
        limits["data_kind"] = found[1]
    if kind is str:
        limits["is_predictions"] = _PREDICTIONS.search(comment) is not None
    return limits


def _parse_range(kind, left, low, high, right, line):
    try:
        low = None if low == "-inf" else _parse_bound(low)
        high = None if high == "inf" else _parse_bound(high)
    except ValueError:
        raise _line_error(line, "has a range whose bounds are no numbers") from None
    above = low is not None and left == "("
    if (above and kind is int) or (high is not None and right == ")"):
        raise _line_error(line, "has a round bracket where the bound must be included")
    return {"above" if above else "minimum": low, "maximum": high}


def _parse_bound(text):
    """Read a whole number as such, so that messages show it as it was written."""
    try:
        return int(text)
    except ValueError:
        if not math.isfinite(number := float(text)):
            raise
        return number
