"""Look inside a trained network: kernels, feature maps, saliency, and a network made ignorant."""

import keras
import numpy as np

from helpers.checks import check_integer, check_number
from helpers.networks.gradients import input_gradient
from helpers.networks.search import SymmetricConv2D

__all__ = ["compute_saliency", "feature_maps", "first_kernels", "shuffle_weights"]


def first_kernels(model):
    """Copy the kernels of a network's first convolution.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    numpy.ndarray of shape (height, width, in, out), or None
        None for a network without a convolution.

    Introduced in notebook 04, *What the network learned*.
    """
    layer = _first_convolution(model)
    return None if layer is None else np.asarray(layer.kernel)


def feature_maps(model, images):
    """Compute what a network's first convolution hands on.

    Parameters
    ----------
    model : keras.Sequential
    images : array_like of shape (batch, height, width, channels)
        Scaled as in training.

    Returns
    -------
    numpy.ndarray of shape (batch, height, width, filters), or None
        After the layer's own activation; None for a network without a convolution.

    Introduced in notebook 04, *What the network learned*.
    """
    layer = _first_convolution(model)
    if layer is None:
        return None
    part = keras.Model(model.inputs, layer.output)
    return np.asarray(part.predict(np.asarray(images, dtype="float32"), verbose=0))


def _first_convolution(model):
    convolutions = (keras.layers.Conv2D, SymmetricConv2D)
    return next((layer for layer in model.layers if isinstance(layer, convolutions)), None)


def compute_saliency(model, images, outputs, *, num_samples=20, noise=0.2, seed=0):
    """Compute how strongly each pixel moves one logit: the size of the gradient, a map an image.

    The gradient at one image is noisy from pixel to pixel, so it is averaged over copies of the
    image with a little noise added (SmoothGrad).

    Parameters
    ----------
    model : keras.Model
        Ends in logits.
    images : array_like of shape (batch, height, width, channels)
        Scaled as in training.
    outputs : sequence of int
        For each image, which logit.
    num_samples : int
        Copies of each image, at least 1.
    noise : float
        Standard deviation of the added noise, in the units of `images`; 0 gives the plain gradient.
    seed : int
        Of the noise, at least 0.

    Returns
    -------
    numpy.ndarray of shape (batch, height, width), float32
        Largest absolute mean gradient over the channels, 0 or more.

    Raises
    ------
    TypeError, ValueError
        If there are not as many outputs as images, or a setting is out of its range.

    Notes
    -----
    A map shows what the network is sensitive to, not that it is right. Compare it with the map of
    `shuffle_weights(model)` before you believe it, and with that of a network that was never
    trained (Adebayo et al.).

    References
    ----------
    Simonyan, Vedaldi, Zisserman, arXiv 1312.6034; Smilkov et al., arXiv 1706.03825 (SmoothGrad);
    Adebayo et al., arXiv 1810.03292.

    Introduced in notebook 04, *Saliency*.
    """
    images = np.asarray(images, dtype="float32")
    if len(outputs) != len(images):
        raise ValueError(
            f"`outputs` must name one logit an image; got {len(outputs)} for {len(images)} images."
        )
    check_integer("num_samples", num_samples, minimum=1)
    check_number("noise", noise, minimum=0)
    generator = np.random.default_rng(check_integer("seed", seed, minimum=0))
    maps = []
    for image, output in zip(images, outputs, strict=True):
        copies = image + generator.normal(0, noise, (num_samples, *image.shape))  # (copy, h, w, c)
        gradient = input_gradient(model, copies, int(output)).mean(axis=0)
        maps.append(np.abs(gradient).max(axis=-1))
    return np.stack(maps)


def shuffle_weights(model, *, seed):
    """Copy a network with its weights shuffled within each array: the learned pattern is gone.

    Parameters
    ----------
    model : keras.Model
    seed : int
        At least 0.

    Returns
    -------
    keras.Model
        Weights of the same sizes and the same histograms, in a random order.

    Notes
    -----
    What depends on the histogram alone is kept, the sum of a kernel for example, and training may
    have made it. A network that has learnt nothing is one with new random weights:
    `keras.models.clone_model(model)`.

    Introduced in notebook 04, *Saliency*.
    """
    generator = np.random.default_rng(check_integer("seed", seed, minimum=0))
    twin = keras.models.clone_model(model)
    twin.set_weights(
        [
            generator.permutation(weight.ravel()).reshape(weight.shape)
            for weight in model.get_weights()
        ]
    )
    return twin
