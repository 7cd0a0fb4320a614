"""From logits to probabilities, in one place for every task."""

import keras
import numpy as np

from helpers.checks import check_choice, check_integer
from helpers.networks.training import TASKS

__all__ = ["predict_probabilities"]


def predict_probabilities(model, images, *, task, batch_size=512):
    """Turn a network's logits into probabilities.

    Parameters
    ----------
    model : keras.Model
        Ends in logits.
    images : array_like of shape (n, height, width, channels)
        Scaled as in training.
    task : {"binary", "multi-class", "ordinal", "multi-label"}
    batch_size : int
        Images at a time: memory against speed, without influence on the result.

    Returns
    -------
    numpy.ndarray of float64, shape (n,) or (n, classes)
        Binary: element [i] is the probability of the positive class of image i. Classes: element
        [i, k] that of class k, each row summing to 1. Labels: each element its own probability.

    Raises
    ------
    TypeError, ValueError
        For an unknown task, no images, or a batch size below 1.

    Notes
    -----
    Whether such a number deserves the name probability is a question of calibration (lesson 05).

    Introduced in notebook 04, *Choose once, test once*.
    """
    check_choice("task", task, TASKS)
    logits = predict_logits(model, images, batch_size=batch_size).astype("float64")
    if task in ("binary", "multi-label"):
        probabilities = np.asarray(keras.ops.sigmoid(logits))
        return probabilities[:, 0] if task == "binary" else probabilities
    return np.asarray(keras.ops.softmax(logits, axis=-1))


def predict_logits(model, images, *, batch_size=512):
    """Compute a network's logits batch by batch; Keras's `predict` would first copy all images."""
    check_integer("batch_size", batch_size, minimum=1)
    if len(images) == 0:
        raise ValueError("`images` must hold at least one image; got none.")
    starts = range(0, len(images), batch_size)
    batches = [model.predict_on_batch(images[start : start + batch_size]) for start in starts]
    return np.concatenate(batches)
