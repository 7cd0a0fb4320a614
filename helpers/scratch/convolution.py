"""Cross-correlation, which is what a convolution layer computes; its gradients; the layer."""

import numpy as np

from helpers.checks import check_choice, check_integer
from helpers.scratch.initializers import initialize
from helpers.scratch.layer import Layer, as_floats
from helpers.scratch.methods import METHODS, gather_columns, to_matrix
from helpers.scratch.shapes import PADDINGS, as_pair, check_groups
from helpers.scratch.windows import Windows, as_images, check_image_shape

__all__ = ["Conv2D", "convolve", "cross_correlate", "cross_correlate_backward"]


def cross_correlate(
    x,
    kernel,
    bias=None,
    *,
    strides=1,
    padding="valid",
    dilation_rate=1,
    groups=1,
    method="im2col",
):
    """Slide kernels over images: multiply what lies below, and add up.

    Parameters
    ----------
    x : array_like of shape (batch, height, width, channels)
        float32 or float64; integers and booleans become float64.
    kernel : array_like of shape (kernel height, kernel width, channels / groups, filters)
        Each filter spans all channels of its group.
    bias : array_like of shape (filters,), optional
    strides, dilation_rate : int or pair of int
        As in Keras, not both above 1.
    padding : "valid" or "same"
        As in Keras: none; or zeros, the odd one at the bottom and right. Any kernel size.
    groups : int
        Filters are dealt, in order, to so many groups of channels.
    method : "im2col", "naive" or "fft"
        One matrix product; the definition, in loops; or a product of spectra. Equal up to rounding.

    Returns
    -------
    ndarray of shape (batch, rows, columns, filters), dtype of `x`
        Element [b, i, j, f] is what filter f answers at place (i, j) of image b.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, options out of range or unknown, or other dtypes.

    Notes
    -----
    y[b, i, j, f] = bias[f] + sum over m, n, c of x[b, s i + d m, s j + d n, c] kernel[m, n, c, f]
    with strides s and dilation d, on the padded image. An empty batch has an empty output. A nan
    reaches exactly the outputs whose window holds it; with "fft" all outputs of its image and group
    because a spectrum mixes all pixels.

    References
    ----------
    Dumoulin and Visin, arXiv 1603.07285. Chellapilla, Puri, Simard, High performance convolutional
    neural networks for document processing, IWFHR 2006 (im2col).

    Examples
    --------
    >>> image = np.array([[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
    >>> kernel = np.array([[1, 2], [3, 4]])
    >>> cross_correlate(image[None, :, :, None], kernel[:, :, None, None])[0, :, :, 0]
    array([[0., 4., 3.],
           [0., 2., 1.]])

    Introduced in notebook 02, *A kernel slides*.
    """
    x, kernel, windows = _prepare(x, kernel, strides, padding, dilation_rate, groups)
    output = METHODS[check_choice("method", method, METHODS)](x, kernel, windows, groups)
    if bias is not None:
        output += _check_bias(bias, kernel)  # in place: a second output would cost time
    return output


def convolve(
    x,
    kernel,
    bias=None,
    *,
    strides=1,
    padding="valid",
    dilation_rate=1,
    groups=1,
    method="im2col",
):
    """Convolve images as mathematics defines it: cross-correlate with the kernel turned by 180°.

    Parameters
    ----------
    x, kernel, bias : array_like
        As in `cross_correlate`.
    strides, padding, dilation_rate, groups, method : int, pair of int or str
        As in `cross_correlate`.

    Returns
    -------
    ndarray of shape (batch, rows, columns, filters), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As in `cross_correlate`.

    Notes
    -----
    An image with a single 1 returns the kernel itself; `cross_correlate` returns it turned. What
    Keras calls convolution is the latter. A trained layer does not care: it learns the kernel
    that it needs, in whichever orientation.

    Backward is that of `cross_correlate`, with the kernel turned on the way in and its gradient
    turned on the way out: `cross_correlate_backward(gradient, x, kernel[::-1, ::-1])` returns the
    gradients of `x` and of the bias, and that of the kernel turned, `of_kernel[::-1, ::-1]`.

    Examples
    --------
    >>> image = np.array([[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]])
    >>> kernel = np.array([[1, 2], [3, 4]])
    >>> convolve(image[None, :, :, None], kernel[:, :, None, None])[0, :, :, 0]
    array([[0., 1., 2.],
           [0., 3., 4.]])

    Introduced in notebook 02, *Cross-correlation and convolution*.
    """
    return cross_correlate(
        x,
        _check_kernel(kernel)[::-1, ::-1],
        bias,
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
        groups=groups,
        method=method,
    )


def cross_correlate_backward(
    gradient, x, kernel, *, strides=1, padding="valid", dilation_rate=1, groups=1
):
    """Turn the gradient of a cross-correlation's output into those of all that went into it.

    Parameters
    ----------
    gradient : array_like of shape (batch, rows, columns, filters)
        Of the loss, with respect to the output.
    x, kernel : array_like
        What went into `cross_correlate`.
    strides, padding, dilation_rate, groups : int, pair of int or str
        With which it was called.

    Returns
    -------
    tuple of ndarray
        Gradients of the loss with respect to `x`, `kernel` and the bias, in their shapes. Those of
        kernel and bias are sums over the batch; zero for an empty one.

    Raises
    ------
    TypeError, ValueError
        As in `cross_correlate`, or if `gradient` has not the output's shape.

    Notes
    -----
    With im2col the layer is dense: output = columns @ matrix. So the matrix has the gradient
    columns^T @ gradient, and the columns have gradient @ matrix^T, of which each pixel collects the
    sum over all windows that show it.

    Examples
    --------
    >>> x, kernel = np.ones((1, 2, 3, 1)), np.full((2, 2, 1, 1), 5.0)
    >>> of_x, of_kernel, of_bias = cross_correlate_backward(np.ones((1, 1, 2, 1)), x, kernel)
    >>> of_x[0, :, :, 0]
    array([[ 5., 10.,  5.],
           [ 5., 10.,  5.]])
    >>> of_kernel[:, :, 0, 0], of_bias
    (array([[2., 2.],
           [2., 2.]]), array([2.]))

    Introduced in notebook 03, *Convolution and pooling backward*.
    """
    x, kernel, windows = _prepare(x, kernel, strides, padding, dilation_rate, groups)
    gradient = as_floats("gradient", gradient).astype(x.dtype, copy=False)
    expected = (len(x), *windows.output_size, kernel.shape[-1])
    if gradient.shape != expected:
        raise ValueError(
            f"`gradient` must have the shape of the output, {expected}; got {gradient.shape}. "
            "Pass the options that `cross_correlate` had."
        )
    height, width, depth, filters = kernel.shape
    columns = gather_columns(x, windows, groups)
    # (groups, windows, filters / groups)
    by_group = gradient.reshape(-1, groups, filters // groups).transpose(1, 0, 2)
    of_matrix = columns.transpose(0, 2, 1) @ by_group
    of_kernel = of_matrix.transpose(1, 0, 2).reshape(kernel.shape)
    of_columns = by_group @ to_matrix(kernel, groups).transpose(0, 2, 1)
    of_columns = of_columns.reshape(groups, *expected[:3], height, width, depth)
    of_windows = np.moveaxis(of_columns, 0, -2).reshape(*expected[:3], height, width, x.shape[-1])
    return windows.scatter(of_windows), of_kernel, gradient.sum(axis=(0, 1, 2))


def _prepare(x, kernel, strides, padding, dilation_rate, groups):
    """Check what goes into a cross-correlation; return images and kernel of one dtype, windows."""
    x = as_images("x", x)
    kernel = _check_kernel(kernel).astype(x.dtype, copy=False)
    check_groups(groups, channels=x.shape[-1], filters=kernel.shape[-1])
    if kernel.shape[2] * groups != x.shape[-1]:
        raise ValueError(
            f"`kernel` must span all {x.shape[-1] // groups} channels of a group; got kernel shape "
            f"{kernel.shape} and image shape {x.shape} with groups={groups}. The kernel's third "
            "axis is channels / groups."
        )
    check_strides_and_dilation(strides, dilation_rate)
    options = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    return x, kernel, Windows(x.shape[1:3], kernel.shape[:2], **options)


def _check_kernel(kernel):
    kernel = as_floats("kernel", kernel)
    if kernel.ndim != 4 or 0 in kernel.shape:
        raise ValueError(
            "`kernel` must have shape (height, width, channels / groups, filters), none of them 0; "
            f"got shape {kernel.shape}. Add missing axes with `kernel[:, :, None, None]`."
        )
    return kernel


def check_strides_and_dilation(strides, dilation_rate):
    """Refuse strides and a dilation rate that are both above 1, as Keras does."""
    strides, dilation_rate = as_pair("strides", strides), as_pair("dilation_rate", dilation_rate)
    if max(strides) > 1 and max(dilation_rate) > 1:
        raise ValueError(
            "`strides` and `dilation_rate` must not both be above 1, as in Keras; got strides "
            f"{strides} and dilation_rate {dilation_rate}. Set one of them to 1."
        )


def _check_bias(bias, kernel):
    bias = as_floats("bias", bias).astype(kernel.dtype, copy=False)
    if bias.shape != kernel.shape[-1:]:
        raise ValueError(
            f"`bias` must have one number a filter, shape {kernel.shape[-1:]}; got {bias.shape}."
        )
    return bias


class Conv2D(Layer):
    """Slide trained kernels over images; see `cross_correlate` and `cross_correlate_backward`.

    Parameters
    ----------
    filters : int
        Channels of the output.
    kernel_size : int or pair of int
    strides, dilation_rate : int or pair of int
        Not both above 1.
    padding : "valid" or "same"
    groups : int
        Divides the channels and the filters.
    use_bias : bool
        Whether each filter has a bias.
    kernel_initializer, bias_initializer : str or callable
        As `initialize` takes them.

    Raises
    ------
    TypeError, ValueError
        For options out of range or unknown; in `build`, for images that do not fit.

    Notes
    -----
    `parameters` holds "kernel", of shape (kernel height, kernel width, channels / groups, filters),
    and "bias", of shape (filters,).

    Examples
    --------
    >>> layer = Conv2D(8, (3, 5), padding="same")
    >>> layer.build((28, 20, 1), np.random.default_rng(0))
    (28, 20, 8)
    >>> layer.forward(np.ones((4, 28, 20, 1))).shape
    (4, 28, 20, 8)

    Introduced in notebook 03, *Convolution and pooling backward*.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        *,
        strides=1,
        padding="valid",
        dilation_rate=1,
        groups=1,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
    ):
        super().__init__()
        self.filters = check_integer("filters", filters, minimum=1)
        self.kernel_size = as_pair("kernel_size", kernel_size)
        check_strides_and_dilation(strides, dilation_rate)
        check_choice("padding", padding, PADDINGS)
        check_groups(groups, filters=filters)
        self.options = {
            "strides": strides,
            "padding": padding,
            "dilation_rate": dilation_rate,
            "groups": groups,
        }
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer

    def build(self, input_shape, generator):
        height, width, channels = check_image_shape(input_shape)
        groups = self.options["groups"]
        check_groups(groups, channels=channels)
        options = {name: value for name, value in self.options.items() if name != "groups"}
        windows = Windows((height, width), self.kernel_size, **options)
        shape = (*self.kernel_size, channels // groups, self.filters)
        self.parameters = {"kernel": initialize(self.kernel_initializer, shape, generator)}
        if self.use_bias:
            self.parameters["bias"] = initialize(self.bias_initializer, (self.filters,), generator)
        return (*windows.output_size, self.filters)

    def forward(self, x, training=False):
        x = as_images("x", x)
        kernel, *bias = self.cast_parameters(x.dtype)
        return self.remember(cross_correlate(x, kernel, *bias, **self.options), x, kernel)

    def backward(self, gradient):
        gradient, x, kernel = self.recall(gradient)
        of_x, of_kernel, of_bias = cross_correlate_backward(gradient, x, kernel, **self.options)
        self.gradients = {"kernel": of_kernel}
        if self.use_bias:
            self.gradients["bias"] = of_bias
        return of_x
