"""Refuse what will not fit in memory, before it is downloaded or read."""

import contextlib
import math
from pathlib import Path

from helpers.data.dataset import DataError

# Bytes for each value of a set that a network of Keras on TensorFlow learns from.
AS_STORED, AS_FLOAT32, IN_TENSORFLOW = 1, 4, 4
# Measured: while a split is worked on, TensorFlow holds it twice, and from the second network on
# three times, as not all of what the network before took is given back.
COPIES_OF_LARGEST = 3

CONTROL_GROUPS = Path("/sys/fs/cgroup")
# Of control groups version 2 and 1: the limit, what is used, and what of it is cached files.
LIMIT_FILES = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    (
        "memory/memory.limit_in_bytes",
        "memory/memory.usage_in_bytes",
        "memory/memory.stat",
        "total_inactive_file",
    ),
)


def needed_bytes(num_cases, shape):
    """Count the bytes that a set of 8-bit images needs while a network learns from it.

    Parameters
    ----------
    num_cases : dict of str to int
        Cases of each split.
    shape : tuple of int
        Shape of one case.

    Returns
    -------
    int
        Of every value: 1 as stored (uint8), 4 as the scaled float32 copy, 4 as TensorFlow's copy
        of that; and of the largest split 8 more, as TensorFlow holds what it works on three times.

    Notes
    -----
    190,000 images of 28 x 28, 150,000 of them to train on, took 2.22 GB above what Keras and
    TensorFlow take by themselves (Keras 3, TensorFlow 2.21, from the second training on); counted
    are 2.28 GB. The activations of a network come on top: they grow with the batch, not the set.

    Examples
    --------
    >>> needed_bytes({"train": 150_000, "val": 20_000, "test": 20_000}, (28, 28, 1))
    2281440000
    """
    each = AS_STORED + AS_FLOAT32 + IN_TENSORFLOW
    more = (COPIES_OF_LARGEST - 1) * IN_TENSORFLOW
    return math.prod(shape) * (each * sum(num_cases.values()) + more * max(num_cases.values()))


def available_bytes():
    """Return the memory that can be had without swapping, in this machine and this container."""
    import psutil

    return min(psutil.virtual_memory().available, container_bytes(CONTROL_GROUPS))


def container_bytes(folder):
    """Return the memory that the limit of a container leaves.

    Parameters
    ----------
    folder : pathlib.Path
        Where Linux shows the control group, version 2 or 1.

    Returns
    -------
    int or float
        Limit less what is used; files that the system has cached and can drop are not in use.
        Infinite where there is no limit.
    """
    for limit, used, stat, cached in LIMIT_FILES:
        with contextlib.suppress(OSError, ValueError, KeyError):  # absent, or "max"
            most = int((folder / limit).read_text(encoding="ascii"))
            lines = (folder / stat).read_text(encoding="ascii").splitlines()
            droppable = int(dict(line.split() for line in lines)[cached])
            return most - int((folder / used).read_text(encoding="ascii")) + droppable
    return math.inf


def check_memory(name, num_cases, shape, *, label_bytes=0, smaller=None):
    """Refuse a set that needs more memory than is free.

    Parameters
    ----------
    name : str
        Name of the set, for the message.
    num_cases : dict of str to int
        Cases of each split.
    shape : tuple of int
        Shape of one case.
    label_bytes : int, optional
        What the labels need, where that is known and may matter.
    smaller : dict of str to tuple of int, optional
        Name and case shape of the same set in smaller sizes, largest first.

    Raises
    ------
    DataError
        With the size needed, the size free and the largest smaller size that fits.
    """
    needed, free = needed_bytes(num_cases, shape) + label_bytes, available_bytes()
    if needed <= free:
        return
    fitting = [
        f"{other!r} ({_gigabytes(needed_bytes(num_cases, other_shape))})"
        for other, other_shape in (smaller or {}).items()
        if needed_bytes(num_cases, other_shape) <= free
    ]
    advice = f"Use {fitting[0]}, or" if fitting else "Close other programs, or use"
    labels = f"; {_gigabytes(label_bytes)} for labels" if label_bytes else ""
    raise DataError(
        f"{name!r} must fit in memory; it needs {_gigabytes(needed)} "
        f"({sum(num_cases.values())} images of {' x '.join(map(str, shape))} as stored, scaled to "
        f"float32, and TensorFlow's copies of them{labels}), and {_gigabytes(free)} are free. "
        f"{advice} a machine with more memory."
    )


def _gigabytes(number):
    return f"{number / 1e9:.2f} GB"
