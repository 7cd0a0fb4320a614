"""Benchmark `convolution`: the layer by hand against TensorFlow's, and against naive loops."""

import math

from benchmarks.convolution_inputs import CASES
from benchmarks.jobs import BenchmarkError, by_label, worker_job
from benchmarks.machine import num_cores
from benchmarks.tables import Table, ratios, spread, verdict

SUMMARY = "the convolution by hand against TensorFlow's and naive loops"
OURS = "by hand"
TENSORFLOW = "TensorFlow"
ROUNDS = 5
FULL = {"repeats": 50}
QUICK = {"repeats": 3}
GOAL_FORWARD = 2
GOAL_BOTH = 4
GOAL_NAIVE = 100


def check():
    """Refuse nothing: images and kernels are drawn."""


def jobs(options):
    """List what is measured: in each round first ours, then TensorFlow's, on as many threads.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    size, threads = QUICK if options.quick else FULL, str(num_cores())
    # NumPy multiplies matrices with one of several libraries, each with a setting of its own
    ours = {
        name: threads
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
    }
    tensorflow = {
        "TF_ENABLE_ONEDNN_OPTS": "1",
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }
    pair = (
        worker_job(OURS, "time_scratch_convolution", size, environment=ours),
        worker_job(TENSORFLOW, "time_tensorflow_convolution", size, environment=tensorflow),
    )
    return list(pair) * (1 if options.quick else ROUNDS)


def tabulate(outcomes):
    """Turn the outcomes into two tables.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table

    Raises
    ------
    BenchmarkError
        If the two do not compute the same numbers.
    """
    groups = by_label(outcomes)
    ours, tensorflow = (
        {case: [outcome.values[case] for outcome in groups[label]] for case in CASES}
        for label in (OURS, TENSORFLOW)
    )
    for case in CASES:
        _check_same(case, ours[case], tensorflow[case])
    libraries = {outcome.values["library"] for outcome in groups[OURS]}
    return [_against_tensorflow(ours, tensorflow, libraries), _against_naive(ours)]


def _check_same(case, ours, tensorflow):
    for mine, theirs in zip(ours, tensorflow, strict=True):
        pairs = zip(mine["sizes"], theirs["sizes"], strict=True)
        if not all(math.isclose(*pair, rel_tol=1e-4) for pair in pairs):
            raise BenchmarkError(
                f"Ours and TensorFlow's must compute the same output and gradients of {case!r}; "
                f"got sums of magnitudes {mine['sizes']} and {theirs['sizes']}."
            )


def _against_tensorflow(ours, tensorflow, libraries):
    rows, times = [], {"forward": {}, "both": {}}
    for case in CASES:
        for move, words in (("forward", "forward"), ("both", "forward + backward")):
            sides = [[each[move] for each in side[case]] for side in (ours, tensorflow)]
            times[move][case] = spread(ratios(*sides))
            texts = [_milliseconds(side) for side in sides]
            rows.append((f"{case}, {words}", *texts, times[move][case].text(".2f")))
    threads = num_cores()
    return Table(
        "A convolution layer with 3 x 3 kernels, milliseconds for a batch of 128",
        ("images", "ours", "TensorFlow", "ours / TensorFlow"),
        tuple(rows),
        (
            f"{threads} {'thread' if threads == 1 else 'threads'} for each, float32, padding "
            '"valid", with bias; backward to kernel, bias and images. Ours is NumPy: a copy of '
            "the windows and one matrix product (im2col).",
            f"NumPy's matrices are multiplied by {', '.join(sorted(libraries))}. TensorFlow runs a "
            "compiled graph with oneDNN on. Both give the same numbers.",
        ),
        verdicts=(
            _verdict(
                "forward in at most {} times TensorFlow's time", GOAL_FORWARD, times["forward"]
            ),
            _verdict("forward and backward in at most {} times", GOAL_BOTH, times["both"]),
        ),
    )


def _verdict(goal, limit, times):
    slowest = max(times.values(), key=lambda each: each.median)
    return verdict(
        goal.format(limit),
        reached=slowest.median <= limit,
        found=f"{slowest.text('.2f')} times where it is slowest",
    )


def _against_naive(ours):
    rows, times = [], {}
    for case in CASES:
        sides = [[each[name] for each in ours[case]] for name in ("one_image_naive", "one_image")]
        times[case] = spread(ratios(*sides))
        rows.append((case, *map(_milliseconds, sides), times[case].text(",.0f")))
    least = min(times.values(), key=lambda each: each.median)
    return Table(
        "One image, forward, milliseconds",
        ("image", "naive loops", "im2col", "naive / im2col"),
        tuple(rows),
        ("The loops do one multiply-add after the other in Python.",),
        verdicts=(
            verdict(
                f"im2col at least {GOAL_NAIVE} times faster than naive loops",
                reached=least.median >= GOAL_NAIVE,
                found=f"{least.text(',.0f')} times where it gains least",
            ),
        ),
    )


def _milliseconds(seconds):
    return spread([1000 * each for each in seconds]).text(".2f")
