"""Losses: the mean over the batch, and its gradient with respect to what the network says.

Each loss makes the same two moves: `forward(y_true, y_pred)` returns the mean loss, `backward()`
the gradient with respect to `y_pred`. The cross-entropies take logits, not probabilities: then
nothing overflows, and both gradients are (p - y) / n.
"""

import numpy as np

from helpers.scratch.activations import sigmoid, softmax
from helpers.scratch.layer import as_floats

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
]


class _Loss:
    """Remember from forward to backward, as layers do."""

    def __init__(self):
        self._memory = None

    def _remember(self, losses, *values):
        """Keep what `backward` needs; return the mean loss, nan if there is a nan."""
        self._memory = values
        return float(losses.mean())

    def _recall(self):
        if self._memory is None:
            name = type(self).__name__
            raise ValueError(
                f"`{name}.backward` must follow `{name}.forward`; no loss was computed yet."
            )
        return self._memory


def _check_predictions(y_pred):
    y_pred = as_floats("y_pred", y_pred)
    if y_pred.ndim == 0:
        raise ValueError("`y_pred` must have a batch axis; got a single number. Write `[number]`.")
    if y_pred.size == 0:
        raise ValueError(
            f"`y_pred` must hold at least one case; got shape {y_pred.shape}. The mean loss of an "
            "empty batch does not exist."
        )
    return y_pred


def _check_same_shape(y_true, y_pred):
    y_true = as_floats("y_true", y_true).astype(y_pred.dtype, copy=False)
    if y_true.shape != y_pred.shape:
        raise ValueError(
            f"`y_true` must have the shape of `y_pred`, {y_pred.shape}; got {y_true.shape}. "
            "NumPy would stretch one of them to fit, and the loss would mean something else."
        )
    return y_true


def _check_logits(y_pred):
    y_pred = _check_predictions(y_pred)
    if y_pred.ndim != 2:
        raise ValueError(
            f"`y_pred` must hold logits of shape (batch, classes); got {y_pred.shape}."
        )
    return y_pred


def _log_softmax(logits):
    """Compute log(softmax(x)) = x - max - log(sum(exp(x - max))), never the log of a zero."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


class MeanSquaredError(_Loss):
    """Average (y_pred - y_true)^2 over all entries.

    Raises
    ------
    ValueError
        In `forward`, for different shapes or an empty batch; in `backward`, without `forward`.

    Notes
    -----
    The gradient is 2 (y_pred - y_true) / entries. nan passes through to loss and gradient.

    Examples
    --------
    >>> loss = MeanSquaredError()
    >>> loss.forward([[1.0, 2.0]], [[1.0, 5.0]])
    4.5
    >>> loss.backward()
    array([[0., 3.]])

    Introduced in notebook 03, *Layers backward*.
    """

    def forward(self, y_true, y_pred):
        y_pred = _check_predictions(y_pred)
        y_true = _check_same_shape(y_true, y_pred)
        return self._remember((y_pred - y_true) ** 2, y_true, y_pred)

    def backward(self):
        y_true, y_pred = self._recall()
        return 2 * (y_pred - y_true) / y_pred.size


class BinaryCrossentropy(_Loss):
    """Average -y log p - (1 - y) log(1 - p) over all entries, where p = sigmoid(y_pred).

    `y_pred` holds logits, as in Keras with `from_logits=True`; `y_true` has the same shape and
    holds probabilities from 0 to 1, mostly labels 0 and 1. Several columns are yes-or-no questions
    of their own.

    Raises
    ------
    ValueError
        In `forward`, for different shapes, an empty batch, or labels (nan too) outside 0 to 1; in
        `backward`, without `forward`.

    Notes
    -----
    With z the logit the loss is max(z, 0) - z y + log(1 + exp(-|z|)), which cannot overflow; its
    gradient is (p - y) / entries. A logit of nan makes the loss nan.

    Examples
    --------
    >>> loss = BinaryCrossentropy()
    >>> round(loss.forward([1, 0], [0.0, -1000.0]), 4)  # half of ln 2
    0.3466
    >>> loss.backward()
    array([-0.25,  0.  ])

    Introduced in notebook 03, *Softmax and cross-entropy*.
    """

    def forward(self, y_true, y_pred):
        y_pred = _check_predictions(y_pred)
        y_true = _check_same_shape(y_true, y_pred)
        if not ((y_true >= 0) & (y_true <= 1)).all():  # written so that nan fails too
            raise ValueError(
                f"`y_true` must hold numbers from 0 to 1; got values from {y_true.min():g} to "
                f"{y_true.max():g}."
            )
        losses = np.maximum(y_pred, 0) - y_pred * y_true + np.log1p(np.exp(-np.abs(y_pred)))
        return self._remember(losses, y_true, y_pred)

    def backward(self):
        y_true, y_pred = self._recall()
        return (sigmoid(y_pred) - y_true) / y_pred.size


class CategoricalCrossentropy(_Loss):
    """Average -sum y log p over the batch, where p = softmax(y_pred) and y is one-hot.

    `y_pred` holds logits of shape (batch, classes), as in Keras with `from_logits=True`; `y_true`
    has the same shape and rows of probabilities that sum to 1, mostly a single 1 among zeros.

    Raises
    ------
    ValueError
        In `forward`, for different shapes, an empty batch, or rows that are no probabilities; in
        `backward`, without `forward`.

    Notes
    -----
    The gradient is (p - y) / batch: each logit is pushed by how much its probability is wrong.
    A logit of nan makes the loss nan.

    Examples
    --------
    >>> loss = CategoricalCrossentropy()
    >>> round(loss.forward([[0, 1, 0, 0]], [[2.0, 2.0, 2.0, 2.0]]), 4)  # ln 4
    1.3863
    >>> loss.backward()
    array([[ 0.25, -0.75,  0.25,  0.25]])

    Introduced in notebook 03, *Softmax and cross-entropy*.
    """

    def forward(self, y_true, y_pred):
        y_pred = _check_logits(y_pred)
        y_true = _check_same_shape(y_true, y_pred)
        sums = y_true.sum(axis=1)
        if not ((y_true >= 0).all() and np.allclose(sums, 1, atol=1e-5)):
            raise ValueError(
                "`y_true` must hold rows of probabilities that sum to 1; got sums from "
                f"{sums.min():g} to {sums.max():g} and a smallest entry of {y_true.min():g}. "
                "Integer labels go to `SparseCategoricalCrossentropy`."
            )
        return self._remember(-(y_true * _log_softmax(y_pred)).sum(axis=1), y_true, y_pred)

    def backward(self):
        y_true, y_pred = self._recall()
        return (softmax(y_pred) - y_true) / len(y_pred)


class SparseCategoricalCrossentropy(_Loss):
    """Average -log p[label] over the batch, where p = softmax(y_pred).

    `y_pred` holds logits of shape (batch, classes), as in Keras with `from_logits=True`; `y_true`
    holds one integer a case, from 0 to classes - 1. The same loss as `CategoricalCrossentropy`:
    only the labels are written another way.

    Raises
    ------
    TypeError, ValueError
        In `forward`, for labels that are no integers, out of range or not one a case, or an empty
        batch; in `backward`, without `forward`.

    Notes
    -----
    The gradient is (p - y) / batch, where y is the one-hot form of the label. A logit of nan makes
    the loss nan.

    Examples
    --------
    >>> loss = SparseCategoricalCrossentropy()
    >>> round(loss.forward([1], [[2.0, 2.0, 2.0, 2.0]]), 4)  # ln 4
    1.3863
    >>> loss.backward()
    array([[ 0.25, -0.75,  0.25,  0.25]])

    Introduced in notebook 03, *Softmax and cross-entropy*.
    """

    def forward(self, y_true, y_pred):
        y_pred, y_true = _check_logits(y_pred), np.asarray(y_true)
        if y_true.dtype.kind not in "iub":
            raise TypeError(
                f"`y_true` must hold integers, one class a case; got {y_true.dtype}. One-hot rows "
                "go to `CategoricalCrossentropy`."
            )
        if y_true.shape != y_pred.shape[:1]:
            raise ValueError(
                f"`y_true` must hold one label for each of the {len(y_pred)} rows of `y_pred`; "
                f"got shape {y_true.shape}."
            )
        y_true, highest = y_true.astype("int64"), y_pred.shape[1] - 1
        if y_true.min() < 0 or y_true.max() > highest:
            raise ValueError(
                f"`y_true` must hold integers from 0 to {highest}; got values from "
                f"{y_true.min()} to {y_true.max()}."
            )
        log_probabilities = _log_softmax(y_pred)[np.arange(len(y_pred)), y_true]
        return self._remember(-log_probabilities, y_true, y_pred)

    def backward(self):
        y_true, y_pred = self._recall()
        gradient = softmax(y_pred)
        gradient[np.arange(len(y_pred)), y_true] -= 1
        return gradient / len(y_pred)
