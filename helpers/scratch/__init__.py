"""Deep learning by hand, in NumPy only: no Keras in here, names and axes as in Keras."""

from helpers.scratch.activations import (
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    gelu,
    leaky_relu,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from helpers.scratch.autodiff import Value
from helpers.scratch.convolution import (
    Conv2D,
    convolve,
    cross_correlate,
    cross_correlate_backward,
)
from helpers.scratch.dense import Dense, Flatten
from helpers.scratch.differences import numerical_gradient
from helpers.scratch.gradient_check import check_gradients, check_layer, check_network
from helpers.scratch.gradient_report import CheckedEntry, GradientReport
from helpers.scratch.initializers import INITIALIZERS, compute_fans, initialize
from helpers.scratch.layer import Layer
from helpers.scratch.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from helpers.scratch.network import Sequential
from helpers.scratch.normalization import BatchNormalization
from helpers.scratch.optimizers import SGD, Adam, AdamW, RMSprop
from helpers.scratch.pooling import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from helpers.scratch.regularization import Dropout
from helpers.scratch.schedules import CosineDecay, PiecewiseConstantDecay
from helpers.scratch.shapes import (
    count_convolution_parameters,
    count_dense_parameters,
    output_size,
    padding_amounts,
    receptive_field,
)
from helpers.scratch.windows import Windows

__all__ = [
    "GELU",
    "INITIALIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "AveragePooling2D",
    "BatchNormalization",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "CheckedEntry",
    "Conv2D",
    "CosineDecay",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GradientReport",
    "Layer",
    "LeakyReLU",
    "MaxPooling2D",
    "MeanSquaredError",
    "PiecewiseConstantDecay",
    "RMSprop",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "SparseCategoricalCrossentropy",
    "Tanh",
    "Value",
    "Windows",
    "check_gradients",
    "check_layer",
    "check_network",
    "compute_fans",
    "convolve",
    "count_convolution_parameters",
    "count_dense_parameters",
    "cross_correlate",
    "cross_correlate_backward",
    "gelu",
    "initialize",
    "leaky_relu",
    "numerical_gradient",
    "output_size",
    "padding_amounts",
    "receptive_field",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
