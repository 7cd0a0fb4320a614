"""Accuracy with its interval and the exact area under the ROC curve, for every task."""

import warnings

import numpy as np
from scipy.stats import norm

from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import check_probabilities, check_real_numbers, warn_one_class
from helpers.evaluation.intervals import wilson_interval
from helpers.observers.images import check_class_numbers

__all__ = [
    "compute_accuracy",
    "compute_auc",
    "name_labels",
    "predict_labels",
    "rank_errors",
]


def predict_labels(probabilities, *, multi_label=False):
    """Answer with the likeliest class, or with yes where a probability is one half or more.

    Parameters
    ----------
    probabilities : array_like of shape (n,) or (n, classes), finite, from 0 to 1
        (n,) is a binary task; columns are classes, or labels with `multi_label`.
    multi_label : bool
        Whether each column is a yes-or-no question of its own.

    Returns
    -------
    numpy.ndarray of int64, shape (n,), or (n, labels) with `multi_label`

    Examples
    --------
    >>> predict_labels([0.2, 0.5, 0.9])
    array([0, 1, 1])
    >>> predict_labels([[0.2, 0.5, 0.3]])
    array([1])

    Introduced in notebook 04, *Choose once, test once*.
    """
    probabilities = _check_probabilities(probabilities, multi_label=multi_label)
    if probabilities.ndim == 1 or multi_label:
        return (probabilities >= 0.5).astype("int64")
    return probabilities.argmax(axis=1).astype("int64")


def name_labels(label, class_names):
    """Name the class, or the labels, of one case.

    Parameters
    ----------
    label : int, or array_like of shape (labels,) of 0 and 1
    class_names : sequence of str

    Returns
    -------
    str
        The class's name; several labels with commas between, "none" without any.

    Examples
    --------
    >>> name_labels(1, ["normal", "pneumonia"])
    'pneumonia'
    >>> name_labels([1, 0, 1], ["nodule", "mass", "edema"])
    'nodule, edema'

    Introduced in notebook 04, *The data*.
    """
    if np.ndim(label) == 0:
        return class_names[int(label)]
    return ", ".join(class_names[k] for k in np.flatnonzero(label)) or "none"


def compute_accuracy(y_true, probabilities):
    """Compute the share of right answers, with a 95 % interval.

    Parameters
    ----------
    y_true : array_like of int, shape (n,), or (n, labels) of 0 and 1
    probabilities : array_like of shape (n,), (n, classes) or (n, labels)

    Returns
    -------
    Estimate
        Value and interval: Wilson's where an image has one answer. With several labels the
        answers about one image depend on one another, so the interval is the normal one of the
        per-image shares, cut to [0, 1]: for few images and an accuracy near 1 it is too narrow, as
        the benchmark `coverage` shows. Where the shares have no spread (a single image, or all of
        them answered equally well) it is nan, with a warning.

    Raises
    ------
    ValueError
        For empty, unequal, non-finite or out-of-range input.

    Examples
    --------
    >>> print(compute_accuracy([1, 0, 1, 0], [0.9, 0.2, 0.4, 0.1]))
    0.750 (0.301 to 0.954)

    Introduced in notebook 04, *A ladder of four networks*.
    """
    y_true, probabilities = _check_pair(y_true, probabilities)
    right = predict_labels(probabilities, multi_label=y_true.ndim == 2) == y_true
    if y_true.ndim == 1:
        low, high = wilson_interval(int(right.sum()), len(right))
        return Estimate(float(right.mean()), low, high)
    shares = right.mean(axis=1)
    if np.ptp(shares) == 0:
        warnings.warn(
            "The accuracy has no interval: the shares of right answers of the images show no "
            "spread. Use more images.",
            stacklevel=2,
        )
        return Estimate(float(shares[0]), float("nan"), float("nan"))
    half = norm.ppf(0.975) * shares.std(ddof=1) / np.sqrt(len(shares))
    value = shares.mean()
    return Estimate(float(value), float(max(0.0, value - half)), float(min(1.0, value + half)))


def compute_auc(y_true, scores):
    """Compute the exact area under the ROC curve; over classes or labels its unweighted mean.

    Parameters
    ----------
    y_true : array_like of int, shape (n,), or (n, labels) of 0 and 1
    scores : array_like of shape (n,), (n, classes) or (n, labels)
        Finite, higher for the class; probabilities, logits or log likelihood ratios.

    Returns
    -------
    float
        From 0 to 1; one half is chance. Each class is taken against all the others, as in
        MedMNIST. Classes (labels) that are all present or all absent have no curve: they are left
        out with a warning, and nan is returned when none is left.

    Raises
    ------
    TypeError, ValueError
        For empty, unequal or non-finite input, or labels out of their range.

    Notes
    -----
    It is the share of pairs, one case with the disease and one without, in which the diseased case
    has the higher score. Ties count one half: if all scores are tied, the area is .5. It depends on
    the order of the scores alone, and not on the prevalence. `keras.metrics.AUC` sums over 200
    fixed thresholds instead, and is far off when all probabilities are small or all are large.

    References
    ----------
    Hanley and McNeil, Radiology 143:29 (1982), doi 10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> compute_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75

    Introduced in notebook 04, *Choose once, test once*.
    """
    y_true = np.asarray(y_true)
    scores = _check_columns("scores", scores, multi_label=y_true.ndim == 2)
    _check_fit("scores", y_true, scores)
    if scores.ndim == 1:
        warn_one_class(y_true, "ROC curve", stacklevel=3)
        return _share_of_pairs_in_order(y_true == 1, scores)
    truths = y_true.T == 1 if y_true.ndim == 2 else [y_true == k for k in range(scores.shape[1])]
    areas = [_share_of_pairs_in_order(*column) for column in zip(truths, scores.T, strict=True)]
    left = [area for area in areas if not np.isnan(area)]
    if len(left) < len(areas):
        warnings.warn(
            f"{len(areas) - len(left)} of {len(areas)} classes have cases of one kind only "
            "and no ROC curve; they are left out of the AUC.",
            stacklevel=2,
        )
    return float(np.mean(left)) if left else float("nan")


def _share_of_pairs_in_order(is_positive, scores):
    """Return the AUC of one score by ranks; nan without pairs."""
    positive, negative = np.sort(scores[is_positive]), np.sort(scores[~is_positive])
    num_pairs = len(positive) * len(negative)
    if num_pairs == 0:
        return float("nan")
    below = np.searchsorted(negative, positive, side="left").sum()
    below_or_tied = np.searchsorted(negative, positive, side="right").sum()
    return float((below + below_or_tied) / (2 * num_pairs))


def _check_columns(label, values, *, multi_label):
    values = np.asarray(values)
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(
            f"`{label}` must have shape (n,) or (n, classes) and hold something; "
            f"got shape {values.shape}."
        )
    if values.ndim == 2 and values.shape[1] == 1 and not multi_label:
        raise ValueError(
            f"`{label}` of a binary task must have shape (n,), the positive class's; "
            f"got {values.shape}. Take the column: `{label}[:, 0]`."
        )
    return check_real_numbers(label, values)


def _check_probabilities(probabilities, *, multi_label):
    return check_probabilities(
        _check_columns("probabilities", probabilities, multi_label=multi_label)
    )


def _check_fit(label, y_true, values):
    one_each = y_true.shape == values.shape[:1]
    if not (one_each or (y_true.ndim == 2 and y_true.shape == values.shape)):
        raise ValueError(
            f"`y_true` must have one label a case, or the shape of `{label}`; "
            f"got {y_true.shape} and {values.shape}."
        )
    highest = 1 if y_true.ndim == 2 or values.ndim == 1 else values.shape[1] - 1
    check_class_numbers("y_true", y_true, highest)


def _check_pair(y_true, probabilities):
    y_true = np.asarray(y_true)
    probabilities = _check_probabilities(probabilities, multi_label=y_true.ndim == 2)
    _check_fit("probabilities", y_true, probabilities)
    return y_true, probabilities


def rank_errors(y_true, probabilities):
    """List the wrongly answered cases, the most confident first.

    Parameters
    ----------
    y_true : array_like of int, shape (n,), or (n, labels) of 0 and 1
    probabilities : array_like of shape (n,), (n, classes) or (n, labels)

    Returns
    -------
    numpy.ndarray of int64, shape (wrong cases,)
        Positions in `y_true`. A case's confidence is the probability that it gave to its wrong
        answer (with several labels, to the most confident of them).

    Examples
    --------
    >>> rank_errors([1, 0, 1, 0], [0.4, 0.2, 0.1, 0.7])
    array([2, 3, 0])

    Introduced in notebook 04, *Errors*.
    """
    y_true, probabilities = _check_pair(y_true, probabilities)
    wrong = predict_labels(probabilities, multi_label=y_true.ndim == 2) != y_true
    if probabilities.ndim == 2 and y_true.ndim == 1:
        confidence = probabilities.max(axis=1)
    else:  # of each yes or no
        confidence = np.maximum(probabilities, 1 - probabilities)
    if y_true.ndim == 2:
        wrong, confidence = wrong.any(axis=1), np.where(wrong, confidence, 0).max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    return order[wrong[order]].astype("int64")
