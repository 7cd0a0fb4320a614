"""Gradients, of an output to the input and of a loss to the weights: the only module that knows
the backends.

Keras has no gradient function of its own that serves all of its backends, so there is one short
function for each. Only TensorFlow's is run by the tests of this project; JAX's and PyTorch's are
untried.
"""

import keras
import numpy as np

from helpers.checks import check_choice, check_integer

__all__ = ["input_gradient", "loss_gradients"]


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
    images = check_batch(model, images)
    check_integer("output", output, minimum=0, maximum=model.output_shape[-1] - 1)
    return np.asarray(_backend(INPUT_GRADIENTS)(model, images, output), dtype="float32")


def loss_gradients(model, images, labels, loss):
    """Differentiate a loss with respect to every trainable weight of a network.

    Parameters
    ----------
    model : keras.Model
        From (batch, height, width, channels) to (batch, units). Its layers act as in use: dropout
        and random shifts do nothing, and batch normalisation uses its running averages.
    images : array_like of shape (batch, height, width, channels)
        Scaled as in training; at least one image. All are computed at once.
    labels : array_like of shape (batch,) or (batch, units)
        As the loss expects them.
    loss : keras.losses.Loss
        Such as `build_loss` returns.

    Returns
    -------
    value : float
        The loss.
    gradients : list of numpy.ndarray
        Element k has the shape of `model.trainable_weights[k]`: the change of the loss for a small
        change of each weight.

    Raises
    ------
    ValueError
        If `images` has other axes than the model's input, or there are not as many labels.

    Examples
    --------
    >>> network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False)])
    >>> network.set_weights([np.array([[1.0], [3.0]])])
    >>> value, (gradient,) = loss_gradients(network, [[2, 1]], [4], keras.losses.MeanSquaredError())
    >>> value  # (2 * 1 + 1 * 3 - 4)^2
    1.0
    >>> gradient.ravel()  # 2 (5 - 4) times the input
    array([4., 2.], dtype=float32)

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """
    images, labels = check_batch(model, images), np.asarray(labels)
    if len(labels) != len(images):
        raise ValueError(
            f"`labels` must be as many as `images`; got {len(labels)} for {len(images)} images."
        )
    value, gradients = _backend(LOSS_GRADIENTS)(model, images, labels, loss)
    return float(value), [np.asarray(gradient, dtype="float32") for gradient in gradients]


def check_batch(model, images, label="images"):
    """Return images as float32, if a network takes their shape and there is at least one."""
    images = np.asarray(images, dtype="float32")
    if images.shape[1:] != tuple(model.input_shape[1:]) or len(images) == 0:
        raise ValueError(
            f"`{label}` must have shape (batch, {', '.join(map(str, model.input_shape[1:]))}) with "
            f"at least one image; got {images.shape}."
        )
    return images


def _backend(functions):
    return functions[check_choice("KERAS_BACKEND", keras.config.backend(), functions)]


def _tensorflow_input_gradient(model, images, output):
    import tensorflow as tf

    images = tf.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(model(images, training=False)[:, output])
    return tape.gradient(total, images).numpy()


def _jax_input_gradient(model, images, output):
    import jax

    def total(images):
        return model(images, training=False)[:, output].sum()

    return jax.grad(total)(jax.numpy.asarray(images))


def _torch_input_gradient(model, images, output):
    import torch

    images = torch.tensor(images, requires_grad=True)
    model(images, training=False)[:, output].sum().backward()
    return images.grad.cpu().numpy()


def _tensorflow_loss_gradients(model, images, labels, loss):
    import tensorflow as tf

    weights = [weight.value for weight in model.trainable_weights]
    with tf.GradientTape() as tape:
        value = loss(labels, model(images, training=False))
    gradients = tape.gradient(value, weights, unconnected_gradients="zero")
    return value, [tf.convert_to_tensor(gradient) for gradient in gradients]  # some come sparse


def _jax_loss_gradients(model, images, labels, loss):
    import jax

    fixed = [weight.value for weight in model.non_trainable_variables]

    def total(weights):
        outputs, _ = model.stateless_call(weights, fixed, images, training=False)
        return loss(labels, outputs)

    return jax.value_and_grad(total)([weight.value for weight in model.trainable_variables])


def _torch_loss_gradients(model, images, labels, loss):
    import torch

    value = loss(labels, model(images, training=False))
    weights = [weight.value for weight in model.trainable_weights]
    gradients = torch.autograd.grad(value, weights, materialize_grads=True)
    return value.item(), [gradient.cpu().numpy() for gradient in gradients]


INPUT_GRADIENTS = {
    "tensorflow": _tensorflow_input_gradient,
    "jax": _jax_input_gradient,
    "torch": _torch_input_gradient,
}
LOSS_GRADIENTS = {
    "tensorflow": _tensorflow_loss_gradients,
    "jax": _jax_loss_gradients,
    "torch": _torch_loss_gradients,
}
