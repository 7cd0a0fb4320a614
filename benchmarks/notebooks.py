"""Benchmark `notebooks`: seconds and peak memory of each notebook, run as in class."""

import json

from benchmarks.jobs import ROOT, BenchmarkError, Job
from benchmarks.tables import Table, verdict

SUMMARY = "seconds and peak memory of each notebook in the class profile"
OUTPUT = "build/benchmarks"
# notebook: most seconds and most megabytes (1e6 bytes) on two cores; Binder gives 2 GB
GOALS = {
    "01_concepts": (45, 2_000),
    "02_convolution_and_pooling": (45, 2_000),
    "03_backpropagation": (90, 2_000),
    "04_keras_walkthrough": (120, 1_500),
    "05_evaluation": (120, 1_500),
    "06_faq": (180, 2_000),
}
GOAL_SECONDS_OF_ALL = 600
# what notebook 03 records of its network in NumPy alone
NUMPY_RESULTS = ROOT / OUTPUT / "results" / "03_backpropagation.json"
GOAL_NUMPY_ACCURACY, GOAL_NUMPY_SECONDS = 0.93, 60


def check():
    """Refuse where the notebooks are not."""
    from helpers.reruns.course import notebook_paths

    try:
        paths = notebook_paths()
    except FileNotFoundError as error:
        raise BenchmarkError(str(error)) from error
    if not paths:
        raise BenchmarkError("There must be notebooks in `notebooks/`; found none to run.")


def jobs(options):
    """List what is measured: each notebook once, in the order of the course.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    from helpers.reruns.course import notebook_paths

    profile = "smoke" if options.quick else "class"
    arguments = ("--profile", profile, "--no-pages", "--output", OUTPUT)
    return [
        Job(path.stem, ("-m", "helpers", "run", path.stem, *arguments), with_memory=True)
        for path in notebook_paths()
    ]


def tabulate(outcomes):
    """Turn the outcomes into one table.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table
    """
    rows = [(o.label, f"{o.seconds:.1f}", f"{o.megabytes:,.0f}") for o in outcomes]
    total = sum(outcome.seconds for outcome in outcomes)
    most = max(outcome.megabytes for outcome in outcomes)
    verdicts = [_verdict(outcome) for outcome in outcomes if outcome.label in GOALS]
    if any(outcome.label == NUMPY_RESULTS.stem for outcome in outcomes):
        verdicts.append(_numpy_verdict())
    verdicts.append(
        verdict(
            f"all notebooks under {GOAL_SECONDS_OF_ALL} s",
            reached=total < GOAL_SECONDS_OF_ALL,
            found=f"{total:.0f} s for {len(outcomes)}",
        )
    )
    return [
        Table(
            "The notebooks",
            ("notebook", "seconds", "peak memory, MB"),
            (*rows, ("all", f"{total:.1f}", f"{most:,.0f}")),
            (
                "Seconds and resident memory of the command `python -m helpers run` with the "
                "kernel that it starts, each notebook once: there is nothing to divide by.",
            ),
            verdicts=tuple(verdicts),
        )
    ]


def _verdict(outcome):
    seconds, megabytes = GOALS[outcome.label]
    return verdict(
        f"{outcome.label} under {seconds} s and {megabytes:,} MB on two cores",
        reached=outcome.seconds < seconds and outcome.megabytes < megabytes,
        found=f"{outcome.seconds:.0f} s and {outcome.megabytes:,.0f} MB",
    )


def _numpy_verdict():
    metrics = json.loads(NUMPY_RESULTS.read_text(encoding="utf-8"))["metrics"]
    accuracy, seconds = metrics["test_accuracy"], metrics["numpy_seconds"]
    return verdict(
        f"the network in NumPy alone: {GOAL_NUMPY_ACCURACY:.0%} of held-out digits in under "
        f"{GOAL_NUMPY_SECONDS} s",
        reached=accuracy >= GOAL_NUMPY_ACCURACY and seconds < GOAL_NUMPY_SECONDS,
        found=f"{accuracy:.1%} in {seconds:.1f} s",
    )
