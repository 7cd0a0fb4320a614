"""The best observer of a task: the ideal one, or where none is known the best linear one."""

import numpy as np

from helpers.data.simulate.task import check_task
from helpers.observers import (
    GaussianGroup,
    IdealObserver,
    build_hotelling_observer,
    mixture_moments,
)


def build_optimum(task, *, ignore_marker=False):
    """Build the observer that scores single images of a task best.

    Parameters
    ----------
    task : LesionTask
        What the images come from. The observer knows all of it, but not an image's place, strength,
        site and marker: it weighs all possibilities.
    ignore_marker : bool, optional
        Build the lesion's own optimum instead: the best observer that learns nothing from the
        marker, for the same images.

    Returns
    -------
    IdealObserver or LinearObserver
        The exact likelihood ratio where the background is Gaussian. In a lumpy background, where
        none is known in closed form, the Hotelling observer, with mean and covariance of all
        possibilities mixed: the best template, but not the ideal observer; its `is_ideal` is False.

    Raises
    ------
    TypeError
        For what is no task.

    Notes
    -----
    Images are scored one by one: what else is known of a patient is not used.

    Who ignores the marker sees what is left of an image when the marker's pattern is taken out of
    it: all directions but that of the pattern m. The score is the exact likelihood ratio of what
    is left. It does not change when the marker is added, at any strength, and the observer is the
    best of all with this property. In white noise it loses nothing where marker and lesion do not
    overlap: its d' is that of the task without a marker.

    With detectability 0 and no marker, or one that is ignored, the score of every image is the
    same.

    Examples
    --------
    >>> from helpers.data.simulate import LesionTask, build_lesion
    >>> lesion = build_lesion("gaussian", patch_shape=(5, 5), width=1.0)
    >>> optimum = build_optimum(LesionTask(lesion=lesion, detectability=1.5, image_shape=(8, 7)))
    >>> round(optimum.detectability, 6), round(optimum.auc, 3)
    (1.5, 0.856)

    Introduced in notebook 02, *Six lines that equal the optimum*.
    """
    check_task(task)
    absent = _possibilities(task, False, ignore_marker)
    present = _possibilities(task, True, ignore_marker)
    if task.background.is_gaussian:
        return IdealObserver(absent, present, prevalence=task.prevalence)
    mean_absent, covariance_absent = mixture_moments(absent)
    mean_present, covariance_present = mixture_moments(present)
    signal = mean_present - mean_absent
    return build_hotelling_observer(signal, covariance_absent, covariance_present)


def _possibilities(task, diseased, ignore_marker):
    """List what the images of one class can be: one group for each way of taking them."""
    imaging = {}
    for site in task.sites:  # sites that differ in contrast only share a covariance
        imaging.setdefault((site.blur, site.noise), []).append(site)
    groups = []
    for sites in imaging.values():
        covariance = task.covariance(sites[0])
        means, weights = _lesion_means(task, sites) if diseased else _empty_means(task, sites)
        if task.marker is not None and ignore_marker:
            means, covariance = _without_marker(task, sites[0], means)
        elif task.marker is not None:
            means, weights = _with_marker(task, diseased, means, weights)
        groups.append(GaussianGroup(means, weights, covariance))
    return groups


def _empty_means(task, sites):
    mean = np.full((1, *task.image_shape), task.background.mean(task.image_shape))
    return mean, np.array([sum(site.share for site in sites)])


def _lesion_means(task, sites):
    """List mean images and probabilities over sites, strengths and places."""
    means, weights = [], []
    for site in sites:
        signals = task.signals(site)  # (places, height, width)
        for strength, probability in task.strengths.items():
            means.append(task.background.mean(task.image_shape) + strength * signals)
            weights.append(np.full(len(signals), site.share * probability / len(signals)))
    return np.concatenate(means), np.concatenate(weights)


def _with_marker(task, diseased, means, weights):
    """Split each possibility in two, with and without the marker, and drop what cannot be."""
    bears = task.marker.with_lesion if diseased else task.marker.without_lesion
    marked = means + task.marker.pattern(task.image_shape)
    options = [(means, 1 - bears), (marked, bears)]
    options = [(images, share) for images, share in options if share > 0]
    return (
        np.concatenate([images for images, _ in options]),
        np.concatenate([share * weights for _, share in options]),
    )


def _without_marker(task, site, means):
    """Take the marker's pattern out of mean images and of a site's covariance.

    Along the pattern every possibility then has the same mean and the same variance, independent of
    what lies beside it: that part of an image cancels in the likelihood ratio.
    """
    pattern = task.marker.pattern(task.image_shape).reshape(1, -1)
    pattern /= np.linalg.norm(pattern)
    rows = means.reshape(len(means), -1)
    rows = rows - rows @ pattern.T * pattern
    # any positive variance would do, if all sites have the same
    variance = task.factorise().multiply(pattern) @ pattern.T  # (1, 1)
    along = pattern.T @ pattern
    beside = np.eye(len(along)) - along
    covariance = beside @ task.factorise(site).to_matrix() @ beside + variance * along
    return rows.reshape(means.shape), covariance
