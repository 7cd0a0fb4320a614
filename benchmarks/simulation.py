"""Benchmark `simulation`: drawing lesion images against drawing as many normal numbers."""

import time

from benchmarks.jobs import by_label, worker_job
from benchmarks.tables import Table, ratios, spread, verdict

SUMMARY = "simulated lesions on each background against NumPy's normal numbers"
LABEL = "simulated images"
BACKGROUNDS = {
    "white noise": "lesion-known",
    "correlated noise": "lesion-correlated",
    "lumps": "lesion-lumpy",
}
NUMPY = "numpy"
ROUNDS = 5
FULL = {"num_images": 20_000}
QUICK = {"num_images": 2_000}
GOAL_SECONDS = 5  # on a machine that is left alone


def check():
    """Refuse nothing: the package alone is enough."""


def jobs(options):
    """List what is measured: in each round every background and NumPy, in one process.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    size = QUICK if options.quick else FULL
    return [worker_job(LABEL, "time_simulation", size)] * (1 if options.quick else ROUNDS)


def time_simulation(num_images):
    """Time each background, the making of its task included, and as many numbers by NumPy.

    Parameters
    ----------
    num_images : int
        Images of 28 x 28 pixels.

    Returns
    -------
    dict of str to float
        Seconds, by the name of the set and for NumPy; and the number of images.
    """
    import numpy as np

    from helpers.data.simulate import load_task, simulate

    seconds = {}
    for name in BACKGROUNDS.values():
        simulate(load_task(name), 2, seed=0)  # what is set up at the first call is not counted
        start = time.perf_counter()
        images = simulate(load_task(name), num_images, seed=0).x
        seconds[name] = time.perf_counter() - start
    generator = np.random.default_rng(0)
    start = time.perf_counter()
    generator.standard_normal(images.shape)
    return seconds | {NUMPY: time.perf_counter() - start, "num_images": num_images}


def tabulate(outcomes):
    """Turn the outcomes into one table.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table
    """
    values = [outcome.values for outcome in by_label(outcomes)[LABEL]]
    numpy = [each[NUMPY] for each in values]
    rows, times = [], {}
    for words, name in BACKGROUNDS.items():
        seconds = [each[name] for each in values]
        times[words] = spread(seconds)
        ratio = spread(ratios(seconds, numpy)).text(".1f")
        rows.append((words, times[words].text(".2f"), ratio))
    slowest = max(times, key=lambda words: times[words].median)
    return [
        Table(
            f"Simulating {values[0]['num_images']:,} images of 28 x 28 pixels",
            ("background", "seconds", "times NumPy's standard_normal"),
            tuple(rows),
            (
                "NumPy draws one float64 for each pixel and nothing else: "
                f"{spread(numpy).text('.2f')} s.",
                "Ours are drawn by formula from raw numbers, so that every machine and every "
                "release of NumPy draws the same; task, lesions, masks and rounding are included.",
            ),
            verdicts=(
                verdict(
                    f"{FULL['num_images']:,} images on each background in under {GOAL_SECONDS} s",
                    reached=times[slowest].median < GOAL_SECONDS,
                    found=f"{times[slowest].text('.2f')} s with {slowest}",
                ),
            ),
        )
    ]
