"""The same images and the same clock for every throughput, whatever trains."""

import time

import numpy as np


def load_digits(num_images):
    """Repeat the embedded digits until there are enough: speed does not depend on which they are.

    Parameters
    ----------
    num_images : int

    Returns
    -------
    images : numpy.ndarray of shape (num_images, 28, 28, 1), float32
    labels : numpy.ndarray of shape (num_images,), int64
    """
    from helpers.data import load_dataset

    train = load_dataset("digits").train
    chosen = np.arange(num_images) % len(train)
    return train.x[chosen].astype("float32") / 255, train.y[chosen]


class EpochClock:
    """Note when each epoch ends; the first, in which everything is set up, is not counted.

    Examples
    --------
    >>> clock = EpochClock()
    >>> clock.ends = [9.0, 10.0, 11.0, 12.5]
    >>> clock.images_per_second(500)
    500.0
    """

    def __init__(self):
        self.ends = []

    def end_epoch(self):
        """Note that an epoch has ended."""
        self.ends.append(time.perf_counter())

    def images_per_second(self, num_images):
        """Divide the images of an epoch by the median of the seconds of the counted epochs."""
        return num_images / float(np.median(np.diff(self.ends)))
