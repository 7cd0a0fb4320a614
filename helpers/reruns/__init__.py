"""Running the notebooks again: checked parameters, recorded results, stored outputs.

Notebooks import what they need from here; the command line brings in the other modules.
"""

from helpers.reruns.predictions import predictions_table, read_predictions
from helpers.reruns.records import results_of
from helpers.reruns.results import read_results
from helpers.reruns.run import Run, start_run
from helpers.reruns.stored_tables import read_stored_table

__all__ = [
    "Run",
    "predictions_table",
    "read_predictions",
    "read_results",
    "read_stored_table",
    "results_of",
    "start_run",
]
