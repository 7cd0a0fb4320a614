"""Draw arrays on axes that the caller made: images, signed maps, curves, intervals.

Every function takes the axes (or the figure) first and returns them, so that a notebook composes
figures and each drawing can be tested. Grey is for images, an evenly perceived map for heat, a
diverging map centred at 0 for signed values; nothing is told by colour alone.
"""

from helpers.plots.agreement import plot_agreement
from helpers.plots.comparisons import (
    plot_against_ideal,
    plot_coverage,
    plot_score_histograms,
)
from helpers.plots.curves import (
    plot_decision_curve,
    plot_precision_recall,
    plot_reliability,
    plot_roc,
)
from helpers.plots.graph import plot_graph
from helpers.plots.images import plot_image, plot_image_grid, plot_saliency, plot_signed_map
from helpers.plots.kernels import (
    outline,
    plot_kernel_step,
    plot_numbers,
    plot_window_places,
)
from helpers.plots.masks import plot_mask_outline
from helpers.plots.results import plot_confusion, plot_intervals, plot_training
from helpers.plots.runs import plot_runs, plot_verdicts
from helpers.plots.surfaces import plot_loss_surface, plot_lowest, plot_steps
from helpers.plots.templates import plot_profiles

__all__ = [
    "outline",
    "plot_against_ideal",
    "plot_agreement",
    "plot_confusion",
    "plot_coverage",
    "plot_decision_curve",
    "plot_graph",
    "plot_image",
    "plot_image_grid",
    "plot_intervals",
    "plot_kernel_step",
    "plot_loss_surface",
    "plot_lowest",
    "plot_mask_outline",
    "plot_numbers",
    "plot_precision_recall",
    "plot_profiles",
    "plot_reliability",
    "plot_roc",
    "plot_runs",
    "plot_saliency",
    "plot_score_histograms",
    "plot_signed_map",
    "plot_steps",
    "plot_training",
    "plot_verdicts",
    "plot_window_places",
]
