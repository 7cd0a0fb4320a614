"""Numbers that say how good a model is, and how sure we can be: no Keras in here."""

from helpers.evaluation.bootstrap import bootstrap_by_patient, percentile_interval
from helpers.evaluation.calibration import (
    CalibrationLine,
    Reliability,
    compute_calibration_error,
    compute_reliability,
    fit_calibration_line,
)
from helpers.evaluation.comparison import AucComparison, compare_aucs, compute_efficiency
from helpers.evaluation.confusion import Confusion, compute_rates, count_confusion
from helpers.evaluation.curves import (
    PrecisionRecallCurve,
    RocCurve,
    compute_average_precision,
    compute_precision_recall_curve,
    compute_roc_curve,
)
from helpers.evaluation.delong import (
    auc_standard_error,
    delong_covariance,
    delong_interval,
    separation_bound,
)
from helpers.evaluation.estimate import Estimate
from helpers.evaluation.intervals import clopper_pearson_interval, wilson_interval
from helpers.evaluation.masks import compute_dice, compute_hausdorff
from helpers.evaluation.metrics import (
    compute_accuracy,
    compute_auc,
    name_labels,
    predict_labels,
    rank_errors,
)
from helpers.evaluation.multiclass import class_table, compute_kappa
from helpers.evaluation.prevalence import predictive_value_intervals, predictive_values
from helpers.evaluation.proper_scores import compute_brier_score, compute_log_loss
from helpers.evaluation.recalibration import apply_temperature, fit_temperature, shift_prevalence
from helpers.evaluation.report.checklist import reporting_checklist
from helpers.evaluation.report.model_card import ModelCard
from helpers.evaluation.report.subgroups import subgroup_table
from helpers.evaluation.report.summary import are_probabilities, summarise
from helpers.evaluation.splits.audit import Finding, SplitAudit, audit_splits
from helpers.evaluation.splits.image_hashes import hash_images
from helpers.evaluation.splits.normalisation import audit_normalisation
from helpers.evaluation.splits.vault import TestVault
from helpers.evaluation.thresholds import FrozenThreshold, bayes_threshold, choose_threshold
from helpers.evaluation.utility import DecisionCurve, compute_decision_curve, compute_net_benefit

__all__ = [
    "AucComparison",
    "CalibrationLine",
    "Confusion",
    "DecisionCurve",
    "Estimate",
    "Finding",
    "FrozenThreshold",
    "ModelCard",
    "PrecisionRecallCurve",
    "Reliability",
    "RocCurve",
    "SplitAudit",
    "TestVault",
    "apply_temperature",
    "are_probabilities",
    "auc_standard_error",
    "audit_normalisation",
    "audit_splits",
    "bayes_threshold",
    "bootstrap_by_patient",
    "choose_threshold",
    "class_table",
    "clopper_pearson_interval",
    "compare_aucs",
    "compute_accuracy",
    "compute_auc",
    "compute_average_precision",
    "compute_brier_score",
    "compute_calibration_error",
    "compute_decision_curve",
    "compute_dice",
    "compute_efficiency",
    "compute_hausdorff",
    "compute_kappa",
    "compute_log_loss",
    "compute_net_benefit",
    "compute_precision_recall_curve",
    "compute_rates",
    "compute_reliability",
    "compute_roc_curve",
    "count_confusion",
    "delong_covariance",
    "delong_interval",
    "fit_calibration_line",
    "fit_temperature",
    "hash_images",
    "name_labels",
    "percentile_interval",
    "predict_labels",
    "predictive_value_intervals",
    "predictive_values",
    "rank_errors",
    "reporting_checklist",
    "separation_bound",
    "shift_prevalence",
    "subgroup_table",
    "summarise",
    "wilson_interval",
]
