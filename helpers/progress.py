"""Progress that a person who watches sees, and a stored notebook does not keep."""

import os
import sys

from tqdm import tqdm


def is_watched():
    """Say whether a person watches the notebook.

    Jupyter's server names the notebook to its kernels in the variable `JPY_SESSION_NAME`; nbval,
    papermill and nbconvert do not.
    """
    return "JPY_SESSION_NAME" in os.environ


def tell_progress(items, label, *, delay=0):
    """Return `items` as a tqdm bar, drawn after `delay` seconds where a person watches."""
    return tqdm(
        items, desc=label, file=sys.stdout, leave=False, delay=delay, disable=not is_watched()
    )
