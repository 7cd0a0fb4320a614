"""Numbers that say how good a network is, and how sure we can be: no Keras in here."""

from helpers.evaluation.comparison import Efficiency, compute_efficiency, delong_covariance
from helpers.evaluation.intervals import wilson_interval
from helpers.evaluation.metrics import (
    Accuracy,
    compute_accuracy,
    compute_auc,
    name_labels,
    predict_labels,
    rank_errors,
)

__all__ = [
    "Accuracy",
    "Efficiency",
    "compute_accuracy",
    "compute_auc",
    "compute_efficiency",
    "delong_covariance",
    "name_labels",
    "predict_labels",
    "rank_errors",
    "wilson_interval",
]
