"""Numbers that say how good a model is, and how sure we can be: no Keras in here."""

from helpers.evaluation.audit import Finding, SplitAudit, audit_splits
from helpers.evaluation.recalibration import apply_temperature, fit_temperature, shift_prevalence
from helpers.evaluation.reporting import reporting_checklist
from helpers.evaluation.subgroups import subgroup_table
from helpers.evaluation.thresholds import FrozenThreshold, bayes_threshold, choose_threshold
from helpers.evaluation.utility import DecisionCurve, compute_decision_curve, compute_net_benefit
from helpers.evaluation.vault import TestVault

__all__ = [
    "DecisionCurve",
    "Finding",
    "FrozenThreshold",
    "SplitAudit",
    "TestVault",
    "apply_temperature",
    "audit_splits",
    "bayes_threshold",
    "choose_threshold",
    "compute_decision_curve",
    "compute_net_benefit",
    "fit_temperature",
    "reporting_checklist",
    "shift_prevalence",
    "subgroup_table",
]
