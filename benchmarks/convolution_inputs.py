"""The same images, kernels and clock for every convolution, whoever computes it."""

import time

import numpy as np

# images (batch, height, width, channels), and kernels of 3 x 3
CASES = {
    "28 x 28 x 1, 32 kernels": ((128, 28, 28, 1), 32),
    "14 x 14 x 32, 64 kernels": ((128, 14, 14, 32), 64),
}
KERNEL_SIZE = 3


def make_inputs(case):
    """Draw images, a kernel, a bias and a gradient of the output, float32.

    Parameters
    ----------
    case : str
        A name in `CASES`.

    Returns
    -------
    tuple of numpy.ndarray
        Of shapes (batch, height, width, channels), (3, 3, channels, filters), (filters,) and
        (batch, height - 2, width - 2, filters); the same on every call.
    """
    shape, filters = CASES[case]
    batch, height, width, channels = shape
    shapes = (
        shape,
        (KERNEL_SIZE, KERNEL_SIZE, channels, filters),
        (filters,),
        (batch, height - KERNEL_SIZE + 1, width - KERNEL_SIZE + 1, filters),
    )
    generator = np.random.default_rng(0)
    return tuple(generator.standard_normal(each, dtype="float32") for each in shapes)


def median_seconds(function, repeats):
    """Call a function again and again and take the median of the seconds of a call.

    The first calls, in which everything is set up, are not counted.
    """
    seconds = []
    for _ in range(5 + repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds[5:]))


def sizes_of(arrays):
    """Sum up the magnitudes in each array: who computes the same gets the same."""
    return [float(np.abs(array).sum(dtype="float64")) for array in arrays]
