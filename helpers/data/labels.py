"""The one place where labels get their meaning: positive = disease = 1.

Sensitivity, ROC curves and predictive values all speak of "the positives". Where a source gives
the disease the label 0, labels and class names are turned round here, and nowhere else.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from helpers.checks import check_choice, quoted
from helpers.data.dataset import SPLITS, TASKS, DataError

MOST_COLUMNS = 1_000  # labels of a case in a multi-label file; each takes a name and an output

# Sources whose label 1 is the *healthy* class: BreastMNIST has 0 = malignant and
# 1 = normal or benign; scikit-learn's breast cancer data have 0 = malignant and 1 = benign.
DISEASE_IS_ZERO = frozenset({"breastmnist", "breast-cells"})


def to_convention(name, labels):
    """Return `labels` of the set `name` so that 1 is the disease.

    >>> to_convention("breast-cells", np.array([0, 0, 1]))
    array([1, 1, 0])
    """
    return 1 - labels if name in DISEASE_IS_ZERO else labels


def names_in_convention(name, class_names):
    """Return the class names of the set `name`, in the order of the labels used here.

    >>> names_in_convention("breast-cells", ["malignant", "benign"])
    ('benign', 'malignant')
    """
    return tuple(reversed(class_names)) if name in DISEASE_IS_ZERO else tuple(class_names)


def positive_class(task, class_names):
    """Return the name of the class with label 1 in a binary set, else None."""
    return class_names[1] if task == "binary" else None


def check_label_headers(file, headers):
    """Refuse labels of a wrong shape or type before they are read.

    Parameters
    ----------
    file : str
        File name, for the message.
    headers : dict of str to tuple
        Shape and dtype of "train_labels", "val_labels" and "test_labels".

    Raises
    ------
    DataError
        For another shape than (n,), (n, 1) or (n, labels), too many columns, labels that are
        not integers, and splits with different columns.
    """
    columns = {}
    for key in (f"{split}_labels" for split in SPLITS):
        shape, dtype = headers[key]
        _check_shape_and_type(f"{file}: `{key}`", shape, dtype)
        columns[key] = shape[1] if len(shape) == 2 else 1
    if len(set(columns.values())) > 1:
        found = ", ".join(f"`{key}` {number}" for key, number in columns.items())
        raise DataError(
            f"{file}: all splits must have the same columns of labels; got {found}. Save the same "
            "labels, in the same order, for each split."
        )


def _check_shape_and_type(where, shape, dtype):
    fits = len(shape) == 1 or (len(shape) == 2 and shape[1] <= MOST_COLUMNS)
    if not fits or 0 in shape:
        raise DataError(
            f"{where} must have the shape (n,), (n, 1) or (n, labels) with at most {MOST_COLUMNS} "
            f"labels and no empty axis; got shape {shape}. Save one row of labels for each image."
        )
    if dtype.kind not in "iub":
        raise DataError(
            f"{where} must be integers; got {dtype}. Leave out the cases without a class (in "
            "floats they are nan) and save the others with labels.astype('int64')."
        )


def to_labels(where, stored):
    """Return labels as int64 of shape (n,) or (n, labels), or say which values are wrong.

    Parameters
    ----------
    where : str
        File and key, for the message.
    stored : ndarray
        Integers or booleans of shape (n,), (n, 1) or (n, labels), see `check_label_headers`.

    Returns
    -------
    ndarray of int64
        Shape (n,) for one column, else (n, labels).

    Raises
    ------
    DataError
        For negative labels, and for several columns with anything but 0 and 1.

    Examples
    --------
    >>> to_labels("file.npz: `train_labels`", np.array([[2], [0]], np.uint8))
    array([2, 0])
    """
    labels = stored.astype(np.int64)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    _check_values(where, labels)
    return labels


def _check_values(where, labels):
    low, high = int(labels.min()), int(labels.max())
    if low < 0:
        raise DataError(
            f"{where} must be at least 0; got {low}. Number the classes 0, 1, 2, ... and leave "
            "out the cases without a class."
        )
    if labels.ndim == 2 and high > 1:
        raise DataError(
            f"{where} has {labels.shape[1]} columns, so each must be 0 or 1 (multi-label); got "
            f"{high}. For one class a case save shape (n,) or (n, 1)."
        )


def choose_task(file, labels, task):
    """Return the task that the labels fit: the one asked for, or the one they suggest.

    Parameters
    ----------
    file : str
        File name, for the message.
    labels : dict of str to ndarray
        Checked labels of each split.
    task : str or None
        Asked for by the caller; None infers it: several columns are multi-label, values 0 and
        1 binary, more values multi-class (an order of the classes cannot be seen in numbers).

    Returns
    -------
    str
        One of `TASKS`.

    Raises
    ------
    ValueError
        If `task` is unknown or the labels cannot be of that task.

    Examples
    --------
    >>> choose_task("file.npz", {"train": np.array([0, 1, 1])}, None)
    'binary'
    """
    several = next(iter(labels.values())).ndim == 2
    high = max(int(y.max()) for y in labels.values())
    if task is None:
        return "multi-label" if several else "binary" if high <= 1 else "multi-class"
    check_choice("task", task, TASKS)
    fits = (task == "multi-label") == several and not (task == "binary" and high > 1)
    if not fits:
        found = "several columns of 0 and 1" if several else f"one column, 0 to {high}"
        raise ValueError(
            f"`task` must fit the labels of {file}; got {task!r}, but the labels have {found}. "
            "Leave `task` out to have it inferred."
        )
    return task


def choose_class_names(file, labels, task, class_names):
    """Return a name for each class, after checking that labels and names agree.

    Parameters
    ----------
    file : str
        File name, for the message.
    labels : dict of str to ndarray
        Checked labels of each split.
    task : str
        One of `TASKS`.
    class_names : sequence of str or None
        Element k names label k (multi-label: column k); None gives "class 0", "class 1", ...

    Returns
    -------
    tuple of str

    Raises
    ------
    TypeError, ValueError
        If `class_names` is not a sequence of different words, or has the wrong number.
    DataError
        If labels are out of range, or the training split holds one class only.

    Examples
    --------
    >>> choose_class_names("file.npz", {"train": np.array([0, 1])}, "binary", None)
    ('class 0', 'class 1')
    """
    if task == "multi-label":
        num = labels["train"].shape[1]
    else:
        _check_training(file, labels["train"])
        num = max(int(y.max()) for y in labels.values()) + 1
    if class_names is None:
        if task != "multi-label":
            _check_no_gap(file, labels, num)
        return tuple(f"class {k}" for k in range(num))
    names = _check_name_list(class_names)
    if task in ("binary", "multi-label"):
        _check_number(file, task, names, required=2 if task == "binary" else num)
    elif len(names) < num:
        raise DataError(_out_of_range(file, labels, names))
    return names


def _check_number(file, task, names, required):
    if len(names) != required:
        raise ValueError(
            f"`class_names` must hold {required} names for the {task} labels of {file}; got "
            f"{len(names)}: {quoted(names)}."
        )


def _check_training(file, train):
    if len(np.unique(train)) == 1:
        raise DataError(
            f"{file}: `train_labels` must hold at least two classes; got only {train[0]}. "
            "Nothing can be learnt from one class: add cases of another."
        )


def _check_no_gap(file, labels, num):
    seen = set().union(*(np.unique(y).tolist() for y in labels.values()))
    num_absent = num - len(seen)  # counted, never listed: one wrong label may be a thousand million
    if num_absent:
        first = itertools.islice((k for k in range(num) if k not in seen), 3)
        few = ", ".join(map(str, first)) + (f", ... ({num_absent} in all)" * (num_absent > 3))
        raise DataError(
            f"{file}: labels must be 0 to {num - 1} without a gap; got none of {few} in any "
            "split. Number the classes from 0, or give `class_names` if a class is truly empty."
        )


def _check_name_list(class_names):
    if isinstance(class_names, str) or not isinstance(class_names, Sequence | np.ndarray):
        raise TypeError(
            f"`class_names` must be a list of words, one a class; got {class_names!r} "
            f"({type(class_names).__name__}). Write it as a list."
        )
    names = tuple(class_names)
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise ValueError(f"`class_names` must be different words, none empty; got {quoted(names)}.")
    return names


def _out_of_range(file, labels, names):
    key, high = max(
        ((f"{split}_labels", int(y.max())) for split, y in labels.items()), key=lambda at: at[1]
    )
    return (
        f"{file}: `{key}` must be 0 to {len(names) - 1}, as there are {len(names)} class names; "
        f"got {high}. Correct the labels, or name every class in `class_names`."
    )
