"""The predictions of a model, one row a case: a table that other programs can write and read."""

import csv
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.checks import name_texts, quoted, suggest

NAMES = ["case", "patient", "group"]  # always columns of the table
OPTIONAL = ["split", "image"]
SPLITS = ("train", "val", "test")
ALL = "all"  # what tables of groups call the row of all cases
DECIMAL_COMMA = "Is a comma the decimal mark? Write a point, as in 0.5."
_NUMBERED = re.compile(r"(y_true|y_score)(?:_(0|[1-9]\d*))?")


def predictions_table(
    y_true, y_score, *, case=None, patient=None, group=None, split=None, image=None
):
    """Put labels and scores of cases into one table.

    Parameters
    ----------
    y_true : array_like of int, shape (cases,), or (cases, labels) with several labels a case
        Binary and multi-label: 1 is disease. Several classes: the number of the class, from 0.
    y_score : array_like of float, shape (cases,), (cases, classes) or (cases, labels)
        Binary: one score a case, higher means more likely diseased. A score need not be a
        probability, but it is a number: nan is refused.
    case : array_like of shape (cases,), optional
        A different name for each case of a split. The same name in two splits is allowed here: to
        find it is the work of an audit. Default: its position, from 0.
    patient, group : array_like of shape (cases,), optional
        Whose case it is, and to which group (such as a hospital) it belongs; None, nan, "" or "NA"
        where it is not known, which becomes "". No group is called "all". Default: empty.
    split : array_like of {"train", "val", "test"}, shape (cases,), optional
        Where the case was used; some case is of "test". Default: no such column, all are test
        cases.
    image : array_like of shape (cases,), optional
        A text that is the same for the same image, such as `evaluation.hash_images` computes; as
        `patient` where it is not known. Default: no such column.

    Returns
    -------
    pandas.DataFrame
        Columns `case`, `patient`, `group` (texts), `split` and `image` if they are given, then
        `y_true` and `y_score`. With several classes one column each, `y_score_0`, `y_score_1`, ...;
        with several labels also `y_true_0`.

    Raises
    ------
    ValueError
        If shapes, labels, scores or names are not as described.

    Examples
    --------
    >>> predictions_table([0, 1], [0.25, 0.75], patient=["a", "b"])
      case patient group  y_true  y_score
    0    0       a             0     0.25
    1    1       b             1     0.75

    Introduced in notebook 04, *Results of this run*.
    """
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, dtype=np.float64)
    given = {"case": case, "patient": patient, "group": group, "split": split, "image": image}
    return _tabulate(y_true, y_score, given)


def _tabulate(y_true, y_score, given, lines=None):
    """Check the columns and put them together.

    Those from a file come as its texts, with the number of the line of each case.
    """
    _check_shapes(y_true, y_score)
    _check_labels(y_true, y_score, given, lines)
    given = {name: given[name] for name in [*NAMES, *OPTIONAL] if given.get(name) is not None}
    given = {"case": np.arange(len(y_true))} | given
    columns = dict.fromkeys(NAMES, [""] * len(y_true)) | {
        name: _check_names(name, values, len(y_true)) for name, values in given.items()
    }
    _check_cases_and_splits(given, columns, lines)
    y_true = y_true.astype(np.int64)
    return pd.DataFrame(columns | _numbered("y_true", y_true) | _numbered("y_score", y_score))


def _check_shapes(y_true, y_score):
    if y_true.ndim == 2 and y_true.shape[1] > 1 and y_score.ndim == 1:
        raise ValueError(
            f"`y_true` must have one column, as `y_score` has; got {y_true.shape[1]}. If they have "
            "a single 1 in each row (one-hot), keep that of the disease and call it `y_true`."
        )
    fits = y_true.ndim in (1, 2) and y_score.ndim in (1, 2) and len(y_true) == len(y_score) > 0
    fits = fits and (y_true.ndim == 1 or y_true.shape == y_score.shape)
    fits = fits and (y_score.ndim == 1 or y_score.shape[1] > 1)
    if not fits:
        raise ValueError(
            "`y_true` and `y_score` must have shapes (cases,) and (cases,), (cases,) and "
            "(cases, classes), or both (cases, labels), with at least one case and two columns; "
            f"got {y_true.shape} and {y_score.shape}."
        )
    if not np.isfinite(y_score).all():
        missing = np.flatnonzero(~np.isfinite(y_score.reshape(len(y_score), -1)).all(axis=1))
        raise ValueError(
            f"`y_score` must be finite; it is not for {missing.size} cases, first at position "
            f"{missing[0]}. Find out where the network's output became nan."
        )


def _check_labels(y_true, y_score, given, lines):
    several_classes = y_true.ndim == 1 and y_score.ndim == 2
    highest = y_score.shape[1] - 1 if several_classes else 1
    wrong = np.argwhere(~np.isin(y_true, np.arange(highest + 1)))
    if not wrong.size:
        return
    case, *column = wrong[0].tolist()
    found = repr(y_true[(case, *column)].item())
    if lines is not None:
        text = given["_".join(["y_true", *map(str, column)])][case]
        found = f"{text!r} in line {lines[case]}"
    advice = (
        f"There are {highest + 1} columns of scores, one a class, and classes count from 0."
        if several_classes
        else "1 is disease, 0 is not. Several classes need one column of scores each."
    )
    raise ValueError(f"`y_true` must hold whole numbers from 0 to {highest}; got {found}. {advice}")


def _check_names(name, values, number):
    values = np.asarray(values, dtype=object)
    if values.shape != (number,):
        raise ValueError(f"`{name}` must have one entry for each of the {number} cases.")
    return name_texts(values.tolist())


def _check_cases_and_splits(given, columns, lines):
    """Check that splits are known, and that a case has a name of its own in its split."""

    def first(name, text):
        """Say what was written where a column first has this text, and where that is."""
        place = columns[name].index(text)
        written = np.asarray(given[name], dtype=object).tolist()[place]
        where = f"at position {place}" if lines is None else f"in line {lines[place]}"
        return f"{written!r} {where}"

    cases = columns["case"]
    splits = columns.get("split", ["test"] * len(cases))
    for split in dict.fromkeys(splits):
        if split not in SPLITS:
            raise ValueError(
                f"`split` must be one of {quoted(SPLITS)}; got {first('split', split)}."
                f"{suggest(split, SPLITS)}"
            )
    if "test" not in splits:
        raise ValueError("`split` must be 'test' for some case: there is nothing to evaluate.")
    if "" in cases:
        raise ValueError(f"`case` must name each case; got {first('case', '')}.")
    if ALL in columns["group"]:
        raise ValueError(
            f"`group` must not be called {ALL!r}, as all cases together are; got "
            f"{first('group', ALL)}. Rename it, or leave the column out if it is the only group."
        )
    (_, name), times = Counter(zip(splits, cases, strict=True)).most_common(1)[0]
    if times > 1:
        raise ValueError(
            f"`case` must name each case differently; {name!r} comes {times} times in one split. "
            "Leave it out to count the cases; what names their patient is `patient`."
        )


def _numbered(name, values):
    if values.ndim == 1:
        return {name: values}
    return {f"{name}_{number}": column for number, column in enumerate(values.T)}


def read_predictions(path):
    """Read a table of predictions, and check it as when it was made.

    Parameters
    ----------
    path : path-like
        A CSV file that a run wrote, such as `04_keras_walkthrough.predictions.csv`, or one made
        elsewhere. Its first line names the columns, in any order. It needs `y_true` and `y_score`
        only (or `y_score_0`, `y_score_1`, ...); what `predictions_table` calls optional is optional
        here, too.

    Returns
    -------
    pandas.DataFrame
        As `predictions_table` returns it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no such table; the message names the file, and the line where it can.

    Notes
    -----
    The file is text in UTF-8, with or without the mark (BOM) that Excel puts first; commas stand
    between columns, and a point is the decimal mark. Semicolons are refused rather than guessed at:
    where Excel writes them, `1.234` can mean 1234. An empty score is refused like nan, never
    replaced. A column with a name that is not known is refused, because it may be a known one
    misspelt, and a split or a patient that is overlooked makes results look better than they are.

    Introduced in notebook 04, *Results of this run*.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        others = [file.name for file in path.parent.glob("*.csv") if file.is_file()]
        raise FileNotFoundError(
            f"{path} must be a file with predictions; there is none.{suggest(path.name, others)}"
        )
    try:
        names, rows = _read_rows(path)
        lines, values = zip(*rows, strict=True)
        columns = dict(zip(names, zip(*values, strict=True), strict=True))
        y_true, y_score = (_gathered(columns, name, lines) for name in ("y_true", "y_score"))
        return _tabulate(y_true, y_score, columns, lines)
    except ValueError as error:
        raise ValueError(f"{path} must be a table of predictions: {error}") from error


def _read_rows(path):
    """Return the names of the columns, and each row below with the number of its line."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            rows = [(reader.line_num, row) for row in reader if row]
        except UnicodeDecodeError as error:
            raise ValueError(
                "it must be text in UTF-8, and is not. In Excel, save it as 'CSV UTF-8'."
            ) from error
        except csv.Error as error:
            raise ValueError(f"line {reader.line_num} cannot be read as CSV: {error}.") from error
    if len(rows) < 2:
        raise ValueError(
            "it must have a first line with the names of the columns, then at least one case; "
            f"got {'nothing' if not rows else 'no case'}."
        )
    (_, names), *rows = rows
    _check_columns(names)
    for line, row in rows:
        if len(row) != len(names):
            raise ValueError(
                f"line {line} must have {len(names)} values, one a column; got {len(row)}."
                + (f" {DECIMAL_COMMA}" if len(row) > len(names) else "")
            )
    return names, rows


def _check_columns(names):
    for mark, called in ((";", "semicolons"), ("\t", "tabs")):
        if mark in "".join(names):
            raise ValueError(
                "it must have commas between its columns, and points as decimal marks; got "
                f"{called}, as Excel writes in many countries. Convert it in Python: "
                f"`pandas.read_csv('this.csv', sep={mark!r}, decimal=',')"
                ".to_csv('new.csv', index=False)`."
            )
    if "" in names:
        raise ValueError(
            "each column must have a name. The numbers of the rows are no column: write the table "
            "by `to_csv(file, index=False)`."
        )
    allowed = [*NAMES, *OPTIONAL, "y_true", "y_score"]
    missing = [name for name in allowed if name not in names]
    for name in names:
        if name not in allowed and not _NUMBERED.fullmatch(name):
            raise ValueError(
                "it needs `y_true` and `y_score` (or `y_score_0`, `y_score_1` and so on) in its "
                f"first line, and may have {quoted([*NAMES, *OPTIONAL])}; "
                f"got {name!r}.{suggest(name, missing)} Rename or remove the column."
            )
        if names.count(name) > 1:
            raise ValueError(f"each column must come once; {name!r} came several times.")


def _gathered(columns, name, lines):
    """Read one column of numbers, or the numbered ones side by side, in the order of numbers."""
    matches = [found for found in map(_NUMBERED.fullmatch, columns) if found and found[1] == name]
    found = sorted((match[0] for match in matches), key=lambda text: (len(text), text))
    if found == [f"{name}_0"]:
        raise ValueError(f"the only {name} has no number: call it {name}; got {name}_0.")
    if not found:
        raise ValueError(
            f"it needs `y_true` and `y_score`; there is no column {name}, nor {name}_0, {name}_1; "
            f"got {quoted(columns)}."
        )
    if found not in ([name], [f"{name}_{number}" for number in range(len(found))]):
        raise ValueError(
            f"there must be one column {name}, or {name}_0, {name}_1 and so on without a gap; "
            f"got {quoted(found)}."
        )
    values = [
        [
            _read_number(column, text, line)
            for text, line in zip(columns[column], lines, strict=True)
        ]
        for column in found
    ]
    return np.array(values[0] if found == [name] else np.transpose(values))


def _read_number(column, text, line):
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        advice = " Write 1 for disease, 0 for none." if column.startswith("y_true") else ""
        advice = f" {DECIMAL_COMMA}" if re.fullmatch(r"\s*-?\d+,\d+\s*", text) else advice
        raise ValueError(
            f"{column} must be a finite number in each line; got {text!r} in line {line}.{advice}"
        )
    return number
