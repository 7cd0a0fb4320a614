"""Sizes, receptive fields and parameter counts: what can be known before anything is computed."""

import numbers

from helpers.checks import check_choice, check_integer

__all__ = [
    "as_pair",
    "count_convolution_parameters",
    "count_dense_parameters",
    "output_size",
    "padding_amounts",
    "receptive_field",
]

PADDINGS = ("valid", "same")


def as_pair(label, value):
    """Return (height, width) as two integers of at least 1; one integer stands for both.

    >>> as_pair("strides", 2)
    (2, 2)
    >>> as_pair("strides", (2, 0))
    Traceback (most recent call last):
        ...
    ValueError: `strides[1]` must be an integer of at least 1; got 0.
    """
    if not isinstance(value, (tuple, list)):
        return (check_integer(label, value, minimum=1),) * 2
    if len(value) != 2:
        raise ValueError(f"`{label}` must be one integer or two (height, width); got {value!r}.")
    return tuple(check_integer(f"{label}[{k}]", one, minimum=1) for k, one in enumerate(value))


def output_size(size, kernel_size, *, strides=1, padding="valid", dilation_rate=1):
    """Compute how many places a sliding window has along one axis.

    Parameters
    ----------
    size : int
        Pixels of the image along the axis.
    kernel_size : int
        Pixels of the kernel, or of the pool, along the axis.
    strides : int
        Pixels from one place to the next.
    padding : "valid", "same", or int of at least 0
        None; as Keras pads; or so many pixels in total, before and after together.
    dilation_rate : int
        Pixels from one pixel of the kernel to the next.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    TypeError, ValueError
        For a size, stride or dilation rate below 1, an unknown padding, or a window that does not
        fit into the padded image.

    Notes
    -----
    With total padding P: floor((size + P - dilation_rate (kernel_size - 1) - 1) / strides) + 1.
    With "same": ceil(size / strides), whatever the kernel. Pixels that the last step cannot reach
    are left out without a word: size 224 with kernel 11 and stride 4 is no error. The formula
    also holds with strides and dilation both above 1, which the layers refuse.

    References
    ----------
    Dumoulin and Visin, A guide to convolution arithmetic for deep learning, arXiv 1603.07285.

    Examples
    --------
    >>> output_size(28, 3)
    26
    >>> output_size(224, 11, strides=4), output_size(227, 11, strides=4)
    (54, 55)
    >>> output_size(7, 4, strides=2, padding="same")
    4

    Introduced in notebook 02, *Sizes*.
    """
    extent = _extent(kernel_size, dilation_rate)
    size = check_integer("size", size, minimum=1)
    strides = check_integer("strides", strides, minimum=1)
    if isinstance(padding, numbers.Integral):
        total = check_integer("padding", padding, minimum=0)
    elif not isinstance(padding, str):
        raise TypeError(
            f"`padding` must be 'valid', 'same' or an integer of at least 0; got {padding!r}."
        )
    elif check_choice("padding", padding, PADDINGS) == "same":
        return -(-size // strides)  # rounded up
    else:
        total = 0
    if extent > size + total:
        raise ValueError(
            f"The window must fit into the padded image; got a window of {extent} pixels (kernel "
            f"or pool size {kernel_size}, dilation rate {dilation_rate}) and {size + total} pixels "
            "of image. Use a larger image, a smaller window or padding='same'."
        )
    return (size + total - extent) // strides + 1


def padding_amounts(size, kernel_size, *, strides=1, padding="valid", dilation_rate=1):
    """Compute how many pixels are added before and after an image along one axis.

    Parameters
    ----------
    size, kernel_size, strides, dilation_rate : int
        As in `output_size`.
    padding : "valid" or "same"

    Returns
    -------
    tuple of (int, int)
        At the top and at the bottom, or at the left and at the right.

    Raises
    ------
    TypeError, ValueError
        As in `output_size`.

    Notes
    -----
    "same" adds what the last of the ceil(size / strides) windows lacks, half of it on each side;
    an odd pixel goes to the bottom or right, as in TensorFlow. So a kernel of even size has one
    pixel more after it than before it, and the amounts depend on the stride.

    Examples
    --------
    >>> padding_amounts(7, 3, padding="same")
    (1, 1)
    >>> padding_amounts(8, 3, strides=2, padding="same")
    (0, 1)

    Introduced in notebook 02, *Sizes*.
    """
    check_choice("padding", padding, PADDINGS)
    places = output_size(
        size, kernel_size, strides=strides, padding=padding, dilation_rate=dilation_rate
    )
    if padding == "valid":
        return 0, 0
    total = int(max((places - 1) * strides + _extent(kernel_size, dilation_rate) - size, 0))
    return total // 2, total - total // 2


def _extent(kernel_size, dilation_rate):
    """Count the pixels from the first to the last of a dilated kernel, both included."""
    kernel_size = check_integer("kernel_size", kernel_size, minimum=1)
    return check_integer("dilation_rate", dilation_rate, minimum=1) * (kernel_size - 1) + 1


def receptive_field(layers):
    """Compute how many pixels of the image, along one axis, one output of a stack of layers sees.

    Parameters
    ----------
    layers : list of tuple of int
        (kernel size, strides) or (kernel size, strides, dilation rate) of each convolution or
        pooling, the first layer first.

    Returns
    -------
    int
        1 without layers. Near the border a part of it lies outside the image.

    Raises
    ------
    TypeError, ValueError
        If a layer is no such tuple of integers of at least 1.

    Notes
    -----
    r = 1 + sum over layers l of d_l (k_l - 1) times the product of the strides before l: a step
    of layer l is as many pixels as all strides before it make together.

    References
    ----------
    Araujo, Norris, Sim, Distill 2019, doi 10.23915/distill.00021.

    Examples
    --------
    >>> receptive_field([(3, 1), (2, 2), (3, 1)])
    8

    Introduced in notebook 02, *Receptive field*.
    """
    if not isinstance(layers, (tuple, list)):
        raise TypeError(f"`layers` must be a list, with one tuple a layer; got {layers!r}.")
    field, step = 1, 1
    for number, layer in enumerate(layers):
        if not isinstance(layer, (tuple, list)) or len(layer) not in (2, 3):
            raise ValueError(
                f"`layers[{number}]` must be (kernel size, strides) or (kernel size, strides, "
                f"dilation rate); got {layer!r}."
            )
        kernel_size, strides, *dilation_rate = (
            check_integer(f"layers[{number}][{k}]", value, minimum=1)
            for k, value in enumerate(layer)
        )
        field += (_extent(kernel_size, *(dilation_rate or [1])) - 1) * step
        step *= strides
    return field


def count_convolution_parameters(kernel_size, channels, filters, *, groups=1, use_bias=True):
    """Count the weights and biases of a convolution layer.

    Parameters
    ----------
    kernel_size : int or pair of int
    channels : int
        Channels of the input.
    filters : int
        Channels of the output.
    groups : int
        Divides `channels` and `filters`.
    use_bias : bool
        Whether each filter has a bias.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        For counts below 1, or groups that do not divide.

    Notes
    -----
    (height width channels / groups + 1) filters: a kernel spans all channels of its group, and its
    size does not depend on that of the image.

    Examples
    --------
    >>> count_convolution_parameters(3, 1, 32)
    320
    >>> count_convolution_parameters((3, 5), 6, 8, groups=2)
    368

    Introduced in notebook 02, *Channels and parameters*.
    """
    height, width = as_pair("kernel_size", kernel_size)
    check_groups(groups, channels=channels, filters=filters)
    return int((height * width * (channels // groups) + bool(use_bias)) * filters)


def check_groups(groups, **counts):
    """Refuse groups that do not divide counts, given by name.

    >>> check_groups(2, channels=4, filters=3)
    Traceback (most recent call last):
        ...
    ValueError: `groups` must divide the number of filters; got 2 groups and 3 filters.
    """
    check_integer("groups", groups, minimum=1)
    for name, count in counts.items():
        if check_integer(name, count, minimum=1) % groups:
            raise ValueError(
                f"`groups` must divide the number of {name}; got {groups} groups and {count} "
                f"{name}."
            )


def count_dense_parameters(inputs, units, *, use_bias=True):
    """Count the weights and biases of a dense layer: (inputs + 1) units.

    Parameters
    ----------
    inputs : int
        Numbers that go into each unit.
    units : int
    use_bias : bool
        Whether each unit has a bias.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        For counts below 1.

    Examples
    --------
    >>> count_dense_parameters(13 * 13 * 32, 10)
    54090

    Introduced in notebook 02, *Channels and parameters*.
    """
    inputs = check_integer("inputs", inputs, minimum=1)
    return (inputs + bool(use_bias)) * check_integer("units", units, minimum=1)
