"""The AUC of a test set and how far it may vary: DeLong's covariance, intervals, planning."""

import warnings

import numpy as np
from scipy.special import expit, logit, ndtri, owens_t
from scipy.stats import rankdata

from helpers.checks import check_choice, check_integer, check_number
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import (
    check_cases,
    check_score_rows,
    has_both_classes,
    warn_one_class,
)
from helpers.observers import detectability_from_auc

__all__ = ["auc_standard_error", "delong_covariance", "delong_interval", "separation_bound"]


def delong_covariance(y_true, scores):
    """Compute the AUCs of several scores on the same cases, and how they vary together.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (k, n), or (n,) for one score
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.

    Returns
    -------
    aucs : numpy.ndarray of float64, shape (k,)
        Exact; ties count one half.
    covariance : numpy.ndarray of float64, shape (k, k)
        Element [i, j] estimates the covariance of AUCs i and j over other test sets of this size.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels other than 0 and 1, or nan.

    Notes
    -----
    The placement of a positive case is the share of negative cases below it (ties one half), that
    of a negative case the share of positive cases above it. An AUC is the mean placement; the
    covariance is that of the placements of positive cases over their number, plus the same for
    negative cases. Ranks give all placements in O(n log n). Cases must be independent: for several
    images of a patient see `bootstrap_by_patient`.

    With one class only there is no ROC curve: both results are nan, with a warning. With a single
    case of a class the covariance is nan, with a warning. An AUC of exactly 0 or 1 has variance 0,
    which no one should believe; one half from all scores tied has variance 0, too.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson, Biometrics 44:837 (1988), doi 10.2307/2531595; Sun and Xu, IEEE
    Signal Processing Letters 21:1389 (2014), doi 10.1109/LSP.2014.2337313.

    Examples
    --------
    >>> aucs, covariance = delong_covariance([0, 0, 1, 1], [[1, 3, 2, 4], [1, 2, 3, 4]])
    >>> aucs
    array([0.75, 1.  ])
    >>> covariance
    array([[0.125, 0.   ],
           [0.   , 0.   ]])

    Introduced in notebook 05, *Intervals of an area*.
    """
    y_true, scores = check_score_rows(y_true, scores)
    undefined = np.full((len(scores), len(scores)), np.nan)
    if not has_both_classes(y_true):
        warn_one_class(y_true, "AUC", stacklevel=3)
        return undefined[0], undefined
    below, above = count_placements(y_true, scores)
    num_positive, num_negative = below.shape[1], above.shape[1]
    aucs = below.sum(axis=1) / (num_positive * num_negative)
    if min(num_positive, num_negative) == 1:
        warnings.warn("A single case of a class shows no spread of the AUC.", stacklevel=2)
        return aucs, undefined
    return aucs, covariance_of_aucs(below, above)


def count_placements(y_true, scores):
    """Count the negatives below each positive and the positives above each negative.

    Shapes (k, positives) and (k, negatives). Ties count one half, so all are exact.
    """
    positive, negative = scores[:, y_true == 1], scores[:, y_true == 0]
    num_positive = positive.shape[1]
    ranks = rankdata(np.concatenate([positive, negative], axis=1), axis=1)
    # a rank counts all cases below; less the rank within its class, those of the other class
    below = ranks[:, :num_positive] - rankdata(positive, axis=1)
    return below, num_positive - (ranks[:, num_positive:] - rankdata(negative, axis=1))


def covariance_of_aucs(below, above):
    """Return DeLong's covariance, shape (k, k), from the counted placements of both classes."""
    num_positive, num_negative = below.shape[1], above.shape[1]
    by_positives = np.cov(below) / num_negative**2 / num_positive
    by_negatives = np.cov(above) / num_positive**2 / num_negative
    return np.atleast_2d(by_positives + by_negatives)


def delong_interval(y_true, scores, *, confidence=0.95, method="logit"):
    """Compute the AUC and DeLong's interval.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.
    confidence : float
        Above 0, below 1.
    method : "logit" or "plain"
        Whether the normal interval is that of log(AUC / (1 - AUC)), turned back, or of the AUC
        itself, cut to [0, 1].

    Returns
    -------
    Estimate
        The AUC, exact (ties count one half), and its limits.

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, nan or infinity, or options that
        are not allowed.

    Notes
    -----
    The standard error is DeLong's, over other test cases of the same numbers; it knows neither
    other training images nor other seeds, and takes the cases as independent (for several images
    of a patient see `bootstrap_by_patient`). Near an AUC of 1 the normal interval is too narrow
    and its upper end beyond 1; that of the logit keeps to (0, 1) and covers better. With few cases
    of one class neither keeps its promise, however many there are of the other.

    At an AUC of exactly 0 or 1 DeLong's interval has no width. The bound of `separation_bound`
    stands for it, with a warning: it is one-sided. Without spread the limits are nan, with a
    warning: all scores tied (AUC one half), or a single case of a class. With one class only all
    three are nan, with a warning.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson, Biometrics 44:837 (1988), doi 10.2307/2531595; for the logit
    Pepe, The Statistical Evaluation of Medical Tests for Classification and Prediction, Oxford
    University Press (2003), section 5.2.

    Examples
    --------
    >>> print(delong_interval([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]))
    0.889 (0.261 to 0.995)
    >>> print(delong_interval([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6], method="plain"))
    0.889 (0.581 to 1.000)

    Introduced in notebook 05, *Intervals of an area*.
    """
    y_true, scores = check_cases(y_true, scores)
    check_number("confidence", confidence, above=0, below=1)
    check_choice("method", method, ["logit", "plain"])
    if not has_both_classes(y_true):
        warn_one_class(y_true, "AUC", stacklevel=3)
        return Estimate(np.nan, np.nan, np.nan)
    below, above = count_placements(y_true, scores[None])
    auc = float(below.sum() / (below.size * above.size))
    if auc in (0, 1):
        return _bound_after_separation(auc, below.size, above.size, confidence)
    if min(below.size, above.size) == 1 or np.ptp(scores) == 0:
        reason = "all scores are tied" if np.ptp(scores) == 0 else "a class has a single case"
        warnings.warn(f"The AUC has no interval: {reason}.", stacklevel=2)
        return Estimate(auc, np.nan, np.nan)
    half = ndtri((1 + confidence) / 2) * np.sqrt(covariance_of_aucs(below, above)[0, 0])
    if method == "plain":
        return Estimate(auc, max(0.0, float(auc - half)), min(1.0, float(auc + half)))
    half = half / (auc * (1 - auc))  # the slope of the logit
    return Estimate(auc, float(expit(logit(auc) - half)), float(expit(logit(auc) + half)))


def _bound_after_separation(auc, num_positive, num_negative, confidence):
    bound = separation_bound(num_positive, num_negative, confidence=confidence)
    warnings.warn(
        f"The scores separate the {num_positive} positive from the {num_negative} negative cases "
        "completely: the interval is a one-sided bound.",
        stacklevel=3,
    )
    return Estimate(auc, bound, 1.0) if auc == 1 else Estimate(auc, 0.0, 1 - bound)


def separation_bound(num_positive, num_negative, *, confidence=0.95):
    """Compute how low the AUC may still be after every positive case scored above every negative.

    Parameters
    ----------
    num_positive, num_negative : int
        Independent test cases with and without the disease, at least 1.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    float
        One-sided lower bound of the AUC, above 0 and below 1.

    Raises
    ------
    TypeError, ValueError
        For counts or a confidence out of their range.

    Notes
    -----
    With m = min(num_positive, num_negative) the cases hold m pairs that share no case. Each is in
    order with a probability of at most the AUC, so all of them are with a probability of at most
    AUC^m. Below the bound (1 - confidence)^(1 / m) that is less than 1 - confidence: whatever the
    scores' distributions, a complete separation would have been that unlikely. The bound is
    cautious, because the other pairs must have been in order, too. Compare the rule of three: after
    m right answers of m the error rate may still be 3 / m.

    Examples
    --------
    >>> round(separation_bound(10, 1000), 3)
    0.741
    >>> round(separation_bound(300, 1000), 3)
    0.99

    Introduced in notebook 05, *Intervals of an area*.
    """
    fewer = min(
        check_integer("num_positive", num_positive, minimum=1),
        check_integer("num_negative", num_negative, minimum=1),
    )
    confidence = check_number("confidence", confidence, above=0, below=1)
    return (1 - confidence) ** (1 / fewer)


def auc_standard_error(auc, num_positive, num_negative):
    """Compute the standard error that an AUC will have: how many cases does a study need?

    Parameters
    ----------
    auc : array_like
        The true AUC, from 0 to 1.
    num_positive, num_negative : array_like of int
        Independent test cases with and without the disease, at least 1; of shapes that broadcast
        with `auc`.

    Returns
    -------
    numpy.ndarray of float64, or float for three numbers
        Standard deviation of the empirical AUC over test sets of these sizes.

    Raises
    ------
    TypeError, ValueError
        For what is not a number in its range, or shapes that do not broadcast.

    Notes
    -----
    The variance of the share of pairs in order, (A (1 - A) + (P + N - 2) (Q - A^2)) / (P N), for P
    positive and N negative cases. Q is the probability that two positive cases both score above
    one negative, or one positive above two negatives: the same for Gaussian scores of equal
    variance, Q = A - 2 T(Phi^-1(A), 1 / sqrt 3), with Owen's function T. Exact for such scores, and
    for what a monotone function makes of them; a plan for any others. A true AUC of 0 or 1 has
    standard error 0.

    References
    ----------
    Hanley and McNeil, Radiology 143:29 (1982), doi 10.1148/radiology.143.1.7063747, who put
    exponential scores for Gaussian ones; Owen, Ann. Math. Stat. 27:1075 (1956),
    doi 10.1214/aoms/1177728074.

    Examples
    --------
    Ten times as many negative cases help, but less than twice as many of both classes.

    >>> auc_standard_error(0.85, [50, 50, 100], [50, 500, 100]).round(3)
    array([0.038, 0.028, 0.027])

    Introduced in notebook 05, *How many cases*.
    """
    height = detectability_from_auc(auc) / np.sqrt(2)
    num_positive = _check_counts("num_positive", num_positive)
    num_negative = _check_counts("num_negative", num_negative)
    auc = np.asarray(auc, dtype="float64")
    try:
        np.broadcast_shapes(auc.shape, num_positive.shape, num_negative.shape)
    except ValueError:
        raise ValueError(
            "`auc`, `num_positive` and `num_negative` must have shapes that broadcast; got "
            f"{auc.shape}, {num_positive.shape} and {num_negative.shape}."
        ) from None
    spread = auc * (1 - auc)  # A - A^2, the variance of a single pair
    shared = np.maximum(spread - 2 * owens_t(height, 1 / np.sqrt(3)), 0)  # Q - A^2
    pairs = num_positive * num_negative
    error = np.sqrt((spread + (num_positive + num_negative - 2) * shared) / pairs)
    return float(error) if np.ndim(error) == 0 else error


def _check_counts(label, values):
    """Return whole numbers of at least 1 as float64, in which their products cannot overflow."""
    values = np.asarray(values)
    if values.dtype.kind not in "iu":
        raise TypeError(f"`{label}` must hold integers; got {values.dtype}.")
    if (values < 1).any():
        raise ValueError(f"`{label}` must hold integers of at least 1; got {values}.")
    return values.astype("float64")
