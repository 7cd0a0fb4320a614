"""Several classes, or several labels: one row each, averages, and agreement of grades."""

import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score, precision_recall_fscore_support

from helpers.checks import check_choice
from helpers.evaluation.metrics import compute_auc, predict_labels

__all__ = ["class_table", "compute_kappa"]

AVERAGES = ["macro", "weighted"]
MEASURES = ["PPV", "sensitivity", "F1"]  # in the order of scikit-learn


def class_table(y_true, probabilities, *, class_names=None):
    """Evaluate each class against the rest, or each label, and their averages.

    Parameters
    ----------
    y_true : array_like of int, shape (n,), or (n, labels) of 0 and 1
        Number of the class of each case, from 0; or its labels.
    probabilities : array_like of shape (n, classes) or (n, labels)
        From 0 to 1. The likeliest class is called; a label from one half on.
    class_names : sequence of str, optional
        A different name for each column. By default "0", "1", ...

    Returns
    -------
    pandas.DataFrame
        One row a class or label, then "macro", the mean of the rows, and "weighted", their mean
        weighted by cases. Columns: cases (with the class; in the averages all cases),
        sensitivity, PPV, F1 and auc, one class against the rest.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels or probabilities out of their range, or names
        that do not fit.

    Notes
    -----
    F1 = 2 TP / (2 TP + FP + FN). By scikit-learn. What would be 0 / 0 is nan and left out of
    the averages: the sensitivity of a class without cases, the PPV of a class that is never called
    (its sensitivity and F1 are 0 and count). Classes that none or all of the cases have, and so no
    AUC, are named in a warning. The macro average gives a rare class the weight of a frequent one;
    the weighted sensitivity of classes is the accuracy. Report the rows: an average hides
    the class that fails.

    Examples
    --------
    >>> y_true = [0, 0, 0, 1, 1, 2]
    >>> probabilities = np.eye(3)[[0, 0, 1, 1, 1, 0]]  # certain, and twice wrong
    >>> print(class_table(y_true, probabilities).round(3).to_string(index_names=False))
              cases  sensitivity    PPV     F1    auc
    0             3        0.667  0.667  0.667  0.667
    1             2        1.000  0.667  0.800  0.875
    2             1        0.000    NaN  0.000  0.500
    macro         6        0.556  0.667  0.489  0.681
    weighted      6        0.667  0.667  0.600  0.708

    Introduced in notebook 05, *Several classes*.
    """
    y_true, probabilities = np.asarray(y_true), np.asarray(probabilities)
    if probabilities.ndim != 2:
        raise ValueError(
            "`probabilities` must have shape (n, classes) or (n, labels); got "
            f"{probabilities.shape}. For a single column see `compute_rates` and `delong_interval`."
        )
    multi_label = y_true.ndim == 2
    called = predict_labels(probabilities, multi_label=multi_label)
    columns = np.arange(probabilities.shape[1])
    names = _check_names(class_names, len(columns))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is the mean of what follows
        compute_auc(y_true, probabilities)  # refuses labels that do not fit
    truth = (y_true if multi_label else y_true[:, None] == columns).astype("int64")
    measured = precision_recall_fscore_support(
        y_true, called, labels=columns, average=None, zero_division=np.nan
    )
    table = pd.DataFrame(dict(zip(MEASURES, measured, strict=False)), index=names)
    aucs = [
        compute_auc(*pair) if np.ptp(pair[0]) else np.nan
        for pair in zip(truth.T, probabilities.T, strict=True)
    ]
    table = table[["sensitivity", "PPV", "F1"]].assign(auc=aucs)
    without = table.index[table["auc"].isna()]
    if len(without):
        told = ", ".join(map(str, without))
        warnings.warn(f"No AUC for {told}: all cases are of one kind.", stacklevel=2)
    return _with_averages(table, truth.sum(axis=0), len(truth))


def _with_averages(table, cases, num_cases):
    """Add rows of means over what is defined, and the counts."""
    weights = table.notna().mul(cases, axis=0).sum()
    averages = pd.DataFrame([table.mean(), table.mul(cases, axis=0).sum() / weights], AVERAGES)
    table = pd.concat([table, averages]).rename_axis("class")
    table.insert(0, "cases", [*cases, num_cases, num_cases])
    return table


def _check_names(class_names, number):
    names = [str(k) for k in range(number)] if class_names is None else list(class_names)
    if len(set(names) - set(AVERAGES)) != number or len(names) != number:
        raise ValueError(
            f"`class_names` must be {number} different names, and none of them 'macro' or "
            f"'weighted'; got {names}."
        )
    return names


def compute_kappa(y_true, y_pred, *, weights="quadratic"):
    """Compute Cohen's kappa: agreement of grades beyond what chance would give.

    Parameters
    ----------
    y_true, y_pred : array_like of int, shape (n,)
        Grades (or classes) of the same cases by two readers, from 0.
    weights : "quadratic", "linear" or None
        What a disagreement costs: its square, its size, or 1 however large it is.

    Returns
    -------
    float
        1 for equal grades, 0 for as much agreement as by chance, down to -1.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, or grades that are no integers from 0.

    Notes
    -----
    1 - (cost of the disagreements) / (their expected cost if one reader's grades were shuffled).
    Grades count by their value: 0 and 2 are two apart also where nobody gave a 1. If both
    readers give one and the same grade to all cases, chance agrees fully as well: 0 / 0, nan with a
    warning. Kappa depends on how frequent the grades are: compare it within one data set only. By
    scikit-learn.

    References
    ----------
    Cohen, Psychol. Bull. 70:213 (1968), doi 10.1037/h0026256.

    Examples
    --------
    >>> compute_kappa([0, 0, 1, 1, 2, 2], [0, 0, 1, 2, 2, 2])  # by hand: 1 - 6 * 1 / (6 * 7/6 + 2)
    0.8888888888888888

    Introduced in notebook 05, *Several classes*.
    """
    y_true, y_pred = _check_grades("y_true", y_true), _check_grades("y_pred", y_pred)
    check_choice("weights", weights, ["quadratic", "linear", None])
    if y_true.shape != y_pred.shape:
        raise ValueError(
            "`y_true` and `y_pred` must be equally long; "
            f"got {len(y_true)} and {len(y_pred)} cases."
        )
    if len(np.union1d(y_true, y_pred)) == 1:
        warnings.warn(
            f"All grades are {y_true[0]}: no kappa is defined, because chance agrees as well.",
            stacklevel=2,
        )
        return float("nan")
    grades = np.arange(max(y_true.max(), y_pred.max()) + 1)  # those in between count, too
    return float(cohen_kappa_score(y_true, y_pred, labels=grades, weights=weights))


def _check_grades(label, values):
    values = np.asarray(values)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"`{label}` must have shape (n,) and hold something; got shape {values.shape}."
        )
    if values.dtype.kind not in "iub" or values.min() < 0:
        raise ValueError(f"`{label}` must hold integers from 0; got {values[:5]}.")
    return values.astype("int64")
