"""Repair probabilities after training: temperature, and another prevalence."""

import warnings

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit, softmax

from helpers.checks import check_number
from helpers.evaluation.inputs import check_class_probabilities, check_class_probabilities_of

__all__ = ["apply_temperature", "fit_temperature", "shift_prevalence"]

SMALLEST_PROBABILITY = 1e-12  # what is below, such as 0, has no log odds of use: it counts as this
MOST_CLIPPED = 0.01  # share of cases; beyond it the clipping is no detail any more
HOTTEST = 100.0  # highest temperature that is looked for; the lowest is 1 over it


def fit_temperature(y_true, probabilities):
    """Find the temperature that makes probabilities fit the labels best.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        Of validation cases, never of the test set. 0 or 1, 1 is the disease; class numbers from 0
        for several classes.
    probabilities : array_like of shape (n,) or (n, classes)
        Of the disease, from 0 to 1; or of each class, adding to 1 in each row.

    Returns
    -------
    float
        From 1/100 to 100, for `apply_temperature`. Above 1: the model was too bold.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels or probabilities out of their range (logits go
        through a sigmoid or a softmax first).

    Notes
    -----
    Least log loss of sigmoid(z / T) or softmax(z / T), z = logit(p) or log(p). Every probability
    below 1e-12 counts as 1e-12 (and one above 1 - 1e-12 of the disease as 1 - 1e-12): 0 and 1 have
    no logit. If that concerns more than 1 % of the cases (of classes: the one that was the case), a
    warning names their number, because the temperature is then partly that of the clipping. The
    loss is convex in 1 / T, and its slope there is the mean of what z is expected to be under the
    scaled probabilities minus z of what was the case: the zero of the slope is found by SciPy.

    If every case is on its right side already, colder is always better: 1/100, with a warning. If
    the probabilities are worse than none, hotter is always better: 100, with a warning. If all are
    equal to one half (or 1 / classes), no temperature matters: 1, with a warning. With one class
    only there is nothing to learn: nan, with a warning.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger, Proc. ICML (2017), arXiv 1706.04599.

    Examples
    --------
    Three of four cases called with .9 are diseased: .75 would be right, ln 9 / ln 3 = 2 too bold.

    >>> round(fit_temperature([1, 1, 1, 0], [0.9, 0.9, 0.9, 0.9]), 6)
    2.0

    Introduced in notebook 05, *Temperature*.
    """
    y_true, probabilities = check_class_probabilities_of(y_true, probabilities)
    if np.ptp(y_true) == 0:
        warnings.warn("Cases of one class only have no temperature: nan.", stacklevel=2)
        return float("nan")
    _warn_of_clipping(y_true, probabilities)
    margins = _log_margins(y_true, probabilities)
    if not margins.any():
        warnings.warn("All probabilities are equal: no temperature changes them.", stacklevel=2)
        return 1.0

    def slope(beta):  # of the log loss over beta = 1 / temperature; it only ever rises
        return np.mean(np.sum(softmax(beta * margins, axis=1) * margins, axis=1))

    if slope(1 / HOTTEST) < 0 < slope(HOTTEST):
        return 1 / brentq(slope, 1 / HOTTEST, HOTTEST, xtol=1e-15, rtol=1e-14)
    bound = 1 / HOTTEST if slope(HOTTEST) <= 0 else HOTTEST
    warnings.warn(
        f"The log loss has no minimum at temperatures from {1 / HOTTEST:g} to {HOTTEST:g}; the "
        f"bound {bound:g} is the best of them.",
        stacklevel=2,
    )
    return bound


def _warn_of_clipping(y_true, probabilities):
    if probabilities.ndim == 1:
        clipped = np.minimum(probabilities, 1 - probabilities) < SMALLEST_PROBABILITY
    else:  # of the many other classes of a case most are near 0, and weigh next to nothing
        clipped = probabilities[np.arange(len(y_true)), y_true] < SMALLEST_PROBABILITY
    if clipped.mean() > MOST_CLIPPED:
        warnings.warn(
            f"{clipped.sum()} of {len(clipped)} cases have a probability nearer to 0 or 1 than "
            f"{SMALLEST_PROBABILITY:g}, which counts as that: the temperature depends on it. "
            "Compute the probabilities from the logits in float64.",
            stacklevel=3,
        )


def _log_margins(y_true, probabilities):
    """Return log(p_k / p_y) of each class k over the true class y, shape (n, classes)."""
    if probabilities.ndim == 1:
        log_odds = compute_log_odds(probabilities)
        logits = np.column_stack([np.zeros_like(log_odds), log_odds])
    else:
        logits = np.log(np.maximum(probabilities, SMALLEST_PROBABILITY))
    return logits - np.take_along_axis(logits, y_true[:, None], axis=1)


def apply_temperature(probabilities, temperature):
    """Divide the logits by a temperature: above 1 makes probabilities less extreme.

    Parameters
    ----------
    probabilities : array_like of shape (n,) or (n, classes)
        Of the disease, from 0 to 1; or of each class, adding to 1 in each row.
    temperature : float
        Above 0; 1 changes nothing.

    Returns
    -------
    numpy.ndarray of float64, of the same shape
        sigmoid(logit(p) / T), or p^(1/T) divided by its sum over the classes.

    Raises
    ------
    TypeError, ValueError
        For no cases, probabilities out of their range (logits go through a sigmoid or a softmax
        first), or a temperature that is not above 0.

    Notes
    -----
    The order of the cases stays, and so does the AUC of a binary task; so does the likeliest class
    of each case. A probability of 0 or 1 stays what it is at every temperature.

    References
    ----------
    Guo, Pleiss, Sun, Weinberger, Proc. ICML (2017), arXiv 1706.04599.

    Examples
    --------
    >>> apply_temperature([0.9, 0.5, 0.1], 2.0).round(6)
    array([0.75, 0.5 , 0.25])

    Introduced in notebook 05, *Temperature*.
    """
    probabilities = check_class_probabilities(probabilities)
    temperature = check_number("temperature", temperature, above=0)
    if probabilities.ndim == 1:
        return expit(logit(probabilities) / temperature)
    # over the largest of the row, which no power can bring to 0
    powers = (probabilities / probabilities.max(axis=1, keepdims=True)) ** (1 / temperature)
    return powers / powers.sum(axis=1, keepdims=True)


def shift_prevalence(probabilities, *, old, new):
    """Correct probabilities of disease for a place where the disease is rarer or more frequent.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Of the disease, from 0 to 1, right at the old prevalence.
    old : float
        Prevalence that the probabilities hold for, such as that of the training set (after any
        weighting of the classes), above 0 and below 1.
    new : float
        Prevalence that they are wanted for, above 0 and below 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        Odds times [new / (1 - new)] / [old / (1 - old)], as probabilities.

    Raises
    ------
    TypeError, ValueError
        For no cases, probabilities out of their range (logits go through a sigmoid first), or a
        prevalence that is not above 0 and below 1: there nothing is left to be found out.

    Notes
    -----
    Bayes' rule with another prior. It is exact if the images within each class are the same kind at
    both places, and only the mix differs. The order of the cases and so the AUC stay. A probability
    of 0 or 1 stays what it is.

    References
    ----------
    Saerens, Latinne, Decaestecker, Neural Comput. 14:21 (2002), doi 10.1162/089976602753284446.

    Examples
    --------
    Sure to one half in a balanced test set, where one in twenty is ill: still only one in twenty.

    >>> shift_prevalence([0.5, 0.95], old=0.5, new=0.05).round(6)
    array([0.05, 0.5 ])

    Introduced in notebook 05, *Class weighting and prior shift*.
    """
    probabilities = check_class_probabilities(probabilities)
    if probabilities.ndim != 1:
        raise ValueError(
            "`probabilities` must have shape (n,), those of the disease; "
            f"got {probabilities.shape}."
        )
    old = check_number("old", old, above=0, below=1)
    new = check_number("new", new, above=0, below=1)
    return expit(logit(probabilities) + (logit(new) - logit(old)))


def compute_log_odds(probabilities):
    """Return log(p / (1 - p)), every p clipped to [1e-12, 1 - 1e-12]."""
    return logit(np.clip(probabilities, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY))
