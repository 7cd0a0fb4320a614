"""Intervals by drawing patients anew: for any statistic, with several images of a patient."""

import numbers
import warnings

import numpy as np

from helpers.checks import check_integer, check_number
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import (
    check_patient,
    check_score_rows,
    has_both_classes,
    warn_one_class,
)
from helpers.progress import tell_progress

__all__ = ["bootstrap_by_patient", "percentile_interval"]

STREAM = 4  # 1 to 3 are those of the simulated data sets
QUIET_SECONDS = 1  # before a line tells the progress
MOST_UNDEFINED = 0.1  # share of resamples without a value; beyond it the rest are a biased choice


def bootstrap_by_patient(statistic, y_true, scores, *, patient=None, num_resamples=2000, seed=0):
    """Compute a statistic on many test sets drawn from this one, patient by patient.

    Parameters
    ----------
    statistic : callable
        `statistic(y_true, scores)` returns a number, or an array of shape (m,) for m numbers: a
        function such as `compute_auc`, or one of your own.
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,), or (k, n) for k scores of the same cases
        Finite, higher for the disease. `statistic` gets them as float64 with the same axes.
    patient : array_like of shape (n,), or None
        Whose case it is: numbers or texts (7 and "7" are one patient). None: each case is its own
        patient.
    num_resamples : int
        At least 1. Limits of a 95 % interval want about 2,000.
    seed : int
        At least 0; the same seed draws the same patients on every machine.

    Returns
    -------
    numpy.ndarray of float64, shape (num_resamples,), or (num_resamples, m)
        Element i is the statistic of test set i, for `percentile_interval`.

    Raises
    ------
    TypeError, ValueError
        For no cases, shapes that do not fit, labels other than 0 and 1, nan or infinity, a patient
        without a name, a statistic that is no function or returns something else or another shape
        than for the whole test set, or options that are not allowed.

    Notes
    -----
    A test set has as many patients as this one, drawn with replacement, each with all their cases.
    Images of one patient are alike, so there is less to learn from them than from as many patients:
    drawing image by image gives an interval that is too narrow. Both scores of a pair come from the
    same draw, which makes the interval of their difference a paired one. It covers the choice of
    patients, neither that of training images nor of seeds; with few patients (say 20 of a class)
    it is too narrow, and after a complete separation it has no width.

    A test set with one class only is not given to the statistic: its value is nan. So are values
    that the statistic itself leaves undefined; its warnings are not shown. One warning at the end
    counts them. With one class only, or a single patient, there is nothing to draw: all are nan,
    with a warning.

    After a second a line tells the progress, where a person watches in Jupyter.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap, Chapman and Hall (1993), chapter 13;
    for clusters Field and Welsh, J. R. Stat. Soc. B 69:369 (2007),
    doi 10.1111/j.1467-9868.2007.00593.x.

    Examples
    --------
    Each patient has one image with and one without the disease, and so has each test set.

    >>> def share(y_true, scores):
    ...     return y_true.mean()
    >>> labels, scores = [0, 1, 0, 1, 0, 1], [1, 2, 3, 4, 5, 6]
    >>> bootstrap_by_patient(share, labels, scores, patient=list("aabbcc"), num_resamples=3)
    array([0.5, 0.5, 0.5])

    Introduced in notebook 05, *Patients, not images*.
    """
    if not callable(statistic):
        raise TypeError(
            "`statistic` must be a function of (y_true, scores); "
            f"got {type(statistic).__name__}. Pass the function itself: `compute_auc`."
        )
    y_true, rows = check_score_rows(y_true, scores)
    scores = rows[0] if np.ndim(scores) == 1 else rows
    codes = check_patient(patient, len(y_true))
    check_integer("num_resamples", num_resamples, minimum=1)
    check_integer("seed", seed, minimum=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say of single draws is counted below
        whole = _check_value(statistic(y_true, scores))
        values = np.full((num_resamples, *whole.shape), np.nan)
        if codes.max() > 0 and has_both_classes(y_true):
            for i, cases in enumerate(draw_patients(codes, num_resamples, seed)):
                labels = y_true[cases]
                if has_both_classes(labels):
                    values[i] = _check_value(statistic(labels, scores[..., cases]), whole.shape)
    _warn_of_undefined(values, y_true, codes)
    return values


def _check_value(value, shape=None):
    """Return what the statistic gives as an array, of the shape that it had before."""
    value = np.asarray(value)
    if value.dtype.kind not in "fiub" or value.ndim > 1 or value.size == 0:
        raise TypeError(
            "`statistic` must return a number, or an array of shape (m,); got shape "
            f"{value.shape} of {value.dtype}."
        )
    if shape is not None and value.shape != shape:
        raise ValueError(
            "`statistic` must return the same shape for every test set; got "
            f"{shape} for the whole one and {value.shape} for one drawn from it."
        )
    return value


def draw_patients(codes, num_resamples, seed):
    """Yield the positions of the cases of as many patients, drawn with replacement.

    `codes` are those of `check_patient`.
    """
    # a stream of its own: the cases themselves may come from default_rng(seed)
    generator = np.random.default_rng([seed, STREAM])
    order, counts = np.argsort(codes, kind="stable"), np.bincount(codes)
    starts = np.cumsum(counts) - counts  # of each patient's cases in `order`
    for _ in tell_progress(range(num_resamples), "test sets", delay=QUIET_SECONDS):
        drawn = generator.integers(len(counts), size=len(counts))
        sizes = counts[drawn]
        ends = np.cumsum(sizes)
        # position in the test set, less where its patient begins there, plus where in `order`
        shift = np.repeat(starts[drawn] - (ends - sizes), sizes)
        yield order[np.arange(ends[-1]) + shift]


def _warn_of_undefined(values, y_true, codes):
    undefined = int(np.isnan(values.reshape(len(values), -1)).any(axis=1).sum())
    if not has_both_classes(y_true):
        warn_one_class(y_true, "bootstrap interval", stacklevel=4)
    elif codes.max() == 0:
        warnings.warn("A single patient shows no spread: all values are nan.", stacklevel=3)
    elif undefined:
        warnings.warn(
            f"{undefined} of {len(values)} test sets have one class only, or another reason to "
            "leave the statistic undefined; they are nan.",
            stacklevel=3,
        )


def percentile_interval(value, resampled, *, confidence=0.95):
    """Take the middle of bootstrapped values as the interval of a statistic.

    Parameters
    ----------
    value : float
        The statistic of the whole test set; finite, or nan where it is undefined.
    resampled : array_like of shape (num_resamples,)
        Its values on drawn test sets, as from `bootstrap_by_patient`; finite, or nan where it is
        undefined.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    Estimate
        `value`, and the quantiles that leave out (1 - confidence) / 2 at each end.

    Raises
    ------
    TypeError, ValueError
        For what is not a number, an infinity (take its logarithm first, or its inverse), another
        shape, or a confidence out of its range.

    Notes
    -----
    nan among the drawn values are left out. If they are more than a tenth, the rest are no fair
    sample: the limits are nan, with a warning. They are nan as well where `value` is, without
    another one. If the test set is completely separated, so is each drawn from it: the interval of
    an AUC has no width there, and `separation_bound` is the answer.

    Examples
    --------
    >>> print(percentile_interval(0.7, [0.5, 0.6, 0.7, 0.8, 0.9], confidence=0.5))
    0.700 (0.600 to 0.800)

    Introduced in notebook 05, *Patients, not images*.
    """
    check_number("confidence", confidence, above=0, below=1)
    if not (isinstance(value, numbers.Real) and value != value):  # nan is allowed
        value = check_number("value", value)
    resampled = np.asarray(resampled)
    if resampled.dtype.kind not in "fiu":
        raise TypeError(f"`resampled` must hold real numbers; got {resampled.dtype}.")
    if resampled.ndim != 1 or resampled.size == 0:
        raise ValueError(
            "`resampled` must have shape (num_resamples,) and hold something; got "
            f"{resampled.shape}. Of several statistics take one column: `resampled[:, j]`."
        )
    if np.isinf(resampled).any():
        raise ValueError("`resampled` must hold finite numbers or nan; got infinity.")
    missing = np.isnan(resampled)
    if np.isnan(value):
        return Estimate(np.nan, np.nan, np.nan)
    if missing.mean() > MOST_UNDEFINED:
        warnings.warn(
            f"{missing.sum()} of {len(resampled)} drawn values are nan, too many to leave out: "
            "there is no interval.",
            stacklevel=2,
        )
        return Estimate(value, np.nan, np.nan)
    tail = (1 - confidence) / 2
    low, high = np.quantile(resampled[~missing], [tail, 1 - tail])
    return Estimate(value, float(low), float(high))
