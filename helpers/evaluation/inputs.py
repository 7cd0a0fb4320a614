"""Checks of what the measures are given: labels, scores, probabilities, patients."""

import warnings

import numpy as np

from helpers.checks import name_texts
from helpers.observers.images import check_class_numbers, check_labels

SUM_TOLERANCE = 1e-3  # of the probabilities of one case: a softmax in float16 is that far from 1


def check_cases(y_true, scores, label="scores"):
    """Return labels 0 and 1 as int64 (n,) and finite scores as float64 (n,).

    >>> check_cases([0, 1], [0.2, float("nan")])
    Traceback (most recent call last):
        ...
    ValueError: `scores` must hold finite numbers; got nan or infinity.
    """
    y_true, scores = _check_labels(y_true), check_real_numbers(label, scores)
    if scores.shape != y_true.shape:
        raise ValueError(
            f"`{label}` must have shape (n,), one score a case; "
            f"got {scores.shape} for {len(y_true)} cases."
        )
    return y_true, scores


def check_score_rows(y_true, scores, label="scores"):
    """Return labels (n,) and the finite float64 scores of one or more models, (k, n).

    >>> check_score_rows([0, 1], [0.2, 0.7])
    (array([0, 1]), array([[0.2, 0.7]]))
    """
    y_true, scores = _check_labels(y_true), check_real_numbers(label, scores)
    if scores.ndim not in (1, 2) or scores.shape[-1] != len(y_true) or scores.size == 0:
        raise ValueError(
            f"`{label}` must have one score a case in its last axis, shape (n,) or (k, n); "
            f"got {scores.shape} for {len(y_true)} cases."
        )
    return y_true, np.atleast_2d(scores)


def _check_labels(y_true):
    if np.size(y_true) == 0:
        raise ValueError("`y_true` must hold something; got no case.")
    return check_labels("y_true", y_true).astype("int64")


def check_real_numbers(label, values):
    """Return finite real numbers of any shape as float64, or say what came instead."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiub":
        raise TypeError(f"`{label}` must hold real numbers; got {values.dtype}.")
    if not np.isfinite(values).all():
        raise ValueError(f"`{label}` must hold finite numbers; got nan or infinity.")
    return values.astype("float64")


def check_probabilities(values):
    """Return probabilities as float64, (n,) of the disease or (n, columns).

    >>> check_probabilities([-2.0, 3.0])
    Traceback (most recent call last):
        ...
    ValueError: `probabilities` must be from 0 to 1; got values from -2 to 3. Logits go through a \
sigmoid first.
    """
    values = check_real_numbers("probabilities", values)
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(
            "`probabilities` must have shape (n,) or (n, classes) and hold something; "
            f"got {values.shape}."
        )
    if values.min() < 0 or values.max() > 1:
        function = "sigmoid" if values.ndim == 1 else "sigmoid or a softmax"
        raise ValueError(
            f"`probabilities` must be from 0 to 1; got values from {values.min():g} to "
            f"{values.max():g}. Logits go through a {function} first."
        )
    return values


def check_probabilities_of(y_true, probabilities):
    """Return labels 0 and 1 as int64 (n,) and probabilities of the disease as float64 (n,)."""
    y_true, probabilities = check_cases(y_true, probabilities, "probabilities")
    return y_true, check_probabilities(probabilities)


def check_class_probabilities(probabilities):
    """Return probabilities as float64: (n,) of the disease, or (n, classes) adding to 1.

    >>> check_class_probabilities([[0.5, 0.6], [0.1, 0.9]])
    Traceback (most recent call last):
        ...
    ValueError: `probabilities` must add to 1 in each row; got sums from 1 to 1.1. Logits go \
through a softmax first.
    """
    probabilities = check_probabilities(probabilities)
    if probabilities.ndim == 1:
        return probabilities
    if probabilities.shape[1] < 2:
        raise ValueError(
            "`probabilities` must have shape (n,), those of the disease, or (n, classes) with at "
            f"least two classes; got {probabilities.shape}."
        )
    sums = probabilities.sum(axis=1)
    if np.abs(sums - 1).max() > SUM_TOLERANCE:
        raise ValueError(
            f"`probabilities` must add to 1 in each row; got sums from {sums.min():g} to "
            f"{sums.max():g}. Logits go through a softmax first."
        )
    return probabilities


def check_class_probabilities_of(y_true, probabilities):
    """Return labels and probabilities, (n,) of the disease or (n, classes), if they fit."""
    if np.ndim(probabilities) != 2:
        return check_probabilities_of(y_true, probabilities)
    y_true, probabilities = np.asarray(y_true), check_class_probabilities(probabilities)
    if y_true.shape != (len(probabilities),):
        raise ValueError(
            "`y_true` must have one label a case; "
            f"got shape {y_true.shape} for {len(probabilities)} cases."
        )
    check_class_numbers("y_true", y_true, probabilities.shape[1] - 1)
    return y_true.astype("int64"), probabilities


def check_patient(patient, num_cases):
    """Return the patient of each case as int64 numbers from 0; None: each case its own patient.

    Names count as texts, as in an audit of splits: 7 and "7" are one patient.

    >>> check_patient(["b", 7, "b", "7"], 4)
    array([0, 1, 0, 1])
    """
    if patient is None:
        return np.arange(num_cases)
    patient = np.asarray(patient, dtype=object)  # of a mixed list NumPy would make texts
    if patient.shape != (num_cases,):
        raise ValueError(
            f"`patient` must have shape (n,), one name a case; got {patient.shape} for "
            f"{num_cases} cases."
        )
    names = name_texts(patient.tolist())
    nameless = names.count("")
    if nameless:
        raise ValueError(
            f"`patient` must name the patient of every case; got {nameless} of {num_cases} without "
            "a name. Without `patient` each case counts as a patient of its own."
        )
    codes = {name: code for code, name in enumerate(dict.fromkeys(names))}
    return np.array([codes[name] for name in names], dtype="int64")


def has_both_classes(y_true):
    """Tell whether checked labels hold a case with the disease and one without.

    >>> has_both_classes(np.array([1, 1]))
    False
    """
    return bool(0 < np.count_nonzero(y_true) < len(y_true))


def warn_one_class(y_true, what, stacklevel):
    """Warn that checked labels of one class have no `what`; say nothing if both are there.

    `stacklevel` counts from here: 3 names the line that called the caller.
    """
    if has_both_classes(y_true):
        return
    missing = "1, with" if y_true[0] == 0 else "0, without"
    warnings.warn(
        f"`y_true` has cases of one kind only and no {what}: there is no case of class {missing} "
        "the disease.",
        stacklevel=stacklevel,
    )
