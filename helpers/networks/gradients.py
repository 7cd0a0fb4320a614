"""The gradient of one output with respect to the input: the only module that knows the backends.

Keras has no gradient function of its own that serves all of its backends, so there is one short
function for each. Only TensorFlow's is run by the tests of this project; JAX's and PyTorch's are
untried.
"""

import keras
import numpy as np

from helpers.checks import check_choice, check_integer

__all__ = ["input_gradient"]


def input_gradient(model, images, output):
    """Differentiate one output of a network with respect to every pixel.

    Parameters
    ----------
    model : keras.Model
        From (batch, height, width, channels) to (batch, units).
    images : array_like of shape (batch, height, width, channels)
        Scaled as in training; at least one image.
    output : int
        Which unit, from 0.

    Returns
    -------
    numpy.ndarray of shape (batch, height, width, channels), float32
        Element [b, i, j, c] is the change of that output of image b for a small change of its
        pixel (i, j, c).

    Raises
    ------
    ValueError
        If `images` has other axes than the model's input, or there is no such output.

    Introduced in notebook 04, *Saliency*.
    """
    images = np.asarray(images, dtype="float32")
    if images.shape[1:] != tuple(model.input_shape[1:]) or len(images) == 0:
        raise ValueError(
            f"`images` must have shape (batch, {', '.join(map(str, model.input_shape[1:]))}) with "
            f"at least one image; got {images.shape}."
        )
    check_integer("output", output, minimum=0, maximum=model.output_shape[-1] - 1)
    backend = check_choice("KERAS_BACKEND", keras.config.backend(), BACKENDS)
    return np.asarray(BACKENDS[backend](model, images, output), dtype="float32")


def _tensorflow_gradient(model, images, output):
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(model(images, training=False)[:, output])
    return tape.gradient(total, images).numpy()


def _jax_gradient(model, images, output):
    import jax

    def total(images):
        return model(images, training=False)[:, output].sum()

    return jax.grad(total)(jax.numpy.asarray(images))


def _torch_gradient(model, images, output):
    import torch

    images = torch.tensor(images, requires_grad=True)
    model(images, training=False)[:, output].sum().backward()
    return images.grad.cpu().numpy()


BACKENDS = {"tensorflow": _tensorflow_gradient, "jax": _jax_gradient, "torch": _torch_gradient}
