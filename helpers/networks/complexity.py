"""What a network costs, by formula: arithmetic, and numbers that it holds on the way."""

import math

import keras
from keras import layers

__all__ = ["count_activations", "count_flops"]

# what these do besides multiplying with a kernel is a few operations a number, and not counted
WITHOUT_KERNEL = (layers.BatchNormalization, layers.LayerNormalization, layers.GroupNormalization)


def count_flops(model):
    """Count the floating-point operations of a network for one image.

    Parameters
    ----------
    model : keras.Model
        Of convolutions (also transposed or depthwise), dense layers, and layers without a kernel;
        built for images of one size.

    Returns
    -------
    int
        Two for each multiply-add of a kernel, in the forward pass. Training costs about three times
        as much a step and image: forward, and backward to the weights and to the inputs.

    Raises
    ------
    TypeError, ValueError
        If it is no such model, the size of its images is open, or it has a layer with weights whose
        operations are not known here.

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
    return 2 * sum(_multiply_adds(layer) for layer in _layers_of(model))


def _multiply_adds(layer):
    if not layer.weights or isinstance(layer, WITHOUT_KERNEL):
        return 0
    shape = layer.input.shape if isinstance(layer, layers.Conv2DTranspose) else layer.output.shape
    kernel = getattr(layer, "kernel", None)
    if kernel is None or len(kernel.shape) not in (2, 4):
        raise TypeError(
            f"`model` must have layers whose operations are known; got {layer.name!r}, a "
            f"{type(layer).__name__} with weights. Known are dense layers and convolutions."
        )
    return math.prod(shape[1:-1]) * math.prod(kernel.shape)


def count_activations(model):
    """Count the numbers that a network's layers put out for one image.

    Parameters
    ----------
    model : keras.Model
        Built for images of one size.

    Returns
    -------
    int
        Over all layers, the image itself included. Training keeps about that many for the backward
        pass, for each image of a batch; prediction can forget most of them on the way.

    Raises
    ------
    TypeError, ValueError
        If it is no such model, or the size of its images is open.

    Examples
    --------
    >>> from helpers.networks import build_article_network
    >>> model = build_article_network((28, 28, 1), 10)
    >>> count_activations(model)  # 28 28 + 26 26 32 + 2 (13 13 32) + 10
    33242

    Introduced in notebook 06, *Compute*.
    """
    computing = [layer for layer in _layers_of(model) if not isinstance(layer, layers.InputLayer)]
    shapes = [model.input_shape, *(layer.output.shape for layer in computing)]
    return sum(math.prod(shape[1:]) for shape in shapes)


def _layers_of(model):
    """Return the layers of a model that has a fixed image size and holds no other models."""
    if not isinstance(model, keras.Model):
        raise TypeError(f"`model` must be a keras.Model; got a {type(model).__name__}.")
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            raise TypeError(
                f"`model` must hold layers, no other model; got {layer.name!r} within "
                f"{model.name!r}. Count the inner model on its own."
            )
    if not model.built or None in model.input_shape[1:]:
        raise ValueError(
            f"`model` must be built for images of one size; got {model.name!r}. Begin it with "
            "`keras.Input((height, width, channels))`."
        )
    return model.layers
