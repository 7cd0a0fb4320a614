"""Progress of a training run that a reader sees and a stored notebook does not keep."""

import time

import keras
from IPython.display import clear_output

from helpers.progress import is_watched

__all__ = ["TrainingProgress"]


class TrainingProgress(keras.callbacks.Callback):
    """Print one line that counts the epochs while training runs, and take it away at the end.

    Parameters
    ----------
    count : str
        What is counted, "epoch" or another word for a pass over the training images.

    It is silent unless a person watches (`helpers.progress.is_watched`). Everything that the cell
    has shown goes with the line, so a cell that trains should print its results afterwards.

    Introduced in notebook 04, *Training with a validation set*.
    """

    def __init__(self, count="epoch"):
        super().__init__()
        self.count = count

    def on_train_begin(self, logs=None):
        self.watched = is_watched()
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        if self.watched:
            seconds = time.perf_counter() - self.start
            numbers = ", ".join(f"{name} {value:.3f}" for name, value in (logs or {}).items())
            clear_output(wait=True)
            print(
                f"{self.model.name}: {self.count} {epoch + 1} of {self.params['epochs']}, "
                f"{seconds:.0f} s, {numbers}"
            )

    def on_train_end(self, logs=None):
        if self.watched:
            clear_output()
