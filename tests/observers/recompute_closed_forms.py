"""Recompute the closed forms of the simulated lesions without the package.

Run `python tests/observers/recompute_closed_forms.py`: it prints a table of quantities, each found
by numerical integration, loops or simulation. A test compares the package with the same numbers.
"""

import functools
import math

import numpy as np
from scipy.integrate import quad


def density(x, mean=0.0, deviation=1.0):
    """Return the normal density."""
    z = (x - mean) / deviation
    return math.exp(-z * z / 2) / (deviation * math.sqrt(2 * math.pi))


def distribution(x, mean=0.0, deviation=1.0):
    """Return the normal distribution function."""
    return 0.5 * math.erfc((mean - x) / (deviation * math.sqrt(2)))


def bisect(function, low, high):
    """Find the zero of an increasing function."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def integrate_auc(d):
    """Chance that a score around d exceeds one around 0, both with standard deviation 1."""
    return quad(lambda x: density(x, d) * distribution(x), -12, d + 12, epsabs=1e-13, limit=200)[0]


def integrate_sensitivity(d, rate):
    """Find the threshold with this false positive rate, then the tail of the other class."""
    threshold = bisect(lambda x: distribution(x) - (1 - rate), -12, 12)
    return quad(lambda x: density(x, d), threshold, threshold + d + 24, epsabs=1e-13)[0]


def integrate_pooled_auc(distances):
    """Mix the log likelihood ratios of all sites, then take the AUC of the mixtures."""

    def below(x):
        return np.mean([distribution(x, -(d**2) / 2, d) for d in distances])

    def positive(x):
        return np.mean([density(x, d**2 / 2, d) for d in distances])

    return quad(lambda x: positive(x) * below(x), -40, 40, epsabs=1e-12, limit=500)[0]


def correlated_noise(size, variance, width, noise_variance):
    """Fill the covariance of a size x (size + 2) image entry by entry."""
    pixels = [(i, j) for i in range(size) for j in range(size + 2)]
    return np.array(
        [
            [
                variance * math.exp(-((a - c) ** 2 + (b - d) ** 2) / (4 * width**2))
                + noise_variance * ((a, b) == (c, d))
                for c, d in pixels
            ]
            for a, b in pixels
        ]
    )


def gaussian_lesion(shape, centre, width):
    """Fill a Gaussian lesion pixel by pixel."""
    return np.array(
        [
            [
                math.exp(-((i - centre[0]) ** 2 + (j - centre[1]) ** 2) / (2 * width**2))
                for j in range(shape[1])
            ]
            for i in range(shape[0])
        ]
    )


def search_task():
    """Return the 400 lesions of the search task, d' = 4 in white noise, as rows (400, 784)."""
    patch = gaussian_lesion((9, 9), (4, 4), 1.5)
    patch *= 4 / math.sqrt((patch**2).sum())
    lesions = np.zeros((400, 28, 28))
    for k in range(400):
        lesions[k, k // 20 : k // 20 + 9, k % 20 : k % 20 + 9] = patch
    return lesions.reshape(400, 784)


def simulate_search_auc(num_images, seed):
    """Score simulated images by the likelihood ratio; return the AUC and its standard error."""
    generator, lesions = np.random.default_rng(seed), search_task()
    absent = generator.standard_normal((num_images, 784))
    present = generator.standard_normal((num_images, 784))
    present += lesions[generator.integers(0, 400, num_images)]
    # the mean of 400 likelihood ratios; at d' = 4 none of them overflows
    ratios = [np.exp(images @ lesions.T - 8).mean(axis=1) for images in (present, absent)]
    placements = np.searchsorted(np.sort(ratios[1]), ratios[0]) / num_images
    others = 1 - np.searchsorted(np.sort(ratios[0]), ratios[1]) / num_images
    error = math.sqrt((placements.var() + others.var()) / num_images)
    return placements.mean(), error


def best_linear_auc():
    """Best template of the search task: a ridge-like system, its covariance from all 400 places."""
    lesions = search_task()
    mean = lesions.mean(axis=0)
    spread = sum(np.outer(lesion - mean, lesion - mean) for lesion in lesions) / 400
    template = np.linalg.lstsq(np.eye(784) + spread / 2, mean, rcond=None)[0]
    return integrate_auc(math.sqrt(template @ mean))


def simulate_training(d, num_pixels, num_images, num_repeats, seed, *, covariance_known):
    """Learn a template from simulated images many times; return the mean AUC of the templates."""
    generator = np.random.default_rng(seed)
    signal = np.zeros(num_pixels)
    signal[0] = d  # white noise has no preferred direction
    areas = []
    for _ in range(num_repeats):
        half = num_images // 2
        absent = generator.standard_normal((half, num_pixels))
        present = generator.standard_normal((num_images - half, num_pixels)) + signal
        template = present.mean(axis=0) - absent.mean(axis=0)
        if not covariance_known:
            spread = np.concatenate([absent - absent.mean(axis=0), present - present.mean(axis=0)])
            template = np.linalg.pinv(spread.T @ spread, rcond=1e-10) @ template
        reached = template @ signal / math.sqrt(template @ template)
        areas.append(distribution(reached / math.sqrt(2)))
    return np.mean(areas)


def sum_lumps(density_, amplitude, width, shift):
    """Sum over a fine grid what one lump adds to a pixel, and to a pair of pixels (Campbell)."""
    step = 0.05
    places = np.arange(-8 * width, 8 * width + shift, step)
    down, right = np.meshgrid(places, places, indexing="ij")
    first = amplitude * np.exp(-(down**2 + right**2) / (2 * width**2))
    second = amplitude * np.exp(-(down**2 + (right - shift) ** 2) / (2 * width**2))
    return density_ * first.sum() * step**2, density_ * (first * second).sum() * step**2


def posterior_by_bayes(prevalence):
    """Bayes's rule with the two densities of a 1 x 2 image, mean (1, 2), written out."""
    image, lesion, correlation = (1.7, 2.4), (0.5, 1.0), 0.6

    def joint(first, second):
        form = (first**2 - 2 * correlation * first * second + second**2) / (1 - correlation**2)
        return math.exp(-form / 2) / (2 * math.pi * math.sqrt(1 - correlation**2))

    absent = joint(image[0] - 1, image[1] - 2)
    present = joint(image[0] - 1 - lesion[0], image[1] - 2 - lesion[1])
    return prevalence * present / (prevalence * present + (1 - prevalence) * absent)


@functools.cache
def exact_quantities():
    """Return what integration and loops give, to about ten digits: name -> value."""
    noise = correlated_noise(6, 2.0, 1.5, 0.5)
    lesion = gaussian_lesion((6, 8), (2, 3), 1.2).ravel()
    squared = lesion @ np.linalg.lstsq(noise, lesion, rcond=None)[0]
    mean, variance = sum_lumps(200 / 784, 1.0, 1.5, 0.0)
    return {
        "AUC at d' = 1.5": integrate_auc(1.5),
        "AUC at d' = 2": integrate_auc(2.0),
        "d' at AUC = .9": bisect(lambda d: integrate_auc(d) - 0.9, 0, 6),
        "sensitivity at d' = 2, FPR = .05": integrate_sensitivity(2.0, 0.05),
        "sensitivity = specificity at d' = 2": integrate_sensitivity(2.0, distribution(-1.0)),
        "d' of a lesion in correlated noise": math.sqrt(squared),
        "d of the lesion as template there": lesion @ lesion / math.sqrt(lesion @ noise @ lesion),
        "lumpy mean": mean,
        "lumpy variance": variance,
        "lumpy covariance at distance 2": sum_lumps(200 / 784, 1.0, 1.5, 2.0)[1],
        "pooled AUC of d' = 1 and 3": integrate_pooled_auc([1.0, 3.0]),
        "wrong: mean of the two AUCs": (integrate_auc(1.0) + integrate_auc(3.0)) / 2,
        "wrong: AUC of the mean d'": integrate_auc(2.0),
        "posterior at prevalence .3": posterior_by_bayes(0.3),
        "best linear AUC of the search task": best_linear_auc(),
    }


@functools.cache
def simulated_quantities():
    """Return what simulation gives: name -> (value, how far it may be off)."""
    known = simulate_training(1.5, 64, 200, 400, 1, covariance_known=True)
    estimated = simulate_training(1.5, 64, 200, 400, 2, covariance_known=False)
    area, error = simulate_search_auc(4000, 3)
    return {
        "AUC after 200 images, 64 pixels, K known": (known, 0.006),
        "AUC after 200 images, 64 pixels, K estimated": (estimated, 0.006),
        "ideal AUC of the search task": (area, 4 * error),
    }


def main():
    """Print the table."""
    for name, value in exact_quantities().items():
        print(f"{name:<46} {value:12.8f}")
    for name, (value, off) in simulated_quantities().items():
        print(f"{name:<46} {value:8.4f} +- {off:.4f}")


if __name__ == "__main__":
    main()
