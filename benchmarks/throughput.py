"""Benchmark `throughput`: images per second of training, ours against PyTorch's plain loop."""

import importlib.util

from benchmarks.jobs import BenchmarkError, by_label, worker_job
from benchmarks.machine import num_cores
from benchmarks.tables import Table, ratios, spread, verdict

SUMMARY = "training the ladder's networks against PyTorch's plain loop"
NETWORKS = ("dense", "article", "strided", "modern")  # the rungs of the ladder
BATCH_SIZE = 128
ROUNDS = 5
FULL = {"num_images": 12_800, "num_epochs": 5}
QUICK = {"num_images": 2_560, "num_epochs": 1}
GOAL_RATIO = 1


def check():
    """Refuse where there is no PyTorch."""
    if importlib.util.find_spec("torch") is None:
        raise BenchmarkError(
            "PyTorch is required as the clock to compare with, and is not installed. Get the extra "
            "that has it: `.venv/bin/python -m pip install -e .[bench]`"
        )


def jobs(options):
    """List what is measured: in each round each network, first ours, then PyTorch's.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    size = QUICK if options.quick else FULL
    rounds = 1 if options.quick else ROUNDS
    return [job for _ in range(rounds) for name in NETWORKS for job in _pair(name, size)]


def _pair(network, size):
    threads = num_cores()
    settings = {"network": network, "batch_size": BATCH_SIZE} | size
    environment = {
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
    }
    return (
        worker_job(_ours(network), "time_walkthrough", settings, environment=environment),
        worker_job(_torch(network), "time_torch", settings | {"threads": threads}),
    )


def _ours(network):
    return f"{network}, ours"


def _torch(network):
    return f"{network}, PyTorch"


def tabulate(outcomes):
    """Turn the outcomes into one table.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table

    Raises
    ------
    BenchmarkError
        If a network has not as many parameters in PyTorch as in Keras: the two differ.
    """
    groups = by_label(outcomes)
    found = {name: _compare(name, groups) for name in NETWORKS}
    slower = [name for name, (_, times) in found.items() if times.median < GOAL_RATIO]
    return [
        Table(
            "Training throughput, images per second",
            ("network", "parameters", "ours", "PyTorch", "ours / PyTorch"),
            tuple(row for row, _ in found.values()),
            (
                f"{_plural(num_cores())} for each, batches of {BATCH_SIZE}, Adam, 28 x 28 images "
                "from memory in a random order; loss and accuracy are kept in both. The first "
                "epoch, in which everything is set up, is not counted.",
                "Ours is compiled by `compile_network`, as in `train_network`, with its cosine "
                "schedule; without validation images. PyTorch has a constant learning rate.",
                "The random shifts of the modern network are left out of both.",
            ),
            verdicts=(
                verdict(
                    "at least as many images per second as PyTorch, each network",
                    reached=not slower,
                    found=f"fewer with {', '.join(slower)}" if slower else "so with each",
                ),
            ),
        )
    ]


def _plural(threads):
    return "One thread" if threads == 1 else f"{threads} threads"


def _compare(network, groups):
    ours, torch = groups[_ours(network)], groups[_torch(network)]
    parameters = {outcome.values["parameters"] for outcome in (*ours, *torch)}
    if len(parameters) != 1:
        raise BenchmarkError(
            f"The network {network!r} must have as many parameters in PyTorch as in Keras; got "
            f"{sorted(parameters)}. Make `benchmarks/torch_loop.py` follow the ladder."
        )
    rates = [[outcome.values["images_per_second"] for outcome in side] for side in (ours, torch)]
    times = spread(ratios(*rates))
    texts = [spread(side).text(",.0f") for side in rates]
    return (network, f"{parameters.pop():,}", *texts, times.text(".2f")), times
