"""The ideal observer: the exact likelihood ratio where each class is a mixture of Gaussians."""

import dataclasses

import numpy as np
from scipy.special import expit, logit, logsumexp

from helpers.checks import check_number
from helpers.observers.covariance import FactorisedCovariance
from helpers.observers.images import check_pixels, score_in_batches
from helpers.observers.theory import auc_from_detectability

__all__ = ["GaussianGroup", "IdealObserver", "build_ideal_observer", "mixture_moments"]


@dataclasses.dataclass(frozen=True, eq=False)
class GaussianGroup:
    """Hold the Gaussians of one class that share a covariance: one for each possible mean image.

    Parameters
    ----------
    means : array_like of shape (components, height, width)
        Mean images: one for each place, strength, marker, ...
    weights : array_like of shape (components,)
        Probability of each within its class, above 0. The weights of all groups of a class add
        to 1.
    covariance : float or array_like of shape (height * width, height * width)
        Of the noise around each mean: the variance of white noise, or a symmetric positive
        definite matrix.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, weights that are not positive, or a covariance that is not
        positive definite.

    Examples
    --------
    >>> places = np.eye(2).reshape(2, 1, 2)  # a point lesion at one of two places
    >>> GaussianGroup(places, [0.5, 0.5], 1.0).means.shape
    (2, 1, 2)

    Introduced in notebook 02, *Six lines that equal the optimum*.
    """

    means: np.ndarray
    weights: np.ndarray
    covariance: float | np.ndarray
    factorised: FactorisedCovariance = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        means = check_pixels("means", self.means, 3, "(components, height, width)")
        weights = check_pixels("weights", self.weights, 1, "(components,)")
        if len(weights) != len(means) or not (weights > 0).all():
            raise ValueError(
                f"`weights` must be one number above 0 for each of the {len(means)} means; "
                f"got {weights.tolist()[:5]} with length {len(weights)}."
            )
        factorised = FactorisedCovariance(self.covariance, means[0].size)
        for name, value in (
            ("means", means),
            ("weights", weights),
            ("covariance", factorised.values),
            ("factorised", factorised),
        ):
            object.__setattr__(self, name, value)


class IdealObserver:
    """Score images by the exact logarithm of the likelihood ratio, "lesion" over "no lesion".

    Parameters
    ----------
    absent, present : sequence of GaussianGroup
        What images without and with a lesion can be. Unknown place, strength, site or marker:
        one Gaussian for each possibility, weighted by its probability.
    prevalence : float
        Share of images with a lesion, above 0 and below 1. Only `posterior` uses it.

    Attributes
    ----------
    detectability : float or None
        d', if each class is one Gaussian and both have the same covariance (a number and the
        matrix that it stands for are the same); else None.
    auc : float or None
        Phi(d' / sqrt 2) in the same case; else None: simulate it.
    name : str
        "ideal observer".
    is_ideal : bool
        True.

    Raises
    ------
    TypeError, ValueError
        For groups of different image shapes, weights that do not add to 1, or a prevalence out of
        its range.

    Notes
    -----
    The score is log sum_j p_j N(g; m_j, K_j) over "present" minus the same over "absent". No
    observer has a higher ROC curve anywhere. Sums of exponentials are taken stably, in batches,
    in float64. Images have shape (n, height, width) or (n, height, width, 1); integers become
    float64, nan and infinity are refused, no image gives no score.

    References
    ----------
    Barrett, Abbey, Clarkson, JOSA A 15:1520 (1998), doi 10.1364/JOSAA.15.001520.

    Examples
    --------
    >>> places = 2 * np.eye(3).reshape(3, 1, 3)  # a point lesion at one of three places
    >>> absent = GaussianGroup(np.zeros((1, 1, 3)), [1.0], 1.0)
    >>> present = GaussianGroup(places, np.full(3, 1 / 3), 1.0)
    >>> observer = IdealObserver([absent], [present], prevalence=0.1)
    >>> observer.score([[[0, 0, 0]], [[0, 3, 0]]]).round(3)
    array([-2.   ,  2.906])
    >>> observer.posterior([[[0, 3, 0]]]).round(3)
    array([0.67])

    Introduced in notebook 02, *Six lines that equal the optimum*.
    """

    name = "ideal observer"
    is_ideal = True

    def __init__(self, absent, present, *, prevalence=0.5):
        self.absent = _check_groups("absent", absent)
        self.present = _check_groups("present", present)
        self.prevalence = check_number("prevalence", prevalence, above=0, below=1)
        groups = self.absent + self.present
        self.image_shape = groups[0].means.shape[1:]
        shapes = {group.means.shape[1:] for group in groups}
        if len(shapes) > 1:
            raise ValueError(
                f"`absent` and `present` must hold images of one shape; got {sorted(shapes)}."
            )
        # everything is measured from one mean of the absent class: exact, and rounds less
        self._origin = groups[0].means[0].ravel()
        self._covariance_of = _share_covariances(groups)
        self._terms = {group: self._prepare(group) for group in groups}
        self.detectability = self._closed_form()
        d = self.detectability
        self.auc = None if d is None else float(auc_from_detectability(d))

    def score(self, images):
        """Return the log likelihood ratio of each image, float64, shape (n,)."""
        return score_in_batches(images, self.image_shape, self._log_ratio)

    def posterior(self, images, *, prevalence=None):
        """Return the probability of a lesion given each image, float64, shape (n,).

        `prevalence` replaces the observer's own; above 0 and below 1.
        """
        prevalence = self.prevalence if prevalence is None else prevalence
        prevalence = check_number("prevalence", prevalence, above=0, below=1)
        return expit(self.score(images) + logit(prevalence))

    def _prepare(self, group):
        means = group.means.reshape(len(group.means), -1) - self._origin  # (components, pixels)
        templates = group.factorised.solve(means)
        constants = np.log(group.weights) - np.sum(means * templates, axis=1) / 2
        return templates, constants

    def _log_ratio(self, rows):
        absent, present = self.component_logs(rows)
        return logsumexp(present, axis=1) - logsumexp(absent, axis=1)

    def component_logs(self, rows):
        """Return ln(weight x density) of each component of a class at each row of pixels.

        Two arrays of shape (n, components), absent and present, the components in the order of the
        groups and their means. What all have in common is left out.
        """
        rows = rows - self._origin
        covariances = set(self._covariance_of.values())
        if len(covariances) == 1:  # what it adds to all components cancels
            terms = dict.fromkeys(covariances, 0.0)
        else:
            terms = {k: -(k.inverse_quadratic(rows) + k.log_determinant) / 2 for k in covariances}
        return tuple(
            np.concatenate([self._group_logs(rows, group, terms) for group in groups], axis=1)
            for groups in (self.absent, self.present)
        )

    def _group_logs(self, rows, group, terms):
        """Return the logs of a group's components; `terms` has what its covariance alone adds."""
        templates, constants = self._terms[group]
        return (
            rows @ templates.T + constants + np.reshape(terms[self._covariance_of[group]], (-1, 1))
        )

    def _closed_form(self):
        num_means = [sum(len(g.means) for g in groups) for groups in (self.absent, self.present)]
        if num_means != [1, 1] or len(set(self._covariance_of.values())) > 1:
            return None
        signal = (self.present[0].means[0] - self.absent[0].means[0]).reshape(1, -1)
        return float(np.sqrt(self.present[0].factorised.inverse_quadratic(signal)[0]))


def _check_groups(label, groups):
    groups = (groups,) if isinstance(groups, GaussianGroup) else tuple(groups)
    if not groups or not all(isinstance(group, GaussianGroup) for group in groups):
        raise TypeError(
            f"`{label}` must be a list of at least one GaussianGroup; got {list(groups)!r}."
        )
    total = sum(group.weights.sum() for group in groups)
    if abs(total - 1) > 1e-9:
        raise ValueError(
            f"`{label}` must have weights that add to 1 over all its groups; got {total:.12g}. "
            "Divide them by their sum."
        )
    return groups


def _share_covariances(groups):
    """Map each group to its covariance, the same object for all groups that share one."""
    shared = {}
    for group in groups:
        same = (k for k in shared.values() if k.equals(group.factorised))
        shared[group] = next(same, group.factorised)
    return shared


def build_ideal_observer(signal, covariance, *, mean=0.0, prevalence=0.5):
    """Build the ideal observer of a lesion and a background that are known exactly.

    Parameters
    ----------
    signal : array_like of shape (height, width)
        What the lesion adds to the image, s.
    covariance : float or array_like of shape (height * width, height * width)
        Of the noise, K: the variance of white noise, or a symmetric positive definite matrix.
    mean : float or array_like of shape (height, width)
        Mean image without a lesion, b.
    prevalence : float
        Share of images with a lesion, above 0 and below 1.

    Returns
    -------
    IdealObserver
        Its score of image g is s'K^-1 (g - b) - s'K^-1 s / 2; its `detectability` is
        d' = sqrt(s'K^-1 s).

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, a covariance that is not positive definite, or a
        prevalence out of its range.

    Notes
    -----
    The score is linear: the ideal observer of this task is the matched filter, and d' in white
    noise is the length of s over the noise's standard deviation. A lesion of zeros gives d' = 0
    and the score 0 for all images.

    Examples
    --------
    >>> observer = build_ideal_observer([[0.0, 3.0]], 4.0)
    >>> observer.detectability, round(observer.auc, 3)
    (1.5, 0.856)

    Introduced in notebook 02, *Observers without training*.
    """
    signal = check_pixels("signal", signal, 2, "(height, width)")
    if np.ndim(mean) == 0:
        mean = np.full(signal.shape, check_number("mean", mean))
    mean = check_pixels("mean", mean, 2, "(height, width)")
    if mean.shape != signal.shape:
        raise ValueError(
            "`mean` must be a number or have the shape of `signal`; "
            f"got {mean.shape} and {signal.shape}."
        )
    absent = GaussianGroup(mean[None], [1.0], covariance)
    present = GaussianGroup((mean + signal)[None], [1.0], covariance)
    return IdealObserver([absent], [present], prevalence=prevalence)


def mixture_moments(groups):
    """Compute the mean image and the covariance of one class, its possibilities mixed.

    Parameters
    ----------
    groups : sequence of GaussianGroup
        One class, such as the `present` of an ideal observer.

    Returns
    -------
    mean : numpy.ndarray of float64, shape (height, width)
    covariance : numpy.ndarray of float64, shape (height * width, height * width)
        The mean covariance within the possibilities, plus the covariance of their means.

    Raises
    ------
    TypeError, ValueError
        For no group, or weights that do not add to 1.

    Notes
    -----
    This is what `build_hotelling_observer` needs to find the best linear template of a task whose
    ideal observer is not linear.

    Examples
    --------
    >>> group = GaussianGroup([[[0.0, 0.0]], [[0.0, 2.0]]], [0.5, 0.5], 1.0)
    >>> mixture_moments([group])
    (array([[0., 1.]]), array([[1., 0.],
           [0., 2.]]))

    Introduced in notebook 02, *Observers without training*.
    """
    groups = _check_groups("groups", groups)
    weights = np.concatenate([group.weights for group in groups])  # (components,)
    means = np.concatenate([group.means for group in groups])  # (components, height, width)
    mean = np.tensordot(weights, means, axes=1)
    spread = (means - mean).reshape(len(means), -1)
    within = sum(group.weights.sum() * group.factorised.to_matrix() for group in groups)
    return mean, within + (spread.T * weights) @ spread
