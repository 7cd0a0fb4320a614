"""The parameters of a notebook: read from its parameters cell, each with its type and limits.

The cell tagged `parameters` is the only place where a notebook declares them, one a line:

    epochs: int = 15  # passes over the training images, in [1, 1000]
    learning_rate: float = 0.003  # peak of the schedule, in (0, 1]
    networks: str = "all"  # which rungs, one of all | dense | article
    dataset: str = "digits"  # data set name, or the path of your own .npz file

A line has a type (int, float, str or bool), a literal as default, and a comment. The comment of a
number ends with its range: square brackets include the bound, round ones exclude it, and `inf` is a
bound too. The comment of a text with few allowed values ends with these. Papermill reads the same
lines with a regular expression that drops those with a second `=`, so they are refused here.
"""

import ast
import io
import json
import math
import numbers
import re
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

from helpers.checks import quoted, suggest

# where things lie says nothing about what is computed
PLACES = {"data_dir", "results_path"}
TYPES = {"int": int, "float": float, "str": str, "bool": bool}
_RANGE = re.compile(r",?\s*\bin\s*([\[(])\s*([^,\s]+)\s*,\s*([^\])\s]+)\s*([\])])\s*$")
_CHOICES = re.compile(r",?\s*\bone of\s+([^|]+(?:\|[^|]+)+)$")


class ParameterError(ValueError):
    """A parameters cell that cannot be read, or values that a notebook cannot be run with."""


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
        The comment, without the range or the choices.
    low, high : float, optional
        The range of a number; infinite where it has no bound.
    low_open, high_open : bool
        Whether the bound itself is excluded.
    choices : tuple of str
        The allowed values of a text; empty if any text is allowed.
    """

    name: str
    type: type
    default: object
    help: str
    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False
    choices: tuple = ()

    @property
    def allowed(self):
        """Say in words which values are allowed.

        >>> Parameter("epochs", int, 15, "passes", low=1, high=1000).allowed
        'an integer in [1, 1000]'
        """
        if self.type is bool:
            return "true or false"
        if self.type is str:
            return f"one of {quoted(self.choices)}" if self.choices else "a text"
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        kind = "an integer" if self.type is int else "a finite number"
        return f"{kind} in {left}{self.low:.12g}, {self.high:.12g}{right}"

    def check(self, value):
        """Return `value` in the declared type, or raise a `ParameterError`; texts stay texts.

        >>> Parameter("epochs", int, 15, "passes", low=1, high=1000).check(0)
        Traceback (most recent call last):
            ...
        helpers.reruns.parameters.ParameterError: `epochs` must be an integer in [1, 1000]; got 0.
        """
        if not self._has_type(value) or not self._is_allowed(value):
            near = suggest(value, self.choices)
            raise ParameterError(f"`{self.name}` must be {self.allowed}; got {value!r}.{near}")
        return self.type(value)

    def convert(self, value):
        """Read a text as the declared type where that is possible, then check it.

        >>> Parameter("learning_rate", float, 0.003, "peak", low=0, high=1).convert("1e-4")
        0.0001
        """
        if isinstance(value, str) and self.type is not str:
            value = _read_text(value, self.type)
        return self.check(value)

    def _has_type(self, value):
        if self.type in (bool, str):
            return isinstance(value, self.type)
        number = numbers.Integral if self.type is int else numbers.Real
        return isinstance(value, number) and not isinstance(value, bool)

    def _is_allowed(self, value):
        if self.type is bool:
            return True
        if self.type is str:
            return not self.choices or value in self.choices
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        finite = self.type is int or abs(value) <= sys.float_info.max  # nan is not
        return finite and above and below


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

    >>> parse_cell("seed: int = 0  # of the random numbers, in [0, 4294967295]")["seed"].high
    4294967295.0
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
    parameter = Parameter(statement.target.id, kind, default, **limits)
    try:
        parameter.check(default)
    except ParameterError as error:
        raise _line_error(line, f"has a default of its own that does not fit: {error}") from None
    return parameter


def _parse_limits(kind, comment, line):
    """Split a comment into the help and the limits that it ends with."""
    if kind in (int, float):
        found = _RANGE.search(comment)
        if found is None:
            raise _line_error(line, "does not end with the range of the number")
        try:
            low, high = float(found[2]), float(found[3])
        except ValueError:
            raise _line_error(line, "has a range whose bounds are no numbers") from None
        limits = {
            "low": low,
            "high": high,
            "low_open": found[1] == "(",
            "high_open": found[4] == ")",
        }
        return {"help": comment[: found.start()].strip(), **limits}
    found = _CHOICES.search(comment) if kind is str else None
    if found is None:
        return {"help": comment}
    choices = tuple(choice.strip().strip("\"'") for choice in found[1].split("|"))
    return {"help": comment[: found.start()].strip(), "choices": choices}
