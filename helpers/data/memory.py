"""Refuse what will not fit in memory, before it is downloaded or read."""

import math

from helpers.data.dataset import DataError

# Every value is held once as stored (uint8, 1 byte) and once as the float32 copy (4 bytes) that
# a network works on: 5 bytes a value, all splits together. Activations come on top.
BYTES_PER_VALUE = 5


def needed_bytes(num_cases, shape):
    """Count the bytes that a set of 8-bit images needs, with its float32 working copy.

    >>> needed_bytes(70_000, (28, 28, 1))
    274400000
    """
    return BYTES_PER_VALUE * num_cases * math.prod(shape)


def available_bytes():
    """Return the memory that can be had without swapping (a container's own limit is not seen)."""
    import psutil

    return psutil.virtual_memory().available


def check_memory(name, num_cases, shape, smaller=None):
    """Refuse a set that needs more memory than is free.

    Parameters
    ----------
    name : str
        Name of the set, for the message.
    num_cases : int
        Cases of all splits together.
    shape : tuple of int
        Shape of one case.
    smaller : dict of str to tuple of int, optional
        Name and case shape of the same set in smaller sizes, largest first.

    Raises
    ------
    DataError
        With the size needed, the size free and the largest smaller size that fits.
    """
    needed, free = needed_bytes(num_cases, shape), available_bytes()
    if needed <= free:
        return
    fitting = [
        f"{other!r} ({_gigabytes(needed_bytes(num_cases, other_shape))})"
        for other, other_shape in (smaller or {}).items()
        if needed_bytes(num_cases, other_shape) <= free
    ]
    advice = f"Use {fitting[0]}, or" if fitting else "Close other programs, or use"
    raise DataError(
        f"{name!r} must fit in memory; it needs {_gigabytes(needed)} ({num_cases} images of "
        f"{' x '.join(map(str, shape))}, each value once as uint8 and once as float32), and "
        f"{_gigabytes(free)} are free. {advice} a machine with more memory."
    )


def _gigabytes(number):
    return f"{number / 1e9:.2f} GB"
