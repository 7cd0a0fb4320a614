"""Inside a measuring process: the convolution layer by hand."""

import time

import numpy as np
from threadpoolctl import threadpool_info

from benchmarks.convolution_inputs import CASES, KERNEL_SIZE, make_inputs, median_seconds, sizes_of
from helpers.scratch import Conv2D, cross_correlate


def time_scratch_convolution(repeats):
    """Time forward, forward and backward, and the naive loops on one image.

    Parameters
    ----------
    repeats : int
        Calls of which the median is taken; the loops run once.

    Returns
    -------
    dict
        For each case seconds `forward`, `both`, `one_image` and `one_image_naive`, and `sizes` of
        output and gradients; and `library`, what multiplies NumPy's matrices.
    """
    return {case: _time_case(case, repeats) for case in CASES} | {"library": _name_library()}


def _name_library():
    """Name the library and the processor for which it chose its code: that decides the speed."""
    for found in threadpool_info():
        if found["user_api"] == "blas":
            words = (found["internal_api"], found["version"], "for", found.get("architecture"))
            return " ".join(map(str, words))
    return "a library without a name"


def _time_case(case, repeats):
    images, kernel, bias, gradient = make_inputs(case)
    layer = Conv2D(len(bias), KERNEL_SIZE)
    layer.parameters = {"kernel": kernel, "bias": bias}

    def both():
        output, of_images = layer.forward(images), layer.backward(gradient)
        return output, of_images, *layer.gradients.values()

    start = time.perf_counter()
    naive = cross_correlate(images[:1], kernel, method="naive")
    one_image_naive = time.perf_counter() - start
    np.testing.assert_allclose(cross_correlate(images[:1], kernel), naive, rtol=1e-3, atol=1e-3)
    return {
        "forward": median_seconds(lambda: layer.forward(images), repeats),
        "both": median_seconds(both, repeats),
        "one_image": median_seconds(lambda: cross_correlate(images[:1], kernel), repeats),
        "one_image_naive": one_image_naive,
        "sizes": sizes_of(both()),
    }
