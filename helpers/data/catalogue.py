"""Which data sets there are, and the refusal of every other name before anything is read."""

import os
from pathlib import Path

from helpers.checks import check_choice, quoted, suggest
from helpers.data import embedded, medmnist, mnist, samples, simulated
from helpers.data.dataset import KINDS
from helpers.data.npz import check_exists

# in one size
BY_THEMSELVES = (embedded.DIGITS, embedded.BREAST_CELLS, *simulated.INFOS.values(), mnist.INFO)


def infos():
    """Return name -> description of all data sets, those of every size included."""
    official = {name: medmnist.info_of(*at) for name, at in medmnist.names().items()}
    return {info.name: info for info in BY_THEMSELVES} | official


def shown_infos():
    """Return the descriptions of all data sets, each set once: in its smallest size."""
    return [*BY_THEMSELVES, *(medmnist.info_of(name, medmnist.SIZES[0]) for name in medmnist.FACTS)]


def is_own_file(name):
    """Tell whether a name is the path of the user's own file, whatever the case of its ending.

    >>> is_own_file("scans/MINE.NPZ"), is_own_file("digits")
    (True, False)
    """
    return str(name).lower().endswith(".npz")


def check_dataset(name, *, kind=None):
    """Refuse at once, without reading a pixel, a name that `load_dataset` would refuse.

    Parameters
    ----------
    name : str or path
        As in `load_dataset`.
    kind : {"images", "features", "volume"}, optional
        Demand this kind.

    Returns
    -------
    str
        The name.

    Raises
    ------
    TypeError, ValueError
        If the name is unknown or that of a single sample, or the set of another kind.
    DataError
        If it is the path of a file that is not there.

    Examples
    --------
    >>> check_dataset("digits", kind="images")
    'digits'
    """
    name = check_name(name)
    if kind is not None:
        _check_kind(name, kind)
    if is_own_file(name):
        check_exists(Path(name).expanduser())
    return name


def check_name(name):
    """Return the name of a data set or own file as text, or say which names there are."""
    if not isinstance(name, str | os.PathLike):
        raise TypeError(
            f"`name` must be the name of a data set or the path of a .npz file; got {name!r} "
            f"({type(name).__name__})."
        )
    name = os.fspath(name)
    if name in infos() or is_own_file(name):
        return name
    if name.replace("_", "-") in samples.ENTRIES:
        raise ValueError(
            f"`name` must be a data set; got {name!r}, which is a single sample. Use "
            f"load_sample({name!r})."
        )
    raise ValueError(
        f"`name` must be one of {_names()}, or the path of a file that ends in .npz; got "
        f"{name!r}.{suggest(name, infos())}"
    )


def _names(kind=None):
    names = [info.name for info in shown_infos() if kind in (None, info.kind)]
    sizes = " (MedMNIST also with _64, _128 or _224 at the end)"
    return (quoted(names) or "none yet") + (sizes if "pathmnist" in names else "")


def _check_kind(name, kind):
    check_choice("kind", kind, KINDS)
    found = "images" if is_own_file(name) else infos()[name].kind
    if found != kind:
        raise ValueError(
            f"`name` must be a data set of kind {kind!r} here; got {name!r}, which is of kind "
            f"{found!r}. Names that fit: {_names(kind)}."
        )
