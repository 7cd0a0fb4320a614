"""Running the notebooks again: checked parameters, recorded results, stored outputs.

Notebooks import what they need from here; the command line brings in the other modules.
"""

from helpers.reruns.predictions import predictions_table, read_predictions
from helpers.reruns.records import results_of
from helpers.reruns.results import read_results
from helpers.reruns.run import Run, start_run

__all__ = [
    "Run",
    "predictions_table",
    "read_predictions",
    "read_results",
    "results_of",
    "start_run",
]
