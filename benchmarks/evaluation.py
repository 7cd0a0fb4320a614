"""Benchmark `evaluation`: DeLong's interval of many cases, and many test sets drawn by patient."""

import math
import time

from benchmarks.jobs import by_label, worker_job
from benchmarks.tables import Table, ratios, spread, verdict

SUMMARY = "DeLong on a million cases, 2,000 bootstraps of 10,000 cases by patient"
LABEL = "evaluation"
ROUNDS = 3
FULL = {"sizes": [100_000, 1_000_000], "num_cases": 10_000, "num_resamples": 2_000}
QUICK = {"sizes": [1_000, 10_000], "num_cases": 1_000, "num_resamples": 50}
IMAGES_PER_PATIENT = 4
GOAL_DELONG = 2  # seconds, on a machine that is left alone
GOAL_BOOTSTRAP = 10
MOST_GROWTH = 1.5  # of the seconds over n log n, at ten times as many cases


def check():
    """Refuse nothing: the package alone is enough."""


def jobs(options):
    """List what is measured: in each round everything once, in one process.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    size = QUICK if options.quick else FULL
    return [worker_job(LABEL, "time_evaluation", size)] * (1 if options.quick else ROUNDS)


def time_evaluation(sizes, num_cases, num_resamples):
    """Time DeLong's intervals of one score and of a difference, and the bootstrap of an AUC.

    Parameters
    ----------
    sizes : list of int
        Cases for DeLong, the smaller number first.
    num_cases : int
        For the bootstrap, a multiple of the images of a patient.
    num_resamples : int

    Returns
    -------
    dict
        `interval` and `difference`: seconds for each of `sizes`; `bootstrap`: seconds; and the
        settings.
    """
    import numpy as np

    from helpers import evaluation

    generator = np.random.default_rng(0)
    seconds = {"interval": [], "difference": []}
    for number, size in enumerate([sizes[0], *sizes]):  # the very first does not count
        labels = generator.permutation(np.arange(size) % 2)
        first, second = generator.standard_normal((2, size)) + labels
        interval = _seconds_of(evaluation.delong_interval, labels, first)
        difference = _seconds_of(evaluation.compare_aucs, labels, first, second)
        if number:
            seconds["interval"].append(interval)
            seconds["difference"].append(difference)
    patient = np.arange(num_cases) // IMAGES_PER_PATIENT
    labels = patient % 2
    scores = generator.standard_normal(num_cases) + labels
    given = (evaluation.compute_auc, labels, scores)
    options = {"patient": patient, "num_resamples": num_resamples}
    bootstrap = _seconds_of(evaluation.bootstrap_by_patient, *given, **options)
    settings = {"sizes": sizes, "num_cases": num_cases, "num_resamples": num_resamples}
    return seconds | settings | {"bootstrap": bootstrap}


def _seconds_of(function, *arguments, **options):
    start = time.perf_counter()
    function(*arguments, **options)
    return time.perf_counter() - start


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
    sizes = values[0]["sizes"]
    rows = []
    names = {"interval": "DeLong's interval", "difference": "DeLong's difference of two scores"}
    for name, words in names.items():
        for i, size in enumerate(sizes):
            seconds = spread(each[name][i] for each in values).text(".2f")
            rows.append((words, f"{size:,}", seconds, growth(values, name, i).text(".2f")))
    bootstrap = spread(each["bootstrap"] for each in values)
    words = f"{values[0]['num_resamples']:,} test sets drawn by patient, AUC of each"
    rows.append((words, f"{values[0]['num_cases']:,}", bootstrap.text(".2f"), ""))
    slowest = spread(each["interval"][-1] for each in values)
    grown = growth(values, "interval", -1)
    return [
        Table(
            "Intervals of an AUC",
            ("", "cases", "seconds", "seconds over n log n, times those of the first size"),
            tuple(rows),
            (f"Each patient has {IMAGES_PER_PATIENT} images in the bootstrap.",),
            verdicts=(
                verdict(
                    f"DeLong's interval of {FULL['sizes'][-1]:,} cases in under {GOAL_DELONG} s, "
                    f"in n log n (at most {MOST_GROWTH} times as many seconds over n log n)",
                    reached=slowest.median < GOAL_DELONG and grown.median <= MOST_GROWTH,
                    found=f"{slowest.text('.2f')} s, {grown.text('.2f')} times as many",
                ),
                verdict(
                    f"{FULL['num_resamples']:,} test sets of {FULL['num_cases']:,} cases drawn by "
                    f"patient in under {GOAL_BOOTSTRAP} s",
                    reached=bootstrap.median < GOAL_BOOTSTRAP,
                    found=f"{bootstrap.text('.2f')} s",
                ),
            ),
        )
    ]


def growth(values, name, i):
    """Summarise seconds over n log n at the i-th size, as multiples of those at the first.

    Examples
    --------
    >>> growth([{"sizes": [10, 100], "interval": [1.0, 20.0]}], "interval", 1).text()
    '1.00'
    """
    first, size = values[0]["sizes"][0], values[0]["sizes"][i]
    expected = size * math.log(size) / (first * math.log(first))
    times = ratios([each[name][i] for each in values], [each[name][0] for each in values])
    return spread(each / expected for each in times)
