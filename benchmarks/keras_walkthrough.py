"""Inside a measuring process: networks of the course, trained as notebook 04 trains them.

When seconds are counted, the clock runs from the first layer that is built to the end of training:
tracing and the passes over the validation images count; imports, loading and looks at the test
images do not.
"""

import time

from helpers.start import set_seed  # first: it sets what TensorFlow reads when it is imported

# isort: split
import keras
from keras.layers import RandomTranslation

from benchmarks.clock import EpochClock, load_digits
from benchmarks.mnist import load_splits, test_accuracy
from helpers.networks import Recipe, build_network, compile_network, train_network

SHAPE = (28, 28, 1)
NUM_CLASSES = 10
TASK = "multi-class"
CALIBRATION_SHARE = 0.1  # of the training and of the validation images
SAFETY = 0.95  # of the time that may be used: no run is exactly as fast as the one before


def train_walkthrough(network, seed, epochs, batch_size, learning_rate, num_train=0):
    """Train a network of the ladder on MNIST with `train_network`.

    Parameters
    ----------
    network : str
        A rung of the ladder.
    seed, epochs, batch_size : int
    learning_rate : float
    num_train : int
        Training images; 0 takes all 55,000 that validation leaves.

    Returns
    -------
    dict
        `seconds`, and `accuracy` of the test images.
    """
    train, validation, test = load_splits(num_train)
    set_seed(seed)
    start = time.perf_counter()
    model = build_network(network, SHAPE, NUM_CLASSES)
    recipe = Recipe(TASK, epochs, batch_size, learning_rate)
    train_network(model, train, validation, recipe)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "accuracy": test_accuracy(model, test)}


def train_within(budget, network, seed, batch_size, learning_rate, num_train=0):
    """Train a network of the ladder for as many epochs as fit into a time.

    How many fit is found on a part of the images beforehand; the clock starts after that.

    Parameters
    ----------
    budget : float
        Seconds.
    network : str
        A rung of the ladder.
    seed : int
    batch_size : int
    learning_rate : float
    num_train : int
        Training images; 0 takes all 55,000 that validation leaves.

    Returns
    -------
    dict
        `seconds`, `epochs`, and `accuracy` of the test images.

    Notes
    -----
    Training does not stop early: the cosine schedule gains most at its end.
    """
    train, validation, test = load_splits(num_train)

    def train_for(epochs, *splits):
        set_seed(seed)
        start = time.perf_counter()
        model = build_network(network, SHAPE, NUM_CLASSES)
        recipe = Recipe(TASK, epochs, batch_size, learning_rate, patience=epochs)
        train_network(model, *splits, recipe)
        return model, time.perf_counter() - start

    parts = [_share(split) for split in (train, validation)]
    once, twice = (train_for(epochs, *parts)[1] for epochs in (1, 2))
    epochs = max(1, int((SAFETY * budget - once) / (twice - once) * CALIBRATION_SHARE))
    model, seconds = train_for(epochs, train, validation)
    return {"seconds": seconds, "epochs": epochs, "accuracy": test_accuracy(model, test)}


def _share(split):
    return tuple(array[: round(CALIBRATION_SHARE * len(array))] for array in split)


def time_walkthrough(network, num_images, num_epochs, batch_size):
    """Time epochs of training as `train_network` compiles it, after one that is not counted.

    Parameters
    ----------
    network : str
        A rung of the ladder.
    num_images : int
        Images an epoch; there are none for validation.
    num_epochs, batch_size : int

    Returns
    -------
    dict
        `images_per_second`, and `parameters`, the number of those that are trained.
    """
    set_seed(0)
    rung = build_network(network, SHAPE, NUM_CLASSES)
    # PyTorch's loop has no random shifts, so they are left out here too
    kept = [layer for layer in rung.layers if not isinstance(layer, RandomTranslation)]
    model = keras.Sequential([keras.Input(SHAPE), *kept])
    compile_network(model, TASK, learning_rate=1e-3, num_steps=10**6)
    watch = EpochClock()
    model.fit(
        *load_digits(num_images),
        batch_size=batch_size,
        epochs=1 + num_epochs,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: watch.end_epoch())],
    )
    parameters = sum(weight.numpy().size for weight in model.trainable_weights)
    rate = watch.images_per_second(num_images)
    return {"images_per_second": rate, "parameters": parameters}
