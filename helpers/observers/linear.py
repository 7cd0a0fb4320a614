"""Observers that score an image by one weighted sum of its pixels, built from a known noise."""

import dataclasses

import numpy as np

from helpers.checks import check_number
from helpers.observers.covariance import FactorisedCovariance
from helpers.observers.images import check_pixels, score_in_batches

__all__ = [
    "LinearObserver",
    "build_hotelling_observer",
    "build_matched_filter",
    "build_non_prewhitening_observer",
    "template_detectability",
]


@dataclasses.dataclass(frozen=True, eq=False)
class LinearObserver:
    """Score images by a template: the sum of pixel times template, plus an offset.

    Parameters
    ----------
    template : array_like of shape (height, width)
        Finite weights, one a pixel; kept as float64.
    name : str
        For tables and figures.
    offset : float
        Added to each score; it moves thresholds and leaves the ROC curve as it is.
    snr : float or None
        Difference of the mean scores of the two classes over the standard deviation of the scores,
        where it is known: the detectability d' if the scores are Gaussian.

    Raises
    ------
    TypeError, ValueError
        If `template` is not a finite array with two axes, or a number is not finite.

    Notes
    -----
    `score(images)` takes images of shape (n, height, width) or (n, height, width, 1) and returns
    float64 scores of shape (n,); no image gives no score. Integers become float64; nan and infinity
    are refused. `is_ideal` is False: even the best template may be far below the optimum.

    Examples
    --------
    >>> observer = LinearObserver([[1, 2, -1]], name="by hand", offset=0.5)
    >>> observer.score([[[3, 1, 4]], [[1, 5, 9]]])
    array([1.5, 2.5])

    Introduced in notebook 02, *Observers without training*.
    """

    template: np.ndarray
    _: dataclasses.KW_ONLY
    name: str
    offset: float = 0.0
    snr: float | None = None
    is_ideal = False

    def __post_init__(self):
        template = check_pixels("template", self.template, 2, "(height, width)")
        object.__setattr__(self, "template", template)
        check_number("offset", self.offset)
        if self.snr is not None:
            check_number("snr", self.snr)

    def score(self, images):
        """Return one number an image, higher for "lesion": float64, shape (n,)."""
        weights = self.template.ravel()
        return score_in_batches(
            images, self.template.shape, lambda rows: rows @ weights + self.offset
        )


def _check_signal(signal):
    return check_pixels("signal", signal, 2, "(height, width)")


def template_detectability(template, signal, covariance):
    """Compute the detectability d that a template reaches for a lesion in Gaussian noise.

    Parameters
    ----------
    template : array_like of shape (height, width)
        Weights w; any positive multiple gives the same answer.
    signal : array_like of shape (height, width)
        What the lesion adds to the image, s.
    covariance : float or array_like of shape (height * width, height * width)
        Of the noise, K: the variance of white noise, or a symmetric positive definite matrix.

    Returns
    -------
    float
        w's / sqrt(w'Kw): distance of the two classes' mean scores in standard deviations. Negative
        for a template that prefers the other class.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, or a covariance that is not positive definite.

    Notes
    -----
    A template of zeros gives all images the same score: its detectability is 0 (AUC one half).

    Examples
    --------
    >>> template_detectability([[1, 1]], [[2, 0]], 0.5)
    2.0

    Introduced in notebook 02, *Observers without training*.
    """
    template = check_pixels("template", template, 2, "(height, width)")
    signal = _check_signal(signal)
    if template.shape != signal.shape:
        raise ValueError(
            f"`template` must have the shape of `signal`; got {template.shape} and {signal.shape}."
        )
    factorised = FactorisedCovariance(covariance, signal.size)
    variance = np.vdot(factorised.multiply(template.reshape(1, -1)), template)
    return float(np.vdot(template, signal) / np.sqrt(variance)) if variance > 0 else 0.0


def build_matched_filter(signal, covariance):
    """Build the matched filter K^-1 s: the optimum for a known lesion in Gaussian noise.

    Parameters
    ----------
    signal : array_like of shape (height, width)
        What the lesion adds to the image, s.
    covariance : float or array_like of shape (height * width, height * width)
        Of the noise, K: the variance of white noise, or a symmetric positive definite matrix.

    Returns
    -------
    LinearObserver
        Its `snr` is d' = sqrt(s'K^-1 s).

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, or a covariance that is not positive definite.

    Notes
    -----
    K^-1 first removes the correlations of the noise (it "prewhitens"); in white noise the template
    is the lesion itself, up to a factor. A lesion of zeros gives a template of zeros and d' = 0.

    Examples
    --------
    >>> observer = build_matched_filter([[0.0, 3.0]], [[1.0, 0.5], [0.5, 1.0]])
    >>> observer.template
    array([[-2.,  4.]])

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """
    return _build_prewhitened(signal, covariance, "matched filter", "covariance")


def _build_prewhitened(signal, covariance, name, label):
    signal = _check_signal(signal)
    factorised = FactorisedCovariance(covariance, signal.size, label)
    template = factorised.solve(signal.reshape(1, -1))
    snr = float(np.sqrt(template[0] @ signal.ravel()))
    return LinearObserver(template.reshape(signal.shape), name=name, snr=snr)


def build_non_prewhitening_observer(signal, covariance=None):
    """Build the non-prewhitening observer: the lesion as template, whatever the noise.

    Parameters
    ----------
    signal : array_like of shape (height, width)
        What the lesion adds to the image, s.
    covariance : float, array_like of shape (height * width, height * width), or None
        Of the noise, K. Only `snr` needs it.

    Returns
    -------
    LinearObserver
        Its `snr` is s's / sqrt(s'Ks), or None without `covariance`.

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, or a covariance that is not positive definite.

    Notes
    -----
    In white noise it is the matched filter. In correlated noise it loses, because it does not
    remove the correlations: human readers often behave like it.

    Examples
    --------
    >>> build_non_prewhitening_observer([[0.0, 3.0]], 4.0).snr
    1.5

    Introduced in notebook 02, *Observers without training*.
    """
    signal = _check_signal(signal)
    snr = None if covariance is None else template_detectability(signal, signal, covariance)
    return LinearObserver(signal, name="non-prewhitening observer", snr=snr)


def build_hotelling_observer(signal, covariance_absent, covariance_present=None):
    """Build the Hotelling observer: the linear template with the largest signal-to-noise ratio.

    Parameters
    ----------
    signal : array_like of shape (height, width)
        Difference of the mean images, lesion minus no lesion.
    covariance_absent : float or array_like of shape (height * width, height * width)
        Covariance of images without lesion, K0; a number is white noise.
    covariance_present : float, array_like of that shape, or None
        Covariance of images with lesion, K1; None where it equals K0.

    Returns
    -------
    LinearObserver
        Template Kbar^-1 s with Kbar = (K0 + K1) / 2; its `snr` is sqrt(s'Kbar^-1 s).

    Raises
    ------
    TypeError, ValueError
        For shapes that do not fit, nan, or a covariance that is not positive definite.

    Notes
    -----
    It needs means and covariances only, not the distributions. AUC = Phi(snr / sqrt 2) holds only
    where the scores are Gaussian with equal variances; where the classes differ in more than their
    means, an observer that is not linear can be far better.

    References
    ----------
    Barrett and Myers, Foundations of Image Science, chapter 13 (2004).

    Examples
    --------
    >>> build_hotelling_observer([[0.0, 3.0]], 1.0, 2.0).template
    array([[0., 2.]])

    Introduced in notebook 02, *Observers without training*.
    """
    covariance = covariance_absent
    if covariance_present is not None:
        num_pixels = _check_signal(signal).size
        absent = FactorisedCovariance(covariance_absent, num_pixels, "covariance_absent")
        present = FactorisedCovariance(covariance_present, num_pixels, "covariance_present")
        covariance = (absent.to_matrix() + present.to_matrix()) / 2
    return _build_prewhitened(signal, covariance, "Hotelling observer", "covariance_absent")
