"""Weights with fewer bits, simulated: rounded to what the bits can say, computed in float32."""

import numpy as np

from helpers.checks import check_choice

__all__ = ["PRECISIONS", "round_values", "round_weights"]

# bits of a weight
PRECISIONS = {"float32": 32, "float16": 16, "bfloat16": 16, "int8": 8, "int4": 4, "int2": 2}


def round_values(values, precision):
    """Round numbers to the nearest that a number format can hold.

    Parameters
    ----------
    values : array_like
        At least one real number; finite, also in float32, as which they are taken. The last axis
        counts channels: the units of a dense layer, the filters of a convolution.
    precision : {"float32", "float16", "bfloat16", "int8", "int4", "int2"}

    Returns
    -------
    numpy.ndarray of float32
        In the shape of `values`.

    Raises
    ------
    TypeError, ValueError
        For an unknown format, values that are no real numbers, none at all, nan or infinity, or a
        number too large for float32 or for the format.

    Notes
    -----
    float16 has 10 bits behind the leading 1 and ends at 65,504; bfloat16 has 7 and reaches as far
    as float32. A tie goes to the even neighbour.

    An integer of b bits is -L, ..., L with L = 2^(b-1) - 1, times a scale. Each channel has its own
    scale, max |value| / L, so that no channel is crushed by a larger one. int2 leaves -1, 0 and 1.
    A channel of zeros stays so.

    References
    ----------
    Jacob et al., arXiv 1712.05877; Nagel et al., arXiv 2106.08295 (quantisation); Kalamkar et al.,
    arXiv 1905.12322 (bfloat16).

    Examples
    --------
    >>> round_values([[1.0, 0.3], [0.4, 30.0]], "int2")
    array([[ 1.,  0.],
           [ 0., 30.]], dtype=float32)
    >>> round_values([1.0, 3.14159], "bfloat16")
    array([1.      , 3.140625], dtype=float32)

    Introduced in notebook 06, *Compute*.
    """
    bits = PRECISIONS[check_choice("precision", precision, PRECISIONS)]
    values = _check_values(values)
    if precision == "float32":
        return values.copy()
    if precision.startswith("int"):
        return _round_to_integers(values, bits)
    with np.errstate(over="ignore"):  # is refused below
        rounded = values.astype("float16") if precision == "float16" else _round_bits(values)
    if not np.isfinite(rounded).all():
        raise ValueError(f"`values` must fit into {precision}; got {np.abs(values).max():.4g}.")
    return rounded.astype("float32")


def _check_values(values):
    values = np.asarray(values)
    if values.dtype.kind not in "fiu":
        raise TypeError(f"`values` must hold real numbers; got {values.dtype}.")
    if values.size == 0:
        raise ValueError(f"`values` must hold at least one number; got shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("`values` must be finite; got nan or infinity.")
    with np.errstate(over="ignore"):  # is refused below
        short = values.astype("float32")
    if not np.isfinite(short).all():
        raise ValueError(f"`values` must fit into float32; got {np.abs(values).max():.4g}.")
    return short


def _round_to_integers(values, bits):
    levels = 2 ** (bits - 1) - 1
    scale = np.abs(values).max(axis=tuple(range(values.ndim - 1)), keepdims=True) / levels
    scale = np.where(scale > 0, scale, 1)
    return (np.rint(values / scale) * scale).astype("float32")


def _round_bits(values):
    """Round float32 to the upper 16 of its 32 bits."""
    whole = values.view("uint32")
    half = np.uint32(0x7FFF) + ((whole >> 16) & 1)  # a tie goes to the even neighbour
    return ((whole + half) & np.uint32(0xFFFF0000)).view("float32")


def round_weights(weights, precision):
    """Round all weights of a network to a number format.

    Parameters
    ----------
    weights : list of array_like
        As `model.get_weights()` gives them; they stay as they are. A network without weights has an
        empty list, and gets one.
    precision : {"float32", "float16", "bfloat16", "int8", "int4", "int2"}

    Returns
    -------
    list of numpy.ndarray of float32
        For `model.set_weights`. Integers replace kernels only; biases and what normalisations hold,
        few numbers with one axis, stay as they are.

    Raises
    ------
    TypeError, ValueError
        For weights that are no list, such as the model itself; an unknown format; and as
        `round_values` says.

    Notes
    -----
    It says what lower precision costs in accuracy, not what it saves in time: the network still
    computes in float32, and what its layers put out is not rounded.

    Examples
    --------
    >>> kernel, bias = round_weights([[[0.9], [0.2]], [0.123]], "int2")
    >>> kernel.ravel(), bias
    (array([0.9, 0. ], dtype=float32), array([0.123], dtype=float32))

    Introduced in notebook 06, *Compute*.
    """
    whole = check_choice("precision", precision, PRECISIONS).startswith("int")
    if not isinstance(weights, (list, tuple)):
        raise TypeError(
            f"`weights` must be a list of arrays; got a {type(weights).__name__}. Use "
            "`model.get_weights()`."
        )
    kept = [precision if np.ndim(w) > 1 or not whole else "float32" for w in weights]
    return [round_values(weight, kind) for weight, kind in zip(weights, kept, strict=True)]
