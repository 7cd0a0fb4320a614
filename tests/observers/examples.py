"""A small lesion and its noise, images drawn from them, and an AUC with its standard error."""

import numpy as np

SHAPE = (5, 7)
# not symmetric in any way, so that a flipped or transposed template shows
SIGNAL = np.array(
    [
        [0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.1, 0.9, 0.4, 0.1, 0.0, 0.0, 0.0],
        [0.0, 0.3, 0.6, 0.5, 0.3, 0.1, 0.0],
        [0.0, 0.0, 0.1, 0.2, 0.2, 0.2, 0.1],
        [0.0, 0.0, 0.0, 0.0, 0.1, 0.1, 0.3],
    ]
)


def loop_covariance(shape, variance, width, noise_variance):
    """Fill the covariance entry by entry from the formula: slow and dull."""
    pixels = [(i, j) for i in range(shape[0]) for j in range(shape[1])]
    matrix = np.zeros((len(pixels), len(pixels)))
    for k, (i, j) in enumerate(pixels):
        for m, (u, v) in enumerate(pixels):
            distance = (i - u) ** 2 + (j - v) ** 2
            matrix[k, m] = variance * np.exp(-distance / (4 * width**2))
            matrix[k, m] += noise_variance * (k == m)
    return matrix


CORRELATED = loop_covariance(SHAPE, 0.8, 1.1, 0.3)


def draw_noise(generator, num_images, covariance=CORRELATED, shape=SHAPE):
    """Draw Gaussian images by the eigenvectors of their covariance; the package uses Cholesky."""
    values, vectors = np.linalg.eigh(covariance)
    white = generator.standard_normal((num_images, len(values)))
    return (white * np.sqrt(values) @ vectors.T).reshape(num_images, *shape)


def auc_with_error(positive, negative):
    """Return the share of pairs in order and its standard error, by counting with a sorted list."""
    below = np.searchsorted(np.sort(negative), positive) / len(negative)
    above = 1 - np.searchsorted(np.sort(positive), negative) / len(positive)
    variance = below.var(ddof=1) / len(positive) + above.var(ddof=1) / len(negative)
    return below.mean(), np.sqrt(variance)


def assert_within_error(values, expected, errors, limit=4.0):
    """Assert that estimates lie within `limit` standard errors of what they should be."""
    np.testing.assert_array_less(np.abs(np.subtract(values, expected)), limit * np.asarray(errors))
