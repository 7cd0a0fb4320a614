"""The test predictions of a run, one row a case: a table that other programs can read."""

from pathlib import Path

import numpy as np
import pandas as pd

NAMES = ["case", "patient", "group"]


def predictions_table(y_true, y_score, *, case=None, patient=None, group=None):
    """Put labels and scores of the test cases into one table.

    Parameters
    ----------
    y_true : array_like of int, shape (cases,), or (cases, labels) with several labels a case
        Binary and multi-label: 1 is disease. Several classes: the number of the class, from 0.
    y_score : array_like of float, shape (cases,), (cases, classes) or (cases, labels)
        Binary: one score a case, higher means more likely diseased. A score need not be a
        probability, but it is a number: nan is refused.
    case : array_like of shape (cases,), optional
        A different name for each case. Default: its position, from 0.
    patient, group : array_like of shape (cases,), optional
        Whose case it is, and to which group (such as a hospital) it belongs. Default: empty.

    Returns
    -------
    pandas.DataFrame
        Columns `case`, `patient`, `group` (texts), then `y_true` and `y_score`. With several
        classes one column each, `y_score_0`, `y_score_1`, ...; with several labels also `y_true_0`.

    Raises
    ------
    ValueError
        If shapes, labels or scores are not as described.

    Examples
    --------
    >>> predictions_table([0, 1], [0.25, 0.75], patient=["a", "b"])
      case patient group  y_true  y_score
    0    0       a             0     0.25
    1    1       b             1     0.75

    Introduced in notebook 04, *Results of this run*.
    """
    y_true, y_score = np.asarray(y_true), np.asarray(y_score, dtype=np.float64)
    _check_shapes(y_true, y_score)
    y_true = _check_labels(y_true, y_score)
    case = np.arange(len(y_true)) if case is None else case
    columns = {
        name: _check_names(name, values, len(y_true))
        for name, values in zip(NAMES, (case, patient, group), strict=True)
    }
    if len(set(columns["case"])) < len(y_true):
        raise ValueError("`case` must name each case differently; some names come twice.")
    return pd.DataFrame(columns | _numbered("y_true", y_true) | _numbered("y_score", y_score))


def _check_shapes(y_true, y_score):
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


def _check_labels(y_true, y_score):
    several_classes = y_true.ndim == 1 and y_score.ndim == 2
    highest = y_score.shape[1] - 1 if several_classes else 1
    wrong = ~np.isin(y_true, np.arange(highest + 1))
    if wrong.any():
        raise ValueError(
            f"`y_true` must hold whole numbers from 0 to {highest}; got {y_true[wrong][0]!r}."
        )
    return y_true.astype(np.int64)


def _check_names(name, values, number):
    values = [""] * number if values is None else np.asarray(values).tolist()
    if not isinstance(values, list) or len(values) != number:
        raise ValueError(f"`{name}` must have one entry for each of the {number} cases.")
    return [str(value) for value in values]


def _numbered(name, values):
    if values.ndim == 1:
        return {name: values}
    return {f"{name}_{number}": column for number, column in enumerate(values.T)}


def read_predictions(path):
    """Read a table of test predictions, and check it as when it was made.

    Parameters
    ----------
    path : path-like
        A CSV file that a run wrote, such as `04_keras_walkthrough.predictions.csv`.

    Returns
    -------
    pandas.DataFrame
        As `predictions_table` returns it.

    Raises
    ------
    ValueError
        If the file is no such table; the message names the file.

    Introduced in notebook 04, *Results of this run*.
    """
    try:
        # as texts: a patient may be called "NA", and Python reads back each float exactly
        frame = pd.read_csv(Path(path), dtype=str, keep_default_na=False)
        table = predictions_table(
            _gathered(frame, "y_true"),
            _gathered(frame, "y_score"),
            **{name: frame[name] for name in NAMES},
        )
    except KeyError as error:
        raise ValueError(f"{path} must have the column {error}.") from error
    except ValueError as error:
        raise ValueError(f"{path} must be a table of predictions: {error}") from error
    if list(table) != list(frame):
        raise ValueError(
            f"{path} must have the columns {', '.join(table)}; got {', '.join(frame)}."
        )
    return table


def _gathered(frame, name):
    """Take one column, or the numbered ones side by side."""
    if name in frame:
        return frame[name].to_numpy(dtype=np.float64)
    numbered = [column for column in frame if column.startswith(f"{name}_")]
    if not numbered:
        raise ValueError(f"there is no column {name} or {name}_0")
    return frame[numbered].to_numpy(dtype=np.float64)
