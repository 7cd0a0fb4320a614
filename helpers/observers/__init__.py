"""The best possible score and its simpler relatives: observers without a network, and theory."""

from helpers.observers.channels import (
    build_channelised_hotelling_observer,
    gabor_channels,
    laguerre_gauss_channels,
)
from helpers.observers.covariance import gaussian_covariance, lumpy_covariance, lumpy_mean
from helpers.observers.fitted import (
    fit_channelised_hotelling_observer,
    fit_hotelling_observer,
    fit_mean_difference_observer,
)
from helpers.observers.ideal import (
    GaussianGroup,
    IdealObserver,
    build_ideal_observer,
    mixture_moments,
)
from helpers.observers.linear import (
    LinearObserver,
    build_hotelling_observer,
    build_matched_filter,
    build_non_prewhitening_observer,
    template_detectability,
)
from helpers.observers.segmentation import best_dice_masks, mask_posterior
from helpers.observers.spectrum import expected_power_spectrum, power_spectrum
from helpers.observers.theory import (
    auc_from_detectability,
    detectability_from_auc,
    finite_training_detectability,
    pooled_auc,
    roc_sensitivity,
)

__all__ = [  # what the lessons call
    "GaussianGroup",
    "IdealObserver",
    "LinearObserver",
    "auc_from_detectability",
    "best_dice_masks",
    "build_channelised_hotelling_observer",
    "build_hotelling_observer",
    "build_ideal_observer",
    "build_matched_filter",
    "build_non_prewhitening_observer",
    "detectability_from_auc",
    "expected_power_spectrum",
    "finite_training_detectability",
    "fit_channelised_hotelling_observer",
    "fit_hotelling_observer",
    "fit_mean_difference_observer",
    "gabor_channels",
    "gaussian_covariance",
    "laguerre_gauss_channels",
    "lumpy_covariance",
    "lumpy_mean",
    "mask_posterior",
    "mixture_moments",
    "pooled_auc",
    "power_spectrum",
    "roc_sensitivity",
    "template_detectability",
]
