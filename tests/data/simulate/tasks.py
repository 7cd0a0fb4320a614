"""Small tasks of every kind, on images that are not square, and duller twins of their theory."""

import numpy as np

from helpers.data.simulate import (
    CorrelatedNoise,
    Lesion,
    LesionTask,
    LumpyBackground,
    Marker,
    Site,
    WhiteNoise,
)
from tests.observers.examples import loop_covariance

SHAPE = (5, 7)
# no symmetry: whatever is flipped or transposed shows
LESION = Lesion([[0.2, 0.4, 0.1], [0.6, 1.0, 0.3], [0.0, 0.7, 0.0]])
STRUCTURE = loop_covariance(SHAPE, 0.8, 1.1, 0.0)
CORRELATED = CorrelatedNoise(STRUCTURE, noise_variance=0.3)
LUMPS = LumpyBackground(num_lumps=9.0, amplitude=0.7, width=1.2, noise_variance=0.2)
BACKGROUNDS = {"white": WhiteNoise(1.7), "correlated": CORRELATED, "lumpy": LUMPS}
FAR = Site(name="far", contrast=0.6, blur=0.8, noise=1.5, share=0.3)
NEAR = Site(name="near", share=0.7)
MARKER = Marker(with_lesion=0.8, without_lesion=0.3, size=2, amplitude=1.5)


def small_task(**changes):
    """Build a task on small images, with some of its values changed."""
    values = {"lesion": LESION, "detectability": 1.5, "image_shape": SHAPE} | changes
    return LesionTask(**values)


EVERYTHING = small_task(
    detectability=2.0,
    places=[(1, 1), (2, 4), (3, 5)],
    background=CORRELATED,
    prevalence=0.2,
    strengths={0.5: 0.4, 1.5: 0.6},
    sites=(NEAR, FAR),
    marker=MARKER,
)
TASKS = {
    "white": small_task(),
    "correlated": small_task(background=CORRELATED),
    "lumpy": small_task(background=LUMPS, images_per_patient=2, patient_correlation=0.4),
    "everything": EVERYTHING,
}


def loop_blur(shape, width):
    """Fill the operator of a blur entry by entry, each row divided by its sum."""
    pixels = [(i, j) for i in range(shape[0]) for j in range(shape[1])]
    matrix = np.array(
        [
            [np.exp(-((i - u) ** 2 + (j - v) ** 2) / (2 * width**2)) for u, v in pixels]
            for i, j in pixels
        ]
    )
    return matrix / matrix.sum(axis=1, keepdims=True)


def loop_covariance_of(name, site):
    """Compute the covariance of a small task's image at a site, from the formulas."""
    structure, noise = {
        "white": (np.zeros((35, 35)), 1.7),
        "correlated": (STRUCTURE, 0.3),
        # density a^2 pi w^2
        "lumpy": (loop_covariance(SHAPE, 9 / 35 * 0.7**2 * np.pi * 1.2**2, 1.2, 0.0), 0.2),
    }[name]
    operator = loop_blur(SHAPE, site.blur) if site.blur else np.eye(35)
    return operator @ structure @ operator.T + noise * site.noise**2 * np.eye(35)


def covariance_with_error(left, right):
    """Return the mean of products of pixels, [k, l] of left k and right l, and its error.

    The error is estimated from the products themselves, so that it holds for lumps too.
    """
    products = left[:, :, None] * right[:, None, :]  # (n, pixels, pixels)
    return products.mean(axis=0), products.std(axis=0) / np.sqrt(len(products))
