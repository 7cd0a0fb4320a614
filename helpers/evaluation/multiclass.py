"""Several classes, or several labels: one row each, averages, and agreement of grades."""

import warnings

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score, precision_recall_fscore_support

from helpers.checks import check_choice
from helpers.evaluation.metrics import check_labels_and_probabilities, compute_auc, predict_labels

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
    >>> class_table(y_true, probabilities).round(3)
              cases  sensitivity    PPV     F1    auc
    class                                            
    0             3        0.667  0.667  0.667  0.667
    1             2        1.000  0.667  0.800  0.875
    2             1        0.000    NaN  0.000  0.500
    macro         6        0.556  0.667  0.489  0.681
    weighted      6        0.667  0.667  0.600  0.708

    Introduced in notebook 05, *Several classes*.
    """
    y_true, probabilities = check_labels_and_probabilities(y_true, probabilities)
    multi_label = y_true.ndim == 2
    if probabilities.ndim != 2:
        raise ValueError(
            "`probabilities` must have shape (n, classes) or (n, labels); got "
            f"{probabilities.shape}. For two classes see `compute_rates` and `delong_interval`."
        )
    num_classes = probabilities.shape[1]
    names = _check_names(class_names, num_classes)
    called = predict_labels(probabilities, multi_label=multi_label)
    has_class = y_true == 1 if multi_label else y_true[:, None] == np.arange(num_classes)
    cases = has_class.sum(axis=0)
    _warn_without_auc([n for n, c in zip(names, cases, strict=True) if c in (0, len(y_true))])
    aucs = [
        compute_auc(truth.astype("int64"), column) if 0 < truth.sum() < len(truth) else np.nan
        for truth, column in zip(has_class.T, probabilities.T, strict=True)
    ]
    options = dict(labels=np.arange(num_classes), zero_division=np.nan)
    rows = {}
    for average in (None, *AVERAGES):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of nan, which is documented
            *found, _ = precision_recall_fscore_support(y_true, called, average=average, **options)
        rows[average] = dict(zip(MEASURES, found, strict=True))
    return None
