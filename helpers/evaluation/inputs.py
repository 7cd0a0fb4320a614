"""Checks of what the measures are given: labels, scores, probabilities, patients."""

import warnings

import numpy as np

from helpers.observers.images import check_labels


def check_cases(y_true, scores, label="scores"):
    """Return labels 0 and 1 as int64 (n,) and finite scores as float64 (n,).

    >>> check_cases([0, 1], [0.2, float("nan")])
    Traceback (most recent call last):
        ...
    ValueError: `scores` must hold finite numbers; got nan or infinity.
    """
    if np.size(y_true) == 0:
        raise ValueError("`y_true` must hold something; got no case.")
    y_true, scores = check_labels("y_true", y_true), check_real_numbers(label, scores)
    if scores.shape != y_true.shape:
        raise ValueError(
            f"`{label}` must have shape (n,), one score a case; "
            f"got {scores.shape} for {len(y_true)} cases."
        )
    return y_true.astype("int64"), scores


def check_real_numbers(label, values):
    """Return finite real numbers of any shape as float64, or say what came instead."""
    values = np.asarray(values)
    if values.dtype.kind not in "fiub":
        raise TypeError(f"`{label}` must hold real numbers; got {values.dtype}.")
    if not np.isfinite(values).all():
        raise ValueError(f"`{label}` must hold finite numbers; got nan or infinity.")
    return values.astype("float64")


def check_probabilities_of(y_true, probabilities):
    """Return labels 0 and 1 as int64 (n,) and probabilities of the disease as float64 (n,).

    >>> check_probabilities_of([0, 1], [-2.0, 3.0])
    Traceback (most recent call last):
        ...
    ValueError: `probabilities` must be from 0 to 1; got values from -2 to 3. Logits go through a \
sigmoid first.
    """
    y_true, probabilities = check_cases(y_true, probabilities, "probabilities")
    if probabilities.min() < 0 or probabilities.max() > 1:
        raise ValueError(
            f"`probabilities` must be from 0 to 1; got values from {probabilities.min():g} to "
            f"{probabilities.max():g}. Logits go through a sigmoid first."
        )
    return y_true, probabilities


def check_patient(patient, num_cases):
    """Return the patient of each case as int64 numbers from 0; None: each case its own patient.

    >>> check_patient(["b", "a", "b"], 3)
    array([0, 1, 0])
    """
    if patient is None:
        return np.arange(num_cases)
    patient = np.asarray(patient)
    if patient.shape != (num_cases,):
        raise ValueError(
            f"`patient` must have shape (n,), one name a case; got {patient.shape} for "
            f"{num_cases} cases."
        )
    names = patient.tolist()
    nameless = sum(name is None or name == "" or name != name for name in names)
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
