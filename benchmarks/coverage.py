"""Benchmark `coverage`: how often the course's 95 % intervals hold the truth."""

from benchmarks.jobs import by_label, worker_job
from benchmarks.tables import Table

SUMMARY = "how often each 95 % interval holds the truth, in simulated studies"
TITLES = {
    "proportions": "Coverage of 95 % intervals: a proportion",
    "rates": "Coverage: rates of an operating point",
    "areas": "Coverage: an area under the ROC curve",
    "separations": "Coverage: the one-sided bound after a complete separation",
    "patients": "Coverage: an area, with several images of a patient",
    "comparisons": "Coverage: two scores of the same cases",
    "calibrations": "Coverage: calibration in the large, and slope",
    "labels": "Coverage: the accuracy over several labels of an image",
}
NUM_STUDIES = 10_000
NUM_SLOW = {"patients": 2_000}  # each study draws thousands of test sets
NUM_QUICK = 100

NOTE = (
    "In brackets Wilson's 95 % interval of the share: what {studies:,} studies leave open. A study "
    "that shows no interval counts as one that does not hold the truth."
)
NOTES = {
    "rates": (
        "Here the numbers with and without the disease are fixed. Wilson's interval of the PPV "
        "expects them to vary as well, and so holds the truth more often than it promises.",
    ),
    "areas": (
        "Cases: with / without the disease. Where the scores separate the classes completely, "
        "the textbook's interval is a point; the course gives a bound.",
    ),
    "separations": (
        "The bound is claimed only after a separation; it is to be wrong in at most 5 % of all "
        "studies, and is so often wrong only if the negative cases all score alike.",
    ),
    "patients": ("Scores of two images of a patient have the correlation .8.",),
    "labels": ("Of two answers about an image the underlying correlation is .5.",),
    "comparisons": ("Every tenth study was bootstrapped too: {fewest:,} of each setting.",),
}


def check():
    """Refuse nothing: the package alone is enough."""


def jobs(options):
    """List what is measured: each family of intervals in a process of its own.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    listed = []
    for family in TITLES:
        number = NUM_QUICK if options.quick else NUM_SLOW.get(family, NUM_STUDIES)
        settings = {"family": family, "num_studies": number}
        listed.append(worker_job(family, "measure_coverage", settings))
    return listed


def tabulate(outcomes):
    """Turn the outcomes into one table a family.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table
    """
    return [_table(family, group[0].values["rows"]) for family, group in by_label(outcomes).items()]


def _table(family, rows):
    from helpers.evaluation import wilson_interval

    settings, intervals = (
        list(dict.fromkeys(row[name] for row in rows)) for name in ("setting", "interval")
    )
    cells = {}
    for row in rows:
        low, high = wilson_interval(row["covered"], row["studies"])
        share = row["covered"] / row["studies"]
        cells[row["setting"], row["interval"]] = f"{share:.3f} ({low:.3f} to {high:.3f})"
    if len(intervals) > len(settings):  # the longer of both runs down the page
        corner, columns = "interval", settings
        lines = [(name, *(cells[setting, name] for setting in settings)) for name in intervals]
    else:
        corner, columns = "truth and cases", intervals
        lines = [(setting, *(cells[setting, name] for name in intervals)) for setting in settings]
    fewest = min(row["studies"] for row in rows)
    notes = (
        NOTE.format(studies=rows[0]["studies"]),
        *(note.format(fewest=fewest) for note in NOTES.get(family, ())),
    )
    return Table(TITLES[family], (corner, *columns), tuple(lines), notes)
