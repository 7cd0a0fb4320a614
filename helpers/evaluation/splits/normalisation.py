"""Which images a mean and a standard deviation were computed from."""

from itertools import combinations

import numpy as np

from helpers.checks import check_number
from helpers.evaluation.inputs import check_real_numbers
from helpers.evaluation.splits.audit_inputs import check_dictionary

__all__ = ["audit_normalisation"]

BATCH = 1024  # cases in float64 at a time
FAR = 10  # times as far as the best fit: does not fit as well
ROUNDING = 1e-6  # of a standard deviation; nearer than float32 can tell


def audit_normalisation(mean, std, x, *, rtol=1e-3):
    """Tell on which splits a mean and a standard deviation were fitted.

    Parameters
    ----------
    mean, std : float or array_like
        Of all pixels; or arrays of one shape, such as (channels,), (features,) or that of an
        image, in which an axis of length 1 was averaged over. Finite; `std` is at least 0.
    x : dict of str to array_like of shape (n, ...)
        For each split, such as "train", "val" and "test", its images or features as they were when
        the numbers were fitted: not normalised yet, on the same scale.
    rtol : float
        Above 0, below 1. How far the numbers may be from those of a split, in standard deviations.

    Returns
    -------
    str
        "train", or splits that were pooled, as "train + val + test"; "train or train + val" if the
        numbers fit more than one; "unknown" if they fit none.

    Raises
    ------
    TypeError, ValueError
        For no split, a split without cases, shapes that do not fit, nan or infinity.

    Notes
    -----
    What is fitted on the test images has seen them. Mean and standard deviation of every choice of
    splits are compared with those given; the distance is the largest of their differences over all
    channels or features, divided by the standard deviation. Of those within `rtol`, the nearest is
    named, with any that are less than ten times as far away. Division by n and by n - 1 are both
    tried, because libraries differ.

    Numbers rounded to three or four digits may fit several choices, as large splits are alike. A
    feature that is constant has no standard deviation to compare; if all are constant and equal,
    every choice fits. It shows nothing about a fit on other data, nor about any other step of
    preprocessing.

    Examples
    --------
    >>> x = {"train": np.array([0.0, 2.0, 4.0]), "test": np.array([5.0, 9.0])}
    >>> x = {split: values[:, None] for split, values in x.items()}  # one feature
    >>> audit_normalisation(2.0, np.sqrt(8 / 3), x)
    'train'
    >>> audit_normalisation([4.0], [np.sqrt(46 / 5)], x)
    'train + test'
    >>> audit_normalisation(127.5, 127.5, x)
    'unknown'

    Introduced in notebook 05, *Leakage*.
    """
    check_number("rtol", rtol, above=0, below=1)
    x = _check_splits(x)
    mean, std = _check_moments(mean, std, next(iter(x.values())).shape[1:])
    parts = {split: _compute_moments(split, values, mean.shape) for split, values in x.items()}
    distances = {}
    for number in range(1, len(x) + 1):
        for chosen in combinations(x, number):
            pooled = _pool([parts[split] for split in chosen])
            distances[" + ".join(chosen)] = _distance(mean, std, *pooled)
    fits = {name: distance for name, distance in distances.items() if distance <= rtol}
    if not fits:
        return "unknown"
    nearest = max(min(fits.values()), ROUNDING)
    return " or ".join(name for name, distance in fits.items() if distance < FAR * nearest)


def _compute_moments(split, values, shape):
    """Return count, mean and sum of squares about it; averaged where `shape` has length 1."""
    axes = (0, *(axis + 1 for axis, size in enumerate(shape) if size == 1))
    parts = [values[start : start + BATCH] for start in range(0, len(values), BATCH)]
    count = values.size / np.prod(shape)
    batches = (check_real_numbers(f"x[{split!r}]", part) for part in parts)
    mean = sum(batch.sum(axes, keepdims=True) for batch in batches) / count
    squares = sum(((part - mean) ** 2).sum(axes, keepdims=True) for part in parts)
    return count, mean[0], squares[0]


def _pool(parts):
    """Join counts, means and sums of squares of several splits."""
    count = sum(number for number, _, _ in parts)
    mean = sum(number * of_part for number, of_part, _ in parts) / count
    squares = sum(part + number * (of_part - mean) ** 2 for number, of_part, part in parts)
    return count, mean, squares


def _distance(mean, std, count, expected, squares):
    """Return how far a mean and a standard deviation are from the expected, in the latter."""
    constant = squares == 0
    found = np.sqrt(squares / count)
    scale = np.where(constant, np.maximum(np.abs(expected), 1), found)
    of_mean = np.abs(mean - expected) / scale
    by_freedom = np.sqrt(squares / max(count - 1, 1))  # divided by n - 1
    of_std = np.minimum(np.abs(std - found), np.abs(std - by_freedom)) / scale
    return float(np.maximum(of_mean, np.where(constant, 0, of_std)).max())


def _check_splits(x):
    check_dictionary("x", x)
    x = {split: np.asarray(values) for split, values in x.items()}
    for split, values in x.items():
        if values.ndim < 2 or values.size == 0:
            raise ValueError(
                f"`x[{split!r}]` must have shape (n, ...) and hold something; got {values.shape}. "
                "Leave an empty split out."
            )
    if len({values.shape[1:] for values in x.values()}) > 1:
        shapes = ", ".join(f"{split} {values.shape}" for split, values in x.items())
        raise ValueError(f"`x` must have cases of one shape; got {shapes}.")
    return x


def _check_moments(mean, std, shape):
    """Return both as float64 with as many axes as a case of this shape has."""
    mean, std = check_real_numbers("mean", mean), check_real_numbers("std", std)
    if (std < 0).any():
        raise ValueError(f"`std` must be at least 0; got {std}.")
    axes = mean.shape[max(mean.ndim - len(shape), 0) :]  # Keras keeps the first axis, too
    axes = (1,) * (len(shape) - len(axes)) + axes
    fits = all(size in (1, full) for size, full in zip(axes, shape, strict=True))
    if mean.shape != std.shape or not fits or np.prod(axes) != mean.size:
        raise ValueError(
            "`mean` and `std` must be numbers or arrays of one shape that broadcasts to a case, "
            f"{shape}; got {mean.shape} and {std.shape}."
        )
    return mean.reshape(axes), std.reshape(axes)
