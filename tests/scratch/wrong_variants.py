"""Convolution and pooling as they are often got wrong; every one must fail a comparison."""

import numpy as np

from helpers import scratch
from helpers.scratch import cross_correlate, cross_correlate_backward
from helpers.scratch.shapes import as_pair


def flipped_kernel(x, kernel, bias, **options):
    """Compute the convolution of mathematics where Keras computes cross-correlation."""
    return cross_correlate(x, kernel[::-1, ::-1], bias, **options)


def transposed_kernel(x, kernel, bias, **options):
    """Mix up rows and columns of the kernel; only a square one lets it pass."""
    square = kernel.shape[0] == kernel.shape[1]
    return cross_correlate(x, kernel.swapaxes(0, 1) if square else kernel, bias, **options)


def off_by_one_stride(x, kernel, bias, *, strides, **options):
    """Let the first window begin one step early, at the last pixel of the step before."""
    down, right = as_pair("strides", strides)
    x = np.roll(x, (1 - down, 1 - right), axis=(1, 2))
    return cross_correlate(x, kernel, bias, strides=strides, **options)


def swapped_strides(x, kernel, bias, *, strides, **options):
    """Go right as far as down and down as far as right."""
    return cross_correlate(x, kernel, bias, strides=strides[::-1], **options)


def forgotten_bias(x, kernel, bias, **options):
    """Leave the bias out."""
    return cross_correlate(x, kernel, **options)


def padding_before(x, kernel, bias, **options):
    """Put the odd pixel of "same" at the top and left: all axes run backwards."""
    output = cross_correlate(x[:, ::-1, ::-1], kernel[::-1, ::-1], bias, **options)
    return (
        output[:, ::-1, ::-1]
        if options["padding"] == "same"
        else cross_correlate(x, kernel, bias, **options)
    )


def repeated_border(x, kernel, bias, *, padding, **options):
    """Repeat the pixels of the border where zeros belong."""
    amounts = scratch.Windows(
        x.shape[1:3],
        kernel.shape[:2],
        strides=options["strides"],
        dilation_rate=options["dilation_rate"],
        padding=padding,
    ).amounts
    x = np.pad(x, ((0, 0), *amounts, (0, 0)), mode="edge")
    return cross_correlate(x, kernel, bias, padding="valid", **options)


def forgotten_dilation(x, kernel, bias, *, dilation_rate, **options):
    """Leave the pixels of the kernel side by side."""
    return cross_correlate(x, kernel, bias, **options)


def reversed_channels(x, kernel, bias, **options):
    """Meet the channels in the wrong order."""
    return cross_correlate(x[..., ::-1], kernel, bias, **options)


def interleaved_groups(x, kernel, bias, *, groups, **options):
    """Deal the channels to the groups like cards, one after the other."""
    order = np.arange(x.shape[-1]).reshape(-1, groups).T.ravel()
    return cross_correlate(x[..., order], kernel, bias, groups=groups, **options)


def first_channel_only(x, kernel, bias, **options):
    """Slide over one channel of each group, as if a kernel were flat."""
    kernel = kernel * (np.arange(kernel.shape[2]) == 0)[:, None]
    return cross_correlate(x, kernel, bias, **options)


WRONG_PADDINGS = [padding_before, repeated_border]  # right without padding
WRONG_CORRELATIONS = [
    flipped_kernel,
    transposed_kernel,
    off_by_one_stride,
    swapped_strides,
    forgotten_bias,
    padding_before,
    repeated_border,
    forgotten_dilation,
    reversed_channels,
    interleaved_groups,
    first_channel_only,
]


def mean_over_the_batch(gradient, x, kernel, **options):
    """Divide the gradients of kernel and bias by the batch, which the loss has done already."""
    of_x, of_kernel, of_bias = cross_correlate_backward(gradient, x, kernel, **options)
    return of_x, of_kernel / len(x), of_bias / len(x)


def kernel_not_turned(gradient, x, kernel, **options):
    """Send the gradient back through the kernel turned by 180 degrees."""
    of_x, _, _ = cross_correlate_backward(gradient, x, kernel[::-1, ::-1], **options)
    return of_x, *cross_correlate_backward(gradient, x, kernel, **options)[1:]


def kernel_gradient_turned(gradient, x, kernel, **options):
    """Turn the gradient of the kernel by 180 degrees, as for the convolution of mathematics."""
    of_x, of_kernel, of_bias = cross_correlate_backward(gradient, x, kernel, **options)
    return of_x, of_kernel[::-1, ::-1], of_bias


def bias_of_one_place(gradient, x, kernel, **options):
    """Forget that the bias acts at every place."""
    of_x, of_kernel, _ = cross_correlate_backward(gradient, x, kernel, **options)
    return of_x, of_kernel, gradient[:, 0, 0].sum(axis=0)


def last_window_only(gradient, x, kernel, **options):
    """Overwrite where windows overlap, instead of adding."""
    of_x, of_kernel, of_bias = cross_correlate_backward(gradient, x, kernel, **options)
    counts, _, _ = cross_correlate_backward(
        np.ones_like(gradient), x, np.ones_like(kernel), **options
    )
    return of_x / np.maximum(counts / kernel.shape[-1], 1), of_kernel, of_bias


WRONG_BACKWARDS = [
    mean_over_the_batch,
    kernel_not_turned,
    kernel_gradient_turned,
    bias_of_one_place,
    last_window_only,
]


class CountsPadding(scratch.AveragePooling2D):
    """Divide by the size of the pool, padding included."""

    def forward(self, x, training=False):
        output = super().forward(x)
        _, _, (windows, counts) = self._memory
        area = np.prod(self.pool_size)
        return self.remember(output * counts / area, windows, np.full_like(counts, area))


class PadsWithZeros(scratch.MaxPooling2D):
    """Let the zeros of the padding win over negative pixels."""

    def forward(self, x, training=False):
        output = super().forward(x)
        _, _, (windows, switches) = self._memory
        padded = windows.gather(np.ones_like(x)).min(axis=(3, 4)) == 0
        output = np.where(padded, np.maximum(output, 0), output)
        return self.remember(output, windows, switches)


class AllTies(scratch.MaxPooling2D):
    """Send the whole gradient to each of the largest pixels."""

    def forward(self, x, training=False):
        output = super().forward(x)
        self._view = self._windows(x.shape[1:3]).gather(x, fill=-np.inf)
        return output

    def backward(self, gradient):
        gradient, windows, _ = self.recall(gradient)
        kept = self._view == self._view.max(axis=(3, 4), keepdims=True)
        return windows.scatter(gradient[:, :, :, None, None] * kept)


class LastTie(scratch.MaxPooling2D):
    """Send the gradient to the last of the largest pixels."""

    def forward(self, x, training=False):
        output = super().forward(x)
        windows = self._windows(x.shape[1:3])
        height, width = self.pool_size
        view = windows.gather(x, fill=-np.inf).reshape(*output.shape[:3], height * width, -1)
        last = height * width - 1 - view[:, :, :, ::-1].argmax(axis=3)
        return self.remember(output, windows, last.astype("int32"))


class StridesOfThePool(scratch.MaxPooling2D):
    """Ignore the strides."""

    def __init__(self, pool_size, *, strides, padding):
        super().__init__(pool_size, padding=padding)


class WholeGradientToAll(scratch.AveragePooling2D):
    """Forget that each pixel has a part only in the mean."""

    def backward(self, gradient):
        _, _, (_, counts) = self._memory
        return super().backward(gradient * counts)


class GlobalSum(scratch.GlobalAveragePooling2D):
    """Add up without dividing."""

    def forward(self, x, training=False):
        output = super().forward(x)
        return self.remember(output * np.prod(x.shape[1:3]), x.shape)


class GlobalFirstTie(scratch.GlobalMaxPooling2D):
    """Send the gradient to the first of the largest pixels, as pooling does over windows."""

    def forward(self, x, training=False):
        output = super().forward(x)
        flat = x.reshape(len(x), -1, x.shape[-1])
        first = np.arange(flat.shape[1])[:, None] == flat.argmax(axis=1)[:, None]
        return self.remember(output, first.reshape(x.shape))


WRONG_POOLINGS = [
    ("AveragePooling2D", CountsPadding),
    ("AveragePooling2D", WholeGradientToAll),
    ("MaxPooling2D", PadsWithZeros),
    ("MaxPooling2D", AllTies),
    ("MaxPooling2D", LastTie),
    ("MaxPooling2D", StridesOfThePool),
    ("GlobalAveragePooling2D", GlobalSum),
    ("GlobalMaxPooling2D", GlobalFirstTie),
]
