"""Three ways to compute one cross-correlation: the definition, one product, spectra.

All take images and kernel of one dtype, checked, and the windows of the images.
"""

import math

import numpy as np

__all__ = ["METHODS", "gather_columns", "to_matrix"]


def _naive(x, kernel, windows, groups):
    """Follow the definition: for each number of the output, one multiply-add after the other."""
    padded = windows.pad(x)
    (down, right), (below, beside) = windows.strides, windows.dilation_rate
    height, width, depth, filters = kernel.shape
    output = np.zeros((len(x), *windows.output_size, filters), x.dtype)
    for b, i, j, f in np.ndindex(output.shape):
        first = f // (filters // groups) * depth  # the first channel of the filter's group
        for m, n, c in np.ndindex(height, width, depth):
            pixel = padded[b, down * i + below * m, right * j + beside * n, first + c]
            output[b, i, j, f] += pixel * kernel[m, n, c, f]
    return output


def _im2col(x, kernel, windows, groups):
    """Write each window as a row of a matrix and each filter as a column of another: a product."""
    output = gather_columns(x, windows, groups) @ to_matrix(kernel, groups)
    # (groups, windows, filters / groups) -> (batch, rows, columns, filters)
    return output.transpose(1, 0, 2).reshape(len(x), *windows.output_size, kernel.shape[-1])


def gather_columns(x, windows, groups):
    """Copy all windows into a matrix a group, of shape (groups, windows, numbers in a window)."""
    view = windows.gather(x)
    *places, height, width, channels = view.shape
    depth = channels // groups
    view = view.reshape(*places, height, width, groups, depth).transpose(5, 0, 1, 2, 3, 4, 6)
    return view.reshape(groups, math.prod(places), height * width * depth)


def to_matrix(kernel, groups):
    """Write a kernel as a matrix a group, of shape (groups, numbers in a window, filters a group).

    >>> to_matrix(np.zeros((3, 5, 2, 8)), groups=4).shape
    (4, 30, 2)
    """
    filters = kernel.shape[-1]
    return kernel.reshape(-1, groups, filters // groups).transpose(1, 0, 2)


def _fft(x, kernel, windows, groups):
    """Multiply spectra: a cross-correlation of images is a product of their frequencies.

    The spectrum of the kernel is conjugated, which turns the kernel by 180 degrees: without that it
    would be a convolution. All places come at once, so strides only choose among them.
    """
    padded = windows.pad(x)
    size, batch, filters = padded.shape[1:3], len(x), kernel.shape[-1]
    spread = np.zeros((*size, *kernel.shape[2:]), x.dtype)  # the dilated kernel, in the corner
    (below, beside), (height, width) = windows.dilation_rate, windows.window_size
    spread[: below * height : below, : beside * width : beside] = kernel
    images = np.fft.rfft2(padded, axes=(1, 2))
    kernels = np.fft.rfft2(spread, axes=(0, 1)).conj()
    frequencies, depth = kernels.shape[:2], kernel.shape[2]
    # (height, width, groups, batch, depth) @ (height, width, groups, depth, filters a group)
    images = images.reshape(batch, *frequencies, groups, depth).transpose(1, 2, 3, 0, 4)
    kernels = kernels.reshape(*frequencies, depth, groups, filters // groups)
    product = (images @ kernels.transpose(0, 1, 3, 2, 4)).transpose(3, 0, 1, 2, 4)
    product = product.reshape(batch, *frequencies, filters)
    rows, columns = windows.pixels_at(0, 0)
    return np.fft.irfft2(product, s=size, axes=(1, 2))[:, rows, columns]


METHODS = {"im2col": _im2col, "naive": _naive, "fft": _fft}
