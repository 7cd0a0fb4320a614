"""How much memory the processes take that this one starts."""

import contextlib
import threading
from dataclasses import dataclass

import psutil

SECONDS_BETWEEN_SAMPLES = 0.2


@dataclass
class Peak:
    """The largest sum of resident memory seen so far, in megabytes (1e6 bytes)."""

    megabytes: float = 0.0


@contextlib.contextmanager
def peak_memory_of_children():
    """Sample the memory of this process's children, and of theirs, while the block runs.

    Yields
    ------
    Peak
        It grows while the block runs. Resident memory counts pages that processes share once for
        each of them, and peaks shorter than the time between two samples can be missed.
    """
    peak, done = Peak(), threading.Event()

    def sample():
        while not done.wait(SECONDS_BETWEEN_SAMPLES):
            peak.megabytes = max(peak.megabytes, _megabytes_of_children())

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield peak
    finally:
        done.set()
        sampler.join()


def _megabytes_of_children():
    total = 0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it ended in the meantime
            total += process.memory_info().rss
    return total / 1e6
