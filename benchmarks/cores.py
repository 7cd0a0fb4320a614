"""Benchmark `cores`: what makes a CPU fast, the measurement behind `helpers.start`."""

from benchmarks.jobs import by_label, worker_job
from benchmarks.machine import describe_default, num_cores
from benchmarks.tables import Table, ratios, spread

SUMMARY = "oneDNN on or off, one thread or all: what `helpers.start` chooses"
ROUNDS = 5
FULL = {"num_images": 12_800, "num_epochs": 5}
QUICK = {"num_images": 2_560, "num_epochs": 1}

ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
AS_IT_COMES = "TensorFlow as it comes"
CHOSEN = "oneDNN on, all cores (ours)"
SETTINGS = {
    AS_IT_COMES: {},
    CHOSEN: {"TF_ENABLE_ONEDNN_OPTS": "1"},
    "oneDNN off, all cores": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "oneDNN on, one thread": {"TF_ENABLE_ONEDNN_OPTS": "1"} | ONE_THREAD,
    "oneDNN off, one thread": {"TF_ENABLE_ONEDNN_OPTS": "0"} | ONE_THREAD,
}


def check():
    """Refuse nothing: the embedded digits are enough."""


def jobs(options):
    """List what is measured: in each round each setting.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    size = QUICK if options.quick else FULL
    return [
        worker_job(label, "time_article", size, environment=environment)
        for _ in range(1 if options.quick else ROUNDS)
        for label, environment in SETTINGS.items()
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
    groups = by_label(outcomes)
    rates = {
        label: [outcome.values["images_per_second"] for outcome in group]
        for label, group in groups.items()
    }
    times = {label: spread(ratios(values, rates[AS_IT_COMES])) for label, values in rates.items()}
    rows = [
        (label, spread(values).text(",.0f"), times[label].text(".2f"))
        for label, values in rates.items()
    ]
    fastest = max(times, key=lambda label: times[label].median)
    return [
        Table(
            "The article's code, images per second of training",
            ("", "images per second", "times as it comes"),
            tuple(rows),
            (
                f"What `helpers.start` chooses trains {times[CHOSEN].text('.2f')} times as fast as "
                f"what comes. Fastest: {fastest}.",
                _default(groups),
                f"All cores: {num_cores()}. Batches of 128; the first epoch, in which everything "
                "is set up, is not counted.",
            ),
        )
    ]


def _default(groups):
    losses = [
        [outcome.values["loss"] for outcome in groups[name]] for name in (AS_IT_COMES, CHOSEN)
    ]
    return describe_default(*losses)
