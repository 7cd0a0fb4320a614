"""Train a small network with L-BFGS: the gradient of all images at once, and steps that know the
curvature.
"""

import numpy as np

from helpers.checks import check_integer
from helpers.networks.gradients import check_batch, loss_gradients
from helpers.networks.predict import predict_logits
from helpers.networks.progress import TrainingProgress
from helpers.networks.training import DivergenceError, build_loss, check_images

__all__ = ["fit_lbfgs"]


def fit_lbfgs(model, train, validation, *, task="binary", iterations=100, patience=10):
    """Train a network by L-BFGS and leave it with its best weights on the validation images.

    Parameters
    ----------
    model : keras.Model
        Ends in logits.
    train, validation : tuple of (array of shape (n, height, width, channels), array)
        Scaled images and their labels: (n,) integers, from 0 to 1 or to units - 1, or in a
        multi-label task (n, units) of 0 and 1. Each step computes all images at once: this is for
        small networks.
    task : {"binary", "multi-class", "ordinal", "multi-label"}
        Chooses the loss, see `build_loss`.
    iterations : int
        The most steps, at least 1.
    patience : int
        Steps without a lower validation loss before training stops early, at least 1.

    Returns
    -------
    dict of str to list
        `loss` and `val_loss` (float) and `weights` (as `model.get_weights()`): entry 0 is the
        start, entry i what step i led to.

    Raises
    ------
    TypeError, ValueError
        If images do not fit the network or hold nan or infinity, labels do not fit the images, the
        task or the network's number of units, a setting is out of its range, or a loss at the start
        is not finite.
    DivergenceError
        If the validation loss is not finite after a step.

    Notes
    -----
    Gradient descent goes straight down. L-BFGS remembers its last ten steps and how the gradient
    changed along them, estimates the curvature from that, and looks for the best length of each
    step. It needs exact gradients, so it fits small networks and a few thousand images. Nothing in
    it is random: the same start gives the same end.

    Non-trainable weights stay as they are, and layers act as in use (no dropout).

    References
    ----------
    Liu, Nocedal, Math. Programming 45:503 (1989), doi 10.1007/BF01589116; Byrd, Lu, Nocedal, Zhu,
    SIAM J. Sci. Comput. 16:1190 (1995), doi 10.1137/0916069 (the code that SciPy calls).

    Introduced in notebook 04, *Simulated lesions: how far from the optimum*.
    """
    from scipy.optimize import minimize

    loss = build_loss(task)
    train = _check_split("train", train, model, task)
    validation = _check_split("validation", validation, model, task)
    check_images(train, validation)
    check_integer("iterations", iterations, minimum=1)
    descent = _Descent(model, train, validation, loss, iterations, patience)
    descent.begin()
    minimize(
        descent.loss_and_gradient,
        descent.flat_weights(),
        jac=True,
        method="L-BFGS-B",
        callback=descent.after_step,
        options={"maxiter": iterations, "maxfun": 20 * iterations},
    )
    return descent.end()


def _check_split(label, split, model, task):
    """Return images and labels that fit each other, the network and the task."""
    images, labels = check_batch(model, split[0], f"{label}[0]"), np.asarray(split[1])
    units = model.output_shape[-1]
    if (task == "binary" and units != 1) or (task in ("multi-class", "ordinal") and units < 2):
        required = "one unit" if task == "binary" else "one unit for each class, two or more"
        raise ValueError(
            f"A {task} task needs a network that ends in {required}; {model.name!r} has {units}."
        )
    shape = (len(images), units) if task == "multi-label" else (len(images),)
    if labels.shape != shape:
        raise ValueError(
            f"`{label}[1]` must hold the labels of {len(images)} images, shape {shape}; got "
            f"{labels.shape}."
        )
    highest = 1 if task in ("binary", "multi-label") else units - 1
    allowed = range(highest + 1)
    if labels.dtype.kind not in "biuf" or not np.isin(labels, allowed).all():
        found = np.unique(labels[~np.isin(labels, allowed)])[:3].tolist()
        raise ValueError(
            f"`{label}[1]` must hold integers from 0 to {highest} for the {task} task; got {found}."
        )
    return images, labels


class _Descent:
    """What `minimize` asks for, and the record of what it did."""

    def __init__(self, model, train, validation, loss, iterations, patience):
        self.model, self.train, self.validation, self.loss = model, train, validation, loss
        self.patience = check_integer("patience", patience, minimum=1)
        self.progress = TrainingProgress(count="step")
        self.progress.set_model(model)
        self.progress.set_params({"epochs": iterations})
        self.history = {"loss": [], "val_loss": [], "weights": []}

    def begin(self):
        self.progress.on_train_begin()
        start, _ = self.loss_and_gradient(self.flat_weights())
        if not np.isfinite(start):
            raise ValueError(
                f"The loss of {self.model.name!r} at the start must be finite; got {start}. Check "
                "that the images are scaled."
            )
        self._remember(start)

    def flat_weights(self):
        weights = [np.asarray(weight).ravel() for weight in self.model.trainable_weights]
        return np.concatenate(weights).astype("float64")

    def loss_and_gradient(self, flat):
        self._set_weights(flat)
        value, gradients = loss_gradients(self.model, *self.train, self.loss)
        return value, np.concatenate([g.ravel() for g in gradients]).astype("float64")

    def after_step(self, intermediate_result):
        self._set_weights(intermediate_result.x)  # others may have been tried since
        self._remember(intermediate_result.fun)
        losses = self.history["val_loss"]
        numbers = {"loss": intermediate_result.fun, "val_loss": losses[-1]}
        self.progress.on_epoch_end(len(losses) - 2, numbers)
        if len(losses) - 1 - int(np.argmin(losses)) >= self.patience:
            raise StopIteration

    def end(self):
        self.model.set_weights(self.history["weights"][np.argmin(self.history["val_loss"])])
        self.progress.on_train_end()
        return self.history

    def _remember(self, loss):
        images, labels = self.validation
        val_loss = float(self.loss(labels, predict_logits(self.model, images)))
        if not np.isfinite(val_loss):  # the least of losses that hold nan is no choice
            steps = len(self.history["loss"])
            raise (DivergenceError if steps else ValueError)(
                f"The validation loss of {self.model.name!r} must be finite; got {val_loss} after "
                f"{steps} steps. Scale the validation images as the training images."
            )
        self.history["loss"].append(float(loss))
        self.history["val_loss"].append(val_loss)
        self.history["weights"].append(self.model.get_weights())

    def _set_weights(self, flat):
        start = 0
        for weight in self.model.trainable_weights:
            size = int(np.prod(weight.shape))
            weight.assign(flat[start : start + size].reshape(weight.shape))
            start += size
