"""Inside a measuring process: the article's code.

It does not import `helpers.start`, which sets what makes training fast: TensorFlow is as it comes,
or as the environment of the process says.

When seconds are counted, the clock runs from the first layer that is built to the end of training:
tracing counts; imports, loading and looks at the test images do not.
"""

import time

import keras

from benchmarks.clock import EpochClock, load_digits
from benchmarks.mnist import load_as_article, test_accuracy


class TestAccuracies(keras.callbacks.Callback):
    """Look at the test images after each epoch, and keep the seconds without these looks.

    Parameters
    ----------
    test : pair of arrays
    start : float
        When the clock started, by `time.perf_counter()`.
    """

    __test__ = False  # nothing for pytest

    def __init__(self, test, start):
        super().__init__()
        self.test, self.start = test, start
        self.seconds, self.accuracies = [], []

    def on_epoch_end(self, epoch, logs=None):
        stopped = time.perf_counter()
        self.seconds.append(stopped - self.start)
        self.accuracies.append(test_accuracy(self.model, self.test))
        self.start += time.perf_counter() - stopped


def build_as_article():
    """Build and compile the network as the article's code does.

    There are two changes, without which Keras 3 refuses or warns: `learning_rate=` in place of
    `lr=`, and `keras.Input` in place of `input_shape=`.

    Returns
    -------
    keras.Sequential
    """
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.001),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def train_article(seed, epochs, num_train=0):
    """Train on MNIST as the article does.

    Parameters
    ----------
    seed : int
    epochs : int
    num_train : int
        Training images; 0 takes all 60,000.

    Returns
    -------
    dict
        `seconds` and `accuracies` (of the test images) after each epoch, and the last `loss`.
    """
    train, test = load_as_article(num_train)
    keras.utils.set_random_seed(seed)
    watch = TestAccuracies(test, time.perf_counter())
    history = build_as_article().fit(
        *train, batch_size=128, epochs=epochs, verbose=0, callbacks=[watch]
    )
    loss = history.history["loss"][-1]
    return {"seconds": watch.seconds, "accuracies": watch.accuracies, "loss": loss}


def time_article(num_images, num_epochs):
    """Time epochs of the article's code, after one that is not counted.

    Parameters
    ----------
    num_images : int
        Images an epoch.
    num_epochs : int

    Returns
    -------
    dict
        `images_per_second`, and the last `loss`.
    """
    keras.utils.set_random_seed(0)
    watch = EpochClock()
    history = build_as_article().fit(
        *load_digits(num_images),
        batch_size=128,
        epochs=1 + num_epochs,
        verbose=0,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: watch.end_epoch())],
    )
    rate = watch.images_per_second(num_images)
    return {"images_per_second": rate, "loss": history.history["loss"][-1]}
