"""Train a network the same way whatever the task: the loss that fits, a cosine schedule, early
stopping on the validation loss, and progress that leaves nothing behind in the stored notebook.
"""

import math
from dataclasses import dataclass

import keras
import numpy as np

from helpers.checks import check_choice, check_integer, check_number
from helpers.networks.progress import TrainingProgress

__all__ = [
    "DivergenceError",
    "Recipe",
    "build_loss",
    "build_metric",
    "compile_network",
    "num_units",
    "train_network",
]

TASKS = ("binary", "multi-class", "ordinal", "multi-label")
# the work of Python between two steps costs more than a step of a small network; Keras on PyTorch
# knows no other number than 1
STEPS_PER_EXECUTION = {"tensorflow": 20, "jax": 20, "torch": 1}


class DivergenceError(ValueError, FloatingPointError):
    """Training whose loss became nan or infinite.

    It is a `ValueError`, because a setting such as the learning rate does not fit, and a
    `FloatingPointError`, which `run_grid` reports as "diverged".

    Introduced in notebook 06, *Learning rates*.
    """


def num_units(task, num_classes):
    """Count the logits that a task needs.

    Parameters
    ----------
    task : {"binary", "multi-class", "ordinal", "multi-label"}
    num_classes : int
        Number of classes, or of labels in a multi-label task.

    Returns
    -------
    int
        1 for a binary task (the logit of the positive class), else `num_classes`.

    Examples
    --------
    >>> num_units("binary", 2), num_units("multi-class", 10)
    (1, 10)

    Introduced in notebook 04, *The article's network, corrected*.
    """
    check_choice("task", task, TASKS)
    check_integer("num_classes", num_classes, minimum=2 if task != "multi-label" else 1)
    return 1 if task == "binary" else num_classes


def build_loss(task):
    """Build the cross-entropy that fits a task, computed from logits.

    Parameters
    ----------
    task : {"binary", "multi-class", "ordinal", "multi-label"}
        An ordinal task is trained as a multi-class one: the order of the grades is not used.

    Returns
    -------
    keras.losses.Loss
        Binary cross-entropy for binary and multi-label tasks (each label is a yes or no of its
        own), sparse categorical cross-entropy for classes that exclude one another.

    Examples
    --------
    >>> build_loss("binary").name
    'binary_crossentropy'

    Introduced in notebook 04, *The article's network, corrected*.
    """
    check_choice("task", task, TASKS)
    if task in ("binary", "multi-label"):
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def build_metric(task):
    """Build the accuracy that fits a task whose network ends in logits.

    Parameters
    ----------
    task : {"binary", "multi-class", "ordinal", "multi-label"}

    Returns
    -------
    keras.metrics.Metric
        Named "accuracy". A logit above 0 means a probability above one half.

    Examples
    --------
    >>> build_metric("multi-class").name
    'accuracy'

    Introduced in notebook 04, *The article's network, corrected*.
    """
    check_choice("task", task, TASKS)
    if task in ("binary", "multi-label"):
        return keras.metrics.BinaryAccuracy(threshold=0.0, name="accuracy")
    return keras.metrics.SparseCategoricalAccuracy(name="accuracy")


def compile_network(model, task, *, learning_rate, num_steps):
    """Give a network its loss, its optimizer and its accuracy.

    Parameters
    ----------
    model : keras.Model
        Ends in logits.
    task : {"binary", "multi-class", "ordinal", "multi-label"}
    learning_rate : float
        Above 0, at most 1: where the cosine schedule starts.
    num_steps : int
        Optimizer steps until the schedule reaches 0, at least 1.

    Returns
    -------
    keras.Model
        The same model, compiled with Adam.

    References
    ----------
    Kingma and Ba, arXiv 1412.6980 (Adam); Loshchilov and Hutter, arXiv 1608.03983 (cosine).

    Introduced in notebook 04, *Sanity checks before training*.
    """
    check_number("learning_rate", learning_rate, above=0, maximum=1)
    check_integer("num_steps", num_steps, minimum=1)
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, num_steps)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=build_loss(task),
        metrics=[build_metric(task)],
        steps_per_execution=STEPS_PER_EXECUTION[keras.config.backend()],
        jit_compile=False,  # compiling for a CPU makes these networks several times slower
    )
    return model


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: the same for each network that is compared.

    Parameters
    ----------
    task : {"binary", "multi-class", "ordinal", "multi-label"}
    epochs : int
        The most passes over the training images, at least 1; the cosine schedule spans them.
    batch_size : int
        Images a step, at least 1.
    learning_rate : float
        Above 0, at most 1: where the cosine schedule starts.
    patience : int
        Epochs without a lower validation loss before training stops early, at least 1.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of its range.

    Introduced in notebook 04, *A ladder of four networks*.
    """

    task: str
    epochs: int
    batch_size: int
    learning_rate: float
    patience: int = 8

    def __post_init__(self):
        check_choice("task", self.task, TASKS)
        check_integer("epochs", self.epochs, minimum=1)
        check_integer("batch_size", self.batch_size, minimum=1)
        check_number("learning_rate", self.learning_rate, above=0, maximum=1)
        check_integer("patience", self.patience, minimum=1)


def train_network(model, train, validation, recipe):
    """Train a network and leave it with the weights of its best epoch on the validation images.

    Parameters
    ----------
    model : keras.Model
        Ends in logits; compiled here.
    train, validation : tuple of (array of shape (n, height, width, channels), array)
        Scaled images and their labels: (n,) integers, or (n, labels) of 0 and 1.
    recipe : Recipe

    Returns
    -------
    dict of str to list of float
        `loss`, `accuracy`, `val_loss`, `val_accuracy`, one entry an epoch.

    Raises
    ------
    ValueError
        If an image holds nan or infinity.
    DivergenceError
        If the loss became so.

    Introduced in notebook 04, *A ladder of four networks*.
    """
    check_images(train, validation)
    num_steps = recipe.epochs * math.ceil(len(train[0]) / recipe.batch_size)
    compile_network(model, recipe.task, learning_rate=recipe.learning_rate, num_steps=num_steps)
    stop_early = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=recipe.patience, restore_best_weights=True
    )
    history = model.fit(
        *train,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_data=validation,
        validation_batch_size=512,  # no influence on the result
        callbacks=[stop_early, TrainingProgress()],
        verbose=0,
    ).history
    if not math.isfinite(sum(history["loss"])):
        raise DivergenceError(
            f"Training of {model.name!r} diverged: a loss is not finite. Lower `learning_rate` "
            f"(now {recipe.learning_rate:g}), or check that the images are scaled."
        )
    return history


def check_images(train, validation):
    """Refuse images that are not finite, such as those of a division by zero."""
    for split, (images, _) in {"training": train, "validation": validation}.items():
        if not np.isfinite(images).all():  # a ReLU may turn nan into 0 and hide it
            raise ValueError(
                f"The {split} images must be finite; got nan or infinity. Look for a division by "
                "zero where they were scaled."
            )
