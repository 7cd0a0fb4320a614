"""The one place where labels get their meaning: positive = disease = 1.

Sensitivity, ROC curves and predictive values all speak of "the positives". Where a source gives
the disease the label 0, labels and class names are turned round here, and nowhere else.
"""

import numpy as np

from helpers.checks import check_choice, quoted
from helpers.data.dataset import TASKS, DataError

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


def check_label_array(where, labels):
    """Return labels as int64 of shape (n,) or (n, labels), or say what is wrong with them.

    Parameters
    ----------
    where : str
        File and key, for the message.
    labels : ndarray
        Integers or booleans of shape (n,), (n, 1) or (n, labels), none negative.

    Returns
    -------
    ndarray of int64
        Shape (n,) for one column, else (n, labels).

    Raises
    ------
    DataError
        For another shape, for labels that are not integers (nan too), for negative ones, and
        for several columns with anything but 0 and 1.

    Examples
    --------
    >>> check_label_array("file.npz: `train_labels`", np.array([[2], [0]], np.uint8))
    array([2, 0])
    """
    if labels.ndim not in (1, 2) or 0 in labels.shape:
        raise DataError(
            f"{where} must have the shape (n,), (n, 1) or (n, labels) and no empty axis; got "
            f"shape {labels.shape}. Save one row of labels for each image."
        )
    if labels.dtype.kind not in "iub":
        raise DataError(
            f"{where} must be integers; got {labels.dtype}{_count_nan(labels)}. Save them with "
            "labels.astype('int64') once every case has a class."
        )
    labels = labels.astype(np.int64)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    _check_values(where, labels)
    return labels


def _count_nan(labels):
    if labels.dtype.kind != "f" or not np.isnan(labels).any():
        return ""
    return f" with {int(np.isnan(labels).sum())} nan (cases without a label)"


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


def check_columns(file, labels):
    """Refuse splits whose labels have different numbers of columns."""
    shapes = {f"{split}_labels": y.shape[1:] for split, y in labels.items()}
    if len(set(shapes.values())) > 1:
        found = ", ".join(
            f"`{key}` (n, {', '.join(map(str, rest))})" for key, rest in shapes.items()
        )
        raise DataError(f"{file}: all splits must have the same columns of labels; got {found}.")


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
    seen = np.unique(np.concatenate(list(labels.values())))
    absent = sorted(set(range(num)) - set(seen.tolist()))
    if absent:
        few = ", ".join(map(str, absent[:5])) + (", ..." if len(absent) > 5 else "")
        raise DataError(
            f"{file}: labels must be 0 to {num - 1} without a gap; got none of {few} in any "
            "split. Number the classes from 0, or give `class_names` if a class is truly empty."
        )


def _check_name_list(class_names):
    if isinstance(class_names, str):
        raise TypeError(
            f"`class_names` must be a list of words, one a class; got the text {class_names!r}. "
            "Write it as a list."
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
