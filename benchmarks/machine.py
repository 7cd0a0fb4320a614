"""What a result needs beside it to be understood: the machine and the versions, without names."""

import os
import platform
from importlib import metadata
from pathlib import Path

PACKAGES = ("tensorflow", "keras", "numpy", "torch")


def num_cores():
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe_machine():
    """Describe the machine in one line: cores, processor, memory, system; no name, no path.

    Returns
    -------
    str
    """
    import psutil

    gibibytes = psutil.virtual_memory().total / 2**30
    cores = num_cores()
    return (
        f"{cores} {'core' if cores == 1 else 'cores'} of {processor()}, {gibibytes:.0f} GiB of "
        f"memory, {platform.system()} on {platform.machine()}"
    )


def processor(information=Path("/proc/cpuinfo")):
    """Name the processor's model.

    Parameters
    ----------
    information : path-like
        Where Linux keeps it.

    Returns
    -------
    str
        "an unnamed processor" where the system does not tell.
    """
    try:
        lines = Path(information).read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return next(iter(names), "") or platform.processor() or "an unnamed processor"


def describe_default(as_it_comes, onednn_on):
    """Say whether TensorFlow turns oneDNN on by itself on this processor.

    Parameters
    ----------
    as_it_comes, onednn_on : sequence of float
        Losses of the same training, without the setting and with oneDNN on. On one machine they
        are the same to the last digit if the arithmetic is.

    Returns
    -------
    str

    Examples
    --------
    >>> describe_default([0.5], [0.5000001])
    'As it comes, TensorFlow does without oneDNN on this processor: with it, other losses.'
    """
    if list(as_it_comes) == list(onednn_on):
        return "As it comes, TensorFlow uses oneDNN on this processor: turned on, equal losses."
    return "As it comes, TensorFlow does without oneDNN on this processor: with it, other losses."


def describe_versions():
    """List the versions that matter, in one line.

    Returns
    -------
    str
    """
    return f"Python {platform.python_version()}, " + ", ".join(map(_version, PACKAGES))


def _version(package):
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"no {package}"
