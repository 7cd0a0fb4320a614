"""All results of one test set in one table, each with its interval and how that was computed."""

import warnings

import numpy as np
import pandas as pd

from helpers.evaluation.bootstrap import (
    bootstrap_by_patient,
    draw_patients,
    percentile_interval,
)
from helpers.evaluation.calibration import compute_calibration_error, fit_calibration_line
from helpers.evaluation.confusion import compute_rates, count_confusion, rate_values
from helpers.evaluation.delong import delong_interval, separation_bound
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.inputs import SUM_TOLERANCE, check_patient, check_real_numbers
from helpers.evaluation.intervals import wilson_interval
from helpers.evaluation.metrics import compute_accuracy, compute_auc
from helpers.evaluation.proper_scores import compute_brier_score, compute_log_loss
from helpers.evaluation.thresholds import check_threshold

__all__ = ["are_probabilities", "summarise"]

BY_PATIENT = "bootstrap of whole patients"
NOT_COMPUTED = "no interval: none is computed for it here"
PER_CASE = "no interval: the usual one takes each case for a patient of its own"
BIASED = "no interval: biased upwards, and a bootstrap would bias it once more"
BASELINE = "no interval: what these very labels give"
UNDEFINED = "not defined for these cases"
NO_SPREAD = "no interval: no spread in the drawn test sets"
NUM_RESAMPLES = 2000
RATIOS = ("LR+", "LR-")


def are_probabilities(scores, *, multi_label=False):
    """Tell whether scores can be probabilities: from 0 to 1, and of classes adding to 1.

    Parameters
    ----------
    scores : array_like of shape (n,), (n, classes) or (n, labels)
        Finite.
    multi_label : bool
        Whether each column is a yes-or-no question of its own.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        For what is not a finite number.

    Notes
    -----
    Numbers between 0 and 1 may still be anything; but others are certainly no probabilities.

    Examples
    --------
    >>> are_probabilities([0.0, 0.4]), are_probabilities([-0.3, 0.4])
    (True, False)
    >>> are_probabilities([[0.2, 0.8], [0.9, 0.9]])
    False

    Introduced in notebook 05, *The cases*.
    """
    scores = check_real_numbers("scores", scores)
    if scores.size and (scores.min() < 0 or scores.max() > 1):
        return False
    exclusive = scores.ndim == 2 and not multi_label
    return not exclusive or bool((np.abs(scores.sum(axis=1) - 1) <= SUM_TOLERANCE).all())


def summarise(y_true, scores, *, threshold=None, patient=None, seed=0):
    """Measure a model on its test cases: everything in one table, with intervals.

    Parameters
    ----------
    y_true : array_like of int, shape (n,), or (n, labels) of 0 and 1
        Binary and labels: 1 is the disease. Several classes: the number of the class, from 0.
    scores : array_like of shape (n,), (n, classes) or (n, labels)
        Finite, higher for the disease, the class or the label.
    threshold : float or FrozenThreshold, optional
        Of a binary score, chosen before. Without it there are no rates. Otherwise refused: of
        several classes the highest score is the answer, and a label is answered with yes from one
        half on.
    patient : array_like of shape (n,), optional
        Whose case it is. Where a patient has several cases, intervals come from
        `bootstrap_by_patient`.
    seed : int
        Of the bootstrap, at least 0.

    Returns
    -------
    pandas.DataFrame
        A row a measure, its name the index; columns `value`, `low` and `high` (95 %), and `how`
        the interval was made, or why there is none.

    Raises
    ------
    TypeError, ValueError
        As by the measures: for no cases, shapes that do not fit, or labels out of their range.

    Notes
    -----
    Nothing warns: what is not defined for these cases is nan, and `how` says why. One class only
    has no AUC, but it has one of the rates. Scores that are no probabilities (see
    `are_probabilities`) have no Brier score, no log loss and no calibration, and several labels
    then have no answers.

    Wilson's and DeLong's intervals take every case for a patient of its own, which is why they are
    not used where that is known to be wrong. Whole patients are drawn then, and where that shows no
    spread there is no interval, because one without width would claim certainty. After a complete
    separation the AUC has the bound of `separation_bound`: from as many disjoint pairs of patients,
    one with and one without the disease, as there are. A likelihood ratio may be infinite, and so
    may the ends of its interval. A measure of calibration gets no bootstrap: an expected
    calibration error is biased upwards, and drawing cases again biases it once more.

    Examples
    --------
    >>> table = summarise([0, 0, 1, 1], [-1.0, 0.5, 0.2, 2.0], threshold=0.0)
    >>> table.loc["AUC", "value"], table.loc["AUC", "how"]
    (np.float64(0.75), 'DeLong, logit')
    >>> list(table.index[:4])
    ['AUC', 'sensitivity', 'specificity', 'PPV']

    Introduced in notebook 05, *One table of results*.
    """
    y_true, scores = np.asarray(y_true), np.asarray(scores)
    if threshold is not None and scores.ndim == 2:
        raise ValueError("`threshold` must be left out where a case has several scores; got one.")
    codes = check_patient(patient, len(y_true))
    if len(np.unique(codes)) == len(codes):
        codes = None  # one case each
    if scores.ndim == 1:
        rows = _binary_rows(y_true, scores, threshold, codes, seed)
    elif y_true.ndim == 1:
        rows = _class_rows(y_true, scores, codes, seed)
    else:
        rows = _label_rows(y_true, scores, codes)
    table = {name: [*estimate, how] for name, (estimate, how) in rows.items()}
    columns = ["value", "low", "high", "how"]
    return pd.DataFrame.from_dict(table, orient="index", columns=columns).rename_axis("measure")


def _binary_rows(y_true, scores, threshold, codes, seed):
    rows = {"AUC": _noted("DeLong, logit", delong_interval, y_true, scores)}
    if threshold is not None:
        threshold = check_threshold(threshold)
        rows |= _rate_rows(count_confusion(y_true, scores, threshold))
    if codes is not None:
        rows = _drawn_by_patient(rows, y_true, scores, threshold, codes, seed)
    if are_probabilities(scores):
        rows |= _calibration_rows(y_true, scores, independent=codes is None)
    return rows


def _rate_rows(confusion):
    rates, said = _listen(compute_rates, confusion)
    how = dict.fromkeys(rates, "Wilson") | {"balanced accuracy": "joined from Wilson's"}
    how |= dict.fromkeys(RATIOS, "Simel, log scale")
    for name, rate in rates.items():
        if np.isnan(rate.value):  # predictive values divide by calls, not by cases of a class
            missing = "" if name in ("PPV", "NPV") else said
            how[name] = missing or "0 / 0: no case to divide by"
    return {name: (rate, how[name]) for name, rate in rates.items()}


def _drawn_by_patient(rows, y_true, scores, threshold, codes, seed):
    """Replace intervals that take cases for patients."""

    def measure(labels, drawn):
        values = [compute_auc(labels, drawn)]
        if threshold is not None:
            rates = rate_values(count_confusion(labels, drawn, threshold))
            values += [_bounded(rates[name]) if name in RATIOS else rates[name] for name in rates]
        return values

    options = {"patient": codes, "num_resamples": NUM_RESAMPLES, "seed": seed}
    drawn, said = _listen(bootstrap_by_patient, measure, y_true, scores, **options)
    reason = said if np.isnan(drawn).all() else ""
    replaced = {}
    for column, (name, (estimate, how)) in enumerate(rows.items()):
        value = estimate.value
        if np.isnan(value):
            replaced[name] = _without_limits(value), how
        elif name == "AUC" and value in (0, 1):
            replaced[name] = _separated(value, y_true, codes, reason)
        elif name in RATIOS:
            (_, *limits), how = _middle_of(_bounded(value), drawn[:, column], reason)
            replaced[name] = Estimate(value, *map(_unbounded, limits)), how
        else:
            replaced[name] = _middle_of(value, drawn[:, column], reason)
    return replaced


def _middle_of(value, drawn, reason=""):
    """Return an estimate with the middle of drawn values, and how it was made or why it was not."""
    estimate, said = _listen(percentile_interval, float(value), drawn)
    if np.isnan(estimate.low):
        return estimate, reason or said
    if estimate.low == estimate.high:
        return _without_limits(value), NO_SPREAD
    return estimate, BY_PATIENT


def _bounded(ratio):
    """Map 0 ... infinity to 0 ... 1 in the same order, so that quantiles know the infinite, too."""
    return 1.0 if np.isinf(ratio) else ratio / (1 + ratio)


def _unbounded(share):
    return np.inf if share == 1 else share / (1 - share)


def _separated(value, y_true, codes, reason):
    """Return an AUC of 0 or 1 with a bound from disjoint pairs of patients, and words for it."""
    with_disease, without = (np.unique(codes[y_true == k]) for k in (1, 0))
    pairs = min(len(with_disease), len(without), len(np.unique(codes)) // 2)
    if pairs == 0:  # a single patient
        return _without_limits(value), reason
    bound = separation_bound(pairs, pairs)
    limits = (bound, 1.0) if value == 1 else (0.0, 1 - bound)
    return Estimate(value, *limits), f"complete separation: bound from {pairs} pairs of patients"


def _calibration_rows(y_true, probabilities, *, independent):
    line, said = _listen(fit_calibration_line, y_true, probabilities)
    rows = {
        "Brier score": _bare(compute_brier_score, y_true, probabilities),
        "log loss": _bare(compute_log_loss, y_true, probabilities),
        "ECE": _bare(compute_calibration_error, y_true, probabilities, reason=BIASED),
    }
    for name, estimate in line._asdict().items():
        if np.isnan(estimate.low):
            how = said or UNDEFINED
        elif independent:
            how = "Wald"
        else:
            estimate, how = _without_limits(estimate.value), PER_CASE
        rows[f"calibration {name}"] = estimate, how
    return rows


def _class_rows(y_true, scores, codes, seed):
    area = _bare(compute_auc, y_true, scores)  # checks shapes and labels
    answer = scores.argmax(axis=1)
    shares = [np.mean(answer[y_true == k] == k) for k in np.unique(y_true)]
    rows = {
        "accuracy": _share_of(answer == y_true, codes, seed),
        "balanced accuracy": (_without_limits(np.mean(shares)), NOT_COMPUTED),
        "AUC, mean of classes": area,
    }
    if are_probabilities(scores):
        rows["log loss"] = _bare(compute_log_loss, y_true, scores)
    return rows


def _label_rows(y_true, scores, codes):
    area = _bare(compute_auc, y_true, scores)
    if not are_probabilities(scores, multi_label=True):
        return {"AUC, mean of labels": area}
    accuracy, how = _noted("normal, a share a case", compute_accuracy, y_true, scores)
    if codes is not None:
        accuracy, how = _without_limits(accuracy.value), PER_CASE
    all_negative = _without_limits(np.mean(y_true == 0))
    return {
        "accuracy": (accuracy, how),
        "accuracy of always no": (all_negative, BASELINE),
        "AUC, mean of labels": area,
        "Brier score": _bare(compute_brier_score, y_true.ravel(), scores.ravel()),
    }


def _share_of(right, codes, seed):
    if codes is None:
        return Estimate(right.mean(), *wilson_interval(int(right.sum()), len(right))), "Wilson"
    if codes.max() == 0:
        return _without_limits(right.mean()), "A single patient shows no spread."
    drawn = [right[cases].mean() for cases in draw_patients(codes, NUM_RESAMPLES, seed)]
    return _middle_of(right.mean(), drawn)


def _without_limits(value):
    return Estimate(float(value), np.nan, np.nan)


def _bare(compute, *arguments, reason=NOT_COMPUTED):
    """Compute a number that gets no interval, for a reason."""
    value, said = _listen(compute, *arguments)
    return _without_limits(value), said or reason


def _noted(how, compute, *arguments):
    """Compute an estimate; what it warns of says how it was made, or why it is not there."""
    estimate, said = _listen(compute, *arguments)
    return estimate, said or how


def _listen(compute, *arguments, **options):
    """Return what a function gives, and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = compute(*arguments, **options)
    return result, " ".join(str(warning.message) for warning in caught)
