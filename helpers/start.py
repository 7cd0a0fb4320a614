"""The first import of every notebook: a quiet, fast Keras and one look for the figures.

Importing it does four things, once a kernel, each measured or explained in
`docs/decisions/0003-quiet-fast-start.md`:

1. chooses what makes training fast on a CPU (oneDNN on; all cores, TensorFlow's default);
2. brings up Keras without log lines in the stored outputs;
3. sets the style of the figures;
4. offers `set_seed`, to be called right after the parameters cell, and `show`, which shows a figure
   together with the sentence that describes it.

Each environment variable is only a default: set it before starting Jupyter to choose otherwise, for
example `KERAS_BACKEND=jax` or `TF_ENABLE_ONEDNN_OPTS=0`.
"""

import contextlib
import logging
import os
from pathlib import Path

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


@contextlib.contextmanager
def _muted_standard_error():
    """Point file descriptor 2 at nothing: TensorFlow logs there before any setting can stop it."""
    saved = os.dup(2)
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nothing)


with _muted_standard_error():
    import keras

import matplotlib.pyplot as plt  # noqa: E402  (Keras comes first, muted)
from IPython.display import display  # noqa: E402

from helpers.checks import check_integer  # noqa: E402

__all__ = ["set_seed", "show"]

# a lesson builds many networks; TensorFlow takes that for a mistake and says so in every output
logging.getLogger("tensorflow").setLevel(logging.ERROR)
plt.style.use(Path(__file__).with_name("course.mplstyle"))


def set_seed(seed):
    """Start every source of random numbers from one seed: Python, NumPy and Keras's backend.

    Parameters
    ----------
    seed : int
        From 0 to 4,294,967,295. The same seed on the same machine with the same settings repeats a
        training run exactly; another processor or another number of cores rounds differently.

    Raises
    ------
    TypeError, ValueError
        If `seed` is no integer in that range.

    Examples
    --------
    >>> import keras
    >>> set_seed(0)
    >>> first = keras.random.uniform((2,))
    >>> set_seed(0)
    >>> bool((keras.random.uniform((2,)) == first).numpy().all())
    True

    Introduced in notebook 04, *The data*.
    """
    keras.utils.set_random_seed(check_integer("seed", seed, minimum=0, maximum=2**32 - 1))


def show(figure, alt):
    """Show a figure once, together with its description, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        One or two sentences of at least 20 characters that say what the figure shows, for readers
        who cannot see it. Stored in the output's metadata.

    Raises
    ------
    ValueError
        If the description is too short to describe anything.

    Examples
    --------
    >>> show(plt.figure(), "")
    Traceback (most recent call last):
        ...
    ValueError: `alt` must describe the figure in at least 20 characters; got ''.

    Introduced in notebook 04, *The data*.
    """
    if len(alt.strip()) < 20:
        raise ValueError(f"`alt` must describe the figure in at least 20 characters; got {alt!r}.")
    display(figure, metadata={"image/png": {"alt": alt}})
    plt.close(figure)
