"""What a network costs, by formula: arithmetic, and numbers that it holds on the way."""

import math

import keras
from keras import layers

from helpers.networks.search import SymmetricConv2D

__all__ = ["count_activations", "count_flops"]

# a subclass may do something else with its kernel, so the type itself must be one of these
WITH_KERNEL = (
    *(layers.Dense, layers.Conv2D, layers.DepthwiseConv2D, layers.Conv2DTranspose),
    SymmetricConv2D,
)
# what these do besides multiplying with a kernel is a few operations a number, and not counted
WITHOUT_KERNEL = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization)


def count_flops(model):
    """Count the floating-point operations of a network for one image.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, of `Dense`, `Conv2D`, `DepthwiseConv2D`, `Conv2DTranspose` and
        `SymmetricConv2D`, channels last, and of layers without a kernel; one input, images of one
        size, and each layer used once.

    Returns
    -------
    int
        Two for each multiply-add of a kernel, in the forward pass. Training costs about three times
        as much a step and image: forward, and backward to the weights and to the inputs.

    Raises
    ------
    TypeError, ValueError
        If it is no model; if it has a layer with weights that is none of these, or channels first;
        if it is subclassed, the size of its images is open, it has several inputs, holds another
        model, or uses a layer at several places.

    Notes
    -----
    A kernel is applied once for each place of the output: out_height x out_width times for a
    convolution, for a transposed one as often as its *input* has places, and once for a dense
    layer. Each time it costs as many multiply-adds as it has weights. Biases, activations, pooling
    and normalisation are not counted: a few operations for each number that a layer puts out.

    Some authors give multiply-adds, which is half the number, and also call them FLOPs.

    Examples
    --------
    >>> from helpers.networks import build_article_network
    >>> model = build_article_network((28, 28, 1), 10)
    >>> count_flops(model)  # 2 (26 26 9 32 + 13 13 32 10)
    497536

    Introduced in notebook 06, *Complexity*.
    """
    return 2 * sum(_multiply_adds(call) for call in _calls_of(model))


def _multiply_adds(call):
    layer = call.operation
    if not layer.weights or isinstance(layer, WITHOUT_KERNEL):
        return 0
    if type(layer) not in WITH_KERNEL:
        raise ValueError(
            f"`model` must have layers whose operations are known; got {layer.name!r}, a "
            f"{type(layer).__name__} with weights. Known are "
            f"{', '.join(kind.__name__ for kind in WITH_KERNEL)}."
        )
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise ValueError(
            f"`model` must have its channels last; got {layer.name!r} with {layer.data_format!r}. "
            "Build it with `data_format='channels_last'`."
        )
    transposed = isinstance(layer, layers.Conv2DTranspose)
    (tensor,) = call.input_tensors if transposed else call.outputs
    return math.prod(tensor.shape[1:-1]) * math.prod(layer.kernel.shape)


def count_activations(model):
    """Count the numbers that a network's layers put out for one image.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, with one input, images of one size, and each layer used once.

    Returns
    -------
    int
        Over all layers, the image itself included. Training keeps about that many for the backward
        pass, for each image of a batch; prediction can forget most of them on the way.

    Raises
    ------
    TypeError, ValueError
        If it is no model; if it is subclassed, the size of its images is open, it has several
        inputs, holds another model, or uses a layer at several places.

    Examples
    --------
    >>> from helpers.networks import build_article_network
    >>> model = build_article_network((28, 28, 1), 10)
    >>> count_activations(model)  # 28 28 + 26 26 32 + 2 (13 13 32) + 10
    33242

    Introduced in notebook 06, *Compute*.
    """
    calls = [call for call in _calls_of(model) if not isinstance(call.operation, layers.InputLayer)]
    outputs = [tensor for call in calls for tensor in call.outputs]
    return sum(math.prod(tensor.shape[1:]) for tensor in (*model.inputs, *outputs))


def _calls_of(model):
    """Return the calls of layers in a model: operation, input_tensors and outputs of each.

    A layer may belong to other models, too; its own `output` is that of the first of them.
    """
    if not isinstance(model, keras.Model):
        raise TypeError(f"`model` must be a keras.Model; got a {type(model).__name__}.")
    if isinstance(model, keras.Sequential) and not model.built:
        _refuse_open_size(model)
    graph = getattr(model, "_functional", model)  # a Sequential keeps its graph inside
    if not hasattr(graph, "_nodes_by_depth"):
        raise ValueError(
            f"`model` must be sequential or functional; got {model.name!r}, a "
            f"{type(model).__name__} without a graph of layers. Build it with `keras.Sequential` "
            "or `keras.Model(inputs, outputs)`."
        )
    if len(model.inputs) != 1:
        raise ValueError(f"`model` must have one input; got {len(model.inputs)} in {model.name!r}.")
    if None in model.inputs[0].shape[1:]:
        _refuse_open_size(model)
    calls = [call for level in graph._nodes_by_depth.values() for call in level]
    calls = [call for call in calls if isinstance(call.operation, layers.Layer)]
    _check_used_once(model, [call.operation for call in calls])
    return calls


def _refuse_open_size(model):
    raise ValueError(
        f"`model` must be built for images of one size; got {model.name!r}. Begin it with "
        "`keras.Input((height, width, channels))`."
    )


def _check_used_once(model, called):
    for layer in called:
        if isinstance(layer, keras.Model):
            raise ValueError(
                f"`model` must hold layers, no other model; got {layer.name!r} within "
                f"{model.name!r}. Count the inner model on its own."
            )
        if called.count(layer) > 1:
            raise ValueError(
                f"`model` must use each layer at one place; got {layer.name!r} at "
                f"{called.count(layer)} places of {model.name!r}. Count a model with a layer for "
                "each place."
            )
