"""One number for calibration and discrimination together: Brier score and log loss."""

import warnings

import numpy as np

from helpers.evaluation.inputs import check_class_probabilities_of, check_probabilities_of

__all__ = ["compute_brier_score", "compute_log_loss"]


def compute_brier_score(y_true, probabilities):
    """Compute the mean squared distance between the probability of disease and the label.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1.

    Returns
    -------
    float
        From 0 to 1, lower is better. At prevalence pi the constant answer pi has pi (1 - pi).

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, or probabilities out of their
        range (logits go through a sigmoid first).

    Notes
    -----
    A proper score: in expectation nothing beats the true posterior. It measures discrimination and
    calibration together, and depends on the prevalence. It is defined for one class only, too.

    References
    ----------
    Brier, Mon. Weather Rev. 78:1 (1950),
    doi 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    Examples
    --------
    >>> round(compute_brier_score([0, 1, 1], [0.1, 0.8, 0.5]), 6)
    0.1

    Introduced in notebook 05, *The true posterior*.
    """
    y_true, probabilities = check_probabilities_of(y_true, probabilities)
    return float(np.mean((probabilities - y_true) ** 2))


def compute_log_loss(y_true, probabilities):
    """Compute the mean of minus the log of the probability given to what was the case.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1, 1 is the disease; class numbers from 0 for several classes.
    probabilities : array_like of shape (n,) or (n, classes)
        Of the disease, from 0 to 1; or of each class, adding to 1 in each row.

    Returns
    -------
    float
        In nats, from 0 up, lower is better. Always answering one half costs ln 2 = .693.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels or probabilities out of their range (logits go
        through a sigmoid or a softmax first).

    Notes
    -----
    A proper score, and what cross-entropy training minimises. A probability of exactly 0 for what
    was the case costs infinity, with a warning: nothing is clipped here. It is defined for one
    class only, too.

    Examples
    --------
    >>> round(compute_log_loss([1, 0], [0.5, 0.5]), 3)
    0.693
    >>> round(compute_log_loss([2, 0], [[0.1, 0.4, 0.5], [0.5, 0.25, 0.25]]), 3)
    0.693

    Introduced in notebook 05, *The true posterior*.
    """
    y_true, probabilities = check_class_probabilities_of(y_true, probabilities)
    with np.errstate(divide="ignore"):  # log 0 is minus infinity, and said below
        if probabilities.ndim == 1:
            # log1p keeps the digits of a small probability that 1 - p would lose
            logs = np.where(y_true == 1, np.log(probabilities), np.log1p(-probabilities))
        else:
            logs = np.log(probabilities[np.arange(len(y_true)), y_true])
    impossible = int(np.isinf(logs).sum())
    if impossible:
        warnings.warn(
            f"`probabilities` are 0 for what was the case in {impossible} of {len(y_true)} cases: "
            "the log loss is infinite.",
            stacklevel=2,
        )
    return float(-logs.mean()) + 0.0  # no minus zero
