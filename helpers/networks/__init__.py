"""Networks in Keras: models, training, probabilities, and looks inside.

Code here imports `keras`, never a backend, so that `KERAS_BACKEND=jax` or `torch` stays possible;
`gradients` is the one exception.
"""

from helpers.networks.complexity import count_activations, count_flops
from helpers.networks.explain import (
    compute_saliency,
    feature_maps,
    first_kernels,
    shuffle_weights,
)
from helpers.networks.generator import ImageGenerator, fit_vae
from helpers.networks.gradients import input_gradient, loss_gradients
from helpers.networks.lbfgs import fit_lbfgs
from helpers.networks.models import (
    LADDER,
    build_article_network,
    build_dense_network,
    build_modern_network,
    build_network,
    build_strided_network,
)
from helpers.networks.precision import PRECISIONS, round_values, round_weights
from helpers.networks.predict import predict_probabilities
from helpers.networks.progress import TrainingProgress
from helpers.networks.search import LogSumExp, SymmetricConv2D, build_correlation_network
from helpers.networks.training import (
    DivergenceError,
    Recipe,
    build_loss,
    build_metric,
    compile_network,
    num_units,
    train_network,
)
from helpers.networks.unet import build_unet

__all__ = [
    "LADDER",
    "PRECISIONS",
    "DivergenceError",
    "ImageGenerator",
    "LogSumExp",
    "Recipe",
    "SymmetricConv2D",
    "TrainingProgress",
    "build_article_network",
    "build_correlation_network",
    "build_dense_network",
    "build_loss",
    "build_metric",
    "build_modern_network",
    "build_network",
    "build_strided_network",
    "build_unet",
    "compile_network",
    "compute_saliency",
    "count_activations",
    "count_flops",
    "feature_maps",
    "first_kernels",
    "fit_lbfgs",
    "fit_vae",
    "input_gradient",
    "loss_gradients",
    "num_units",
    "predict_probabilities",
    "round_values",
    "round_weights",
    "shuffle_weights",
    "train_network",
]
