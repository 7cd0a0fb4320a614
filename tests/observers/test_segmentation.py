import itertools

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from helpers.evaluation import compute_dice
from helpers.observers import (
    GaussianGroup,
    IdealObserver,
    best_dice_masks,
    build_hotelling_observer,
    mask_posterior,
)
from tests.observers.examples import CORRELATED, SHAPE, SIGNAL
from tests.tolerances import EXACT64

# two strengths at one way of taking images, one at another: three masks, in that order
MEANS = np.array([1.5, 0.6, 2.0])[:, None, None] * SIGNAL
ABSENT = [
    GaussianGroup(np.zeros((1, *SHAPE)), [0.3], CORRELATED),
    GaussianGroup(np.zeros((1, *SHAPE)), [0.7], 0.5),
]
PRESENT = [
    GaussianGroup(MEANS[:2], [0.1, 0.3], CORRELATED),
    GaussianGroup(MEANS[2:], [0.6], 0.5),
]
MASKS = np.greater(SIGNAL, np.array([0.25, 0.5, 0.05])[:, None, None])


def by_bayes_rule(images, prevalence):
    """Weigh the masks with posteriors from SciPy's densities, image by image."""
    result = np.zeros(images.shape)
    for image, probability in zip(images, result, strict=True):
        logs, masks = [], []
        for groups, share in ((ABSENT, 1 - prevalence), (PRESENT, prevalence)):
            for group in groups:
                matrix = group.covariance * np.eye(35) if np.ndim(group.covariance) == 0 else None
                matrix = group.covariance if matrix is None else matrix
                for mean, weight in zip(group.means, group.weights, strict=True):
                    density = multivariate_normal(mean.ravel(), matrix).logpdf(image.ravel())
                    logs.append(np.log(share * weight) + density)
        masks = [np.zeros(SHAPE), np.zeros(SHAPE), *MASKS]
        for log, mask in zip(logs, masks, strict=True):
            probability += np.exp(log - logsumexp(logs)) * mask
    return result


@pytest.mark.reference("mask_posterior")
@pytest.mark.parametrize("prevalence", [None, 0.9])
def test_the_pixel_posterior_is_bayes_rule_with_scipys_densities(prevalence):
    images = np.random.default_rng(0).standard_normal((12, *SHAPE))
    images[::3] += 1.5 * SIGNAL
    observer = IdealObserver(ABSENT, PRESENT, prevalence=0.2)
    found = mask_posterior(observer, MASKS, images[..., None], prevalence=prevalence)
    expected = by_bayes_rule(images, prevalence or 0.2)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert np.ptp(expected) > 0.5


@pytest.mark.law("mask_posterior")
def test_it_adds_to_the_posterior_of_a_lesion_times_its_size():
    images = np.random.default_rng(1).standard_normal((2000, *SHAPE))  # more than a batch
    observer = IdealObserver(ABSENT, PRESENT, prevalence=0.4)
    sure = np.ones_like(MASKS)  # whatever it is, it covers the whole image
    found = mask_posterior(observer, sure, images)
    np.testing.assert_allclose(found[:, 2, 3], observer.posterior(images), **EXACT64)
    assert mask_posterior(observer, MASKS, images[:0]).shape == (0, *SHAPE)


def possible_dice(mask, masks, weights):
    """Average Dice over what may be there: one of the masks, or nothing."""
    nothing = np.zeros_like(mask)
    values = [compute_dice(other, mask) for other in [*masks, nothing]]
    return np.dot(values, [*weights, 1 - sum(weights)])


@pytest.mark.reference("best_dice_masks")
@pytest.mark.parametrize("seed", range(6))
def test_no_other_mask_of_all_promises_more_dice(seed):
    generator = np.random.default_rng(seed)
    masks = np.zeros((4, 8), bool)
    for mask in masks:
        mask[generator.choice(8, 3, replace=False)] = True
    masks = masks.reshape(4, 2, 4)
    weights = generator.dirichlet([0.5] * 5)[:4]  # the fifth: no lesion
    best, expected = best_dice_masks(np.tensordot(weights, masks, axes=1)[None], 3)
    every = [np.reshape(mask, (2, 4)).astype(bool) for mask in itertools.product((0, 1), repeat=8)]
    highest = max(possible_dice(mask, masks, weights) for mask in every)
    np.testing.assert_allclose(expected, [highest], **EXACT64)
    np.testing.assert_allclose(possible_dice(best[0], masks, weights), highest, **EXACT64)


def test_a_sure_lesion_and_a_sure_absence_are_marked_exactly():
    lesion = SIGNAL > 0.4
    masks, expected = best_dice_masks(np.stack([lesion, 0 * lesion]).astype(float), lesion.sum())
    np.testing.assert_array_equal(masks, [lesion, np.zeros_like(lesion)])
    np.testing.assert_array_equal(expected, [1, 1])


def test_no_image_gives_no_probability_and_no_mask():
    nothing = mask_posterior(IdealObserver(ABSENT, PRESENT), MASKS, np.empty((0, *SHAPE)))
    assert nothing.shape == (0, *SHAPE)
    masks, expected = best_dice_masks(nothing, 4)
    assert (masks.shape, masks.dtype) == ((0, *SHAPE), bool)
    assert (expected.shape, expected.dtype) == ((0,), "float64")


OBSERVER = IdealObserver(ABSENT, PRESENT)
IMAGE = np.zeros((1, *SHAPE))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((build_hotelling_observer(SIGNAL, 1.0), MASKS, IMAGE), TypeError, "got a LinearObserver"),
        ((OBSERVER, MASKS.astype(int), IMAGE), TypeError, "must be bool; got int64"),
        ((OBSERVER, MASKS[:2], IMAGE), ValueError, r"\(3, 5, 7\); got \(2, 5, 7\)"),
        ((OBSERVER, MASKS, IMAGE[:, :4]), ValueError, "height and width of this observer"),
        ((OBSERVER, MASKS, IMAGE + np.nan), ValueError, "finite numbers; got nan"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        mask_posterior(*arguments)


def test_a_prevalence_of_one_is_refused():
    with pytest.raises(ValueError, match="`prevalence` must be a finite number > 0 and < 1"):
        mask_posterior(OBSERVER, MASKS, IMAGE, prevalence=1)


@pytest.mark.parametrize(
    ("probabilities", "num_pixels", "error", "message"),
    [
        ([[[0.2, 1.1]]], 2, ValueError, "values from 0.2 to 1.1"),
        ([[[-0.1, 0.3]]], 2, ValueError, "values from -0.1"),
        ([[[0.8, 0.9]]], 1, ValueError, "add to 1.7 for 1 pixels"),
        ([[0.8, 0.9]], 1, ValueError, r"shape \(n, height, width\)"),
        ([[[0.8, 0.9]]], 0, ValueError, "`num_pixels` must be an integer from 1 to 2; got 0"),
        ([[[0.8, 0.9]]], 3, ValueError, "`num_pixels` must be an integer from 1 to 2; got 3"),
        (np.empty((0, 5, 7)), 36, ValueError, "`num_pixels` must be an integer from 1 to 35"),
        (np.empty((2, 0, 7)), 1, ValueError, "hold something"),
        (np.empty((0, 5, 0)), 1, ValueError, "hold something"),
        ([[[True, False]]], 1, TypeError, "real numbers; got bool"),
    ],
)
def test_what_are_no_such_probabilities_is_refused(probabilities, num_pixels, error, message):
    with pytest.raises(error, match=message):
        best_dice_masks(probabilities, num_pixels)
