"""One row for each group of patients: how well it is served, and how surely that is known."""

import warnings

import numpy as np
import pandas as pd

from helpers.checks import check_number, name_texts
from helpers.evaluation.confusion import compute_rates, count_confusion
from helpers.evaluation.delong import delong_interval
from helpers.evaluation.inputs import check_cases, has_both_classes, warn_one_class
from helpers.evaluation.thresholds import check_threshold

__all__ = ["subgroup_table"]

ALL = "all"
UNKNOWN = "unknown"
COUNTS = ["cases", "positive", "prevalence"]
RATES = ["sensitivity", "specificity", "PPV"]


def subgroup_table(y_true, scores, group, *, threshold=None, confidence=0.95, groups=None):
    """Evaluate a model in each group of cases, beside all of them.

    Parameters
    ----------
    y_true : array_like of int, shape (n,)
        0 or 1; 1 is the disease.
    scores : array_like of shape (n,)
        Finite, higher for the disease; probabilities, logits or log likelihood ratios.
    group : array_like of shape (n,)
        Group of each case, such as a site, a scanner or a sex. None, nan, an empty text or NA where
        it is not known: these cases make a group "unknown".
    threshold : float or FrozenThreshold, optional
        The same for all groups; a case is called diseased where its score is at least this.
    confidence : float
        Above 0, below 1.
    groups : sequence, optional
        The groups to show, in this order, even those without a case. By default those that
        occur, sorted as texts, "unknown" last.

    Returns
    -------
    pandas.DataFrame
        Row "all", then a row for each group; the index are texts. Columns: cases, positive,
        prevalence, auc, auc_low, auc_high (DeLong on the logit scale); with a threshold also
        sensitivity, specificity and PPV, each with _low and _high (Wilson); and note, which
        says in words why an AUC or its interval is missing or one-sided, else "".

    Raises
    ------
    TypeError, ValueError
        For no cases, unequal lengths, labels other than 0 and 1, nan or infinite scores, a group
        called "all", or `groups` that repeat one or leave out one that occurs.

    Notes
    -----
    The AUC of all is no mean of the groups' AUCs: it also compares cases of different groups. A
    rate of all is a mean of the groups' rates, weighted by their cases.

    A group with one class only, or without a case, has no AUC: nan, and a note instead of a
    warning. Complete separation in a group: the interval is the bound of `separation_bound`. If
    all cases together are of one class, there is a warning, too. The intervals take cases as
    independent: with several images of a patient they are too narrow. They are not corrected for
    the number of groups: of twenty, one is expected to miss its truth.

    Examples
    --------
    >>> y_true, scores = [0, 1, 0, 1, 0, 1], [0.1, 0.7, 0.6, 0.8, 0.7, 0.4]
    >>> table = subgroup_table(y_true, scores, ["A", "A", "B", "B", "B", "B"])
    >>> table["auc"].round(3).to_dict()
    {'all': 0.722, 'A': 1.0, 'B': 0.5}
    >>> table.loc["A", "note"]
    'complete separation: one-sided bound'

    Introduced in notebook 05, *Subgroups*.
    """
    y_true, scores = check_cases(y_true, scores)
    check_number("confidence", confidence, above=0, below=1)
    threshold = None if threshold is None else check_threshold(threshold)
    group = _name_groups(group, len(y_true))
    names = _choose_groups(group, groups)
    warn_one_class(y_true, "AUC", stacklevel=3)
    rows = {ALL: _evaluate(y_true, scores, threshold, confidence)}
    for name in names:
        cases = group == name
        rows[name] = _evaluate(y_true[cases], scores[cases], threshold, confidence)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")
    return table.astype({"cases": "int64", "positive": "int64"})


def _evaluate(y_true, scores, threshold, confidence):
    """Return one row of the table."""
    num_positive = int(y_true.sum())
    prevalence = num_positive / len(y_true) if len(y_true) else np.nan
    row = dict(zip(COUNTS, (len(y_true), num_positive, prevalence), strict=True))
    estimates = dict.fromkeys(["auc", *(RATES if threshold is not None else [])], [np.nan] * 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the note says it
        if has_both_classes(y_true):
            estimates["auc"] = delong_interval(y_true, scores, confidence=confidence)
        if len(y_true) and threshold is not None:
            confusion = count_confusion(y_true, scores, threshold)
            rates = compute_rates(confusion, confidence=confidence)
            estimates |= {name: rates[name] for name in RATES}
    for name, (value, low, high) in estimates.items():
        row |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return row | {"note": _word(y_true, scores, *estimates["auc"])}


def _word(y_true, scores, auc, low, high):
    if len(y_true) == 0:
        return "no case"
    if not has_both_classes(y_true):
        return f"no case {'without' if y_true[0] else 'with'} the disease"
    if auc in (0, 1):
        return "complete separation: one-sided bound"
    if np.isnan(low):
        return "all scores tied" if np.ptp(scores) == 0 else "a single case of a class"
    return ""


def _name_groups(group, num_cases):
    """Return the group of each case as a text."""
    group = np.asarray(group, dtype=object)
    if group.shape != (num_cases,):
        raise ValueError(
            f"`group` must have shape (n,), one group a case; got {group.shape} for {num_cases} "
            "cases."
        )
    names = np.array([name or UNKNOWN for name in name_texts(group)], dtype=object)
    if ALL in names:
        raise ValueError(f"`group` must not be {ALL!r}: that is the row of all cases. Rename it.")
    return names


def _choose_groups(group, groups):
    occurring = sorted(set(group), key=lambda name: (name == UNKNOWN, name))
    if groups is None:
        return occurring
    groups = [name or UNKNOWN for name in name_texts(groups)]
    missing = [name for name in occurring if name not in groups]
    if missing or len(set(groups)) < len(groups) or ALL in groups:
        raise ValueError(
            f"`groups` must name each group once, and all that occur: {occurring}; got {groups}."
        )
    return groups
