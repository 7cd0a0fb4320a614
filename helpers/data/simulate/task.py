"""What is simulated: images with and without a lesion, from patients at one or several sites."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from helpers.checks import check_integer, check_number
from helpers.data.simulate.backgrounds import CorrelatedNoise, LumpyBackground, WhiteNoise
from helpers.data.simulate.lesions import Lesion
from helpers.data.simulate.places import find_centres, lay_patches
from helpers.data.simulate.sites import REFERENCE_SITE, Marker, Site, blur, blur_matrix
from helpers.observers.covariance import FactorisedCovariance
from helpers.observers.images import check_image_shape

BACKGROUNDS = (WhiteNoise, CorrelatedNoise, LumpyBackground)
SUM_TOLERANCE = 1e-9  # how far from 1 the sum of probabilities may be
SMALLEST_VARIANCE = 1e-4  # of the noise: finer grain would suffer from the rounding of the images


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class LesionTask:
    """Define a detection task: everything that decides how probable each image is.

    Parameters
    ----------
    lesion : Lesion
        What is to be found.
    detectability : float
        d' of the lesion in the centre, with strength 1, at a sharp site of contrast and noise 1,
        for who knows the place: it sets the amplitude. Not negative; 0 means that there is nothing
        to be seen. In a lumpy background it is the signal-to-noise ratio of the best template.
    image_shape : (int, int)
        Height and width; at least as large as the lesion's patch.
    places : "centre", "anywhere" or sequence of (int, int)
        Row and column of the lesion's centre: the image's centre, any place where the whole patch
        fits in, or one of those listed, each equally likely.
    background : WhiteNoise, CorrelatedNoise or LumpyBackground
        What there is beside the lesion. Its noise must have a variance of at least 1e-4 at each
        site, as grey values are rounded to multiples of 2^-12; where the detector adds less, the
        smallest eigenvalue of the covariance counts.
    prevalence : float
        Share of patients with a lesion, above 0 and below 1.
    strengths : dict of float to float
        Factor of the amplitude, positive -> its probability; these add to 1.
    images_per_patient : int
        At least 1. Lesion, place, strength, site and marker are the same in all images of a
        patient.
    patient_correlation : float
        Share of the background that the images of a patient have in common, from 0 to 1: the
        covariance between two of them is this share of the covariance of one.
    sites : sequence of Site
        Where the patients were; a patient is at one of them.
    marker : Marker or None
        A shortcut that goes with the label.

    Attributes
    ----------
    centres : ndarray of int, shape (places, 2)
        Row and column of the lesion's centre at each place.
    amplitude : float
        What the lesion of strength 1 adds to its brightest pixel, in the units of the image.

    Raises
    ------
    TypeError, ValueError
        If a value is out of its range; if the lesion's patch is larger than the image or would lie
        partly outside it; if the covariance of the image is not positive definite, or the noise too
        weak; if probabilities do not add to 1.

    Notes
    -----
    An image of patient k is H(c a s + b) + n, plus the marker where there is one: s the lesion at
    its place and a its amplitude times strength, b the structure, H the blur and c the contrast of
    the site, n the detector's noise. Images are in the units in which the background is given; with
    a noise variance of 1 these are standard deviations of the noise. They are never clipped and
    never normalised one by one: that would change the optimum.

    Examples
    --------
    >>> from helpers.data.simulate import build_lesion
    >>> lesion = build_lesion("gaussian", patch_shape=(5, 5), width=1.0)
    >>> task = LesionTask(lesion=lesion, detectability=2.0, image_shape=(8, 7), places="anywhere")
    >>> len(task.centres)
    12

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """

    lesion: Lesion
    detectability: float
    image_shape: tuple[int, int] = (28, 28)
    places: object = "centre"
    background: object = WhiteNoise()
    prevalence: float = 0.5
    strengths: dict = dataclasses.field(default_factory=lambda: {1.0: 1.0})
    images_per_patient: int = 1
    patient_correlation: float = 0.0
    sites: tuple = (REFERENCE_SITE,)
    marker: Marker | None = None
    centres: np.ndarray = dataclasses.field(init=False, repr=False)
    amplitude: float = dataclasses.field(init=False, repr=False)
    _computed: dict = dataclasses.field(init=False, repr=False)

    def __post_init__(self):
        _check_parts(self)
        object.__setattr__(self, "image_shape", check_image_shape(self.image_shape))
        check_number("detectability", self.detectability, minimum=0)
        check_integer("images_per_patient", self.images_per_patient, minimum=1)
        check_number("patient_correlation", self.patient_correlation, minimum=0, maximum=1)
        check_number("prevalence", self.prevalence, above=0, below=1)
        object.__setattr__(self, "strengths", _check_strengths(self.strengths))
        object.__setattr__(self, "sites", _check_sites(self.sites))
        if self.marker is not None:
            self.marker.pattern(self.image_shape)
        centres = find_centres(self.places, self.image_shape, self.lesion.profile.shape)
        object.__setattr__(self, "centres", centres)
        object.__setattr__(self, "_computed", {})
        for site in self.sites:
            self._check_noise(site)
        object.__setattr__(self, "amplitude", self._find_amplitude())

    def _check_noise(self, site):
        covariance = self.covariance(site)
        smallest = self.background.noise_variance * site.noise**2
        if smallest < SMALLEST_VARIANCE and np.ndim(covariance) > 0:
            smallest = np.linalg.eigvalsh(covariance)[0]
        if smallest < SMALLEST_VARIANCE:
            raise ValueError(
                f"`background` must have noise of a variance of at least {SMALLEST_VARIANCE:g}; "
                f"got {smallest:.3g} at site {site.name!r}, and images are rounded to 2^-12. Give "
                "images in units of the noise."
            )

    def _find_amplitude(self):
        """Scale the lesion in the centre of a reference image to the detectability."""
        centre = find_centres("centre", self.image_shape, self.lesion.profile.shape)
        image = lay_patches(np.zeros((1, *self.image_shape)), self.lesion.profile, centre)
        square = self.factorise().inverse_quadratic(image.reshape(1, -1))[0]
        return float(self.detectability / np.sqrt(square))

    def signals(self, site=REFERENCE_SITE):
        """Return what the lesion of strength 1 adds to the image at each place.

        Parameters
        ----------
        site : Site, optional
            Where the image is taken.

        Returns
        -------
        ndarray of float64, shape (places, height, width)
        """
        images = np.zeros((len(self.centres), *self.image_shape))
        lay_patches(images, self.amplitude * self.lesion.profile, self.centres)
        return site.contrast * blur(images, site.blur)

    def covariance(self, site=REFERENCE_SITE):
        """Return the exact covariance of an image without a lesion.

        Parameters
        ----------
        site : Site, optional
            Where the image is taken.

        Returns
        -------
        float or ndarray of float64, shape (height * width, height * width)
            H K H' + variance of the detector's noise; a number is white noise.
        """
        return self.factorise(site).values

    def factorise(self, site=REFERENCE_SITE):
        """Return the covariance at a site ready to compute with, or say why it is none."""
        height, width = self.image_shape
        return self._once(
            "covariance", site, lambda: FactorisedCovariance(self._covariance(site), height * width)
        )

    def noise_root(self, site=REFERENCE_SITE):
        """Return what turns standard normal numbers into the Gaussian part of an image at a site.

        A number is a factor; a matrix R with R'R = K is multiplied from the right.
        """
        if not self.background.is_gaussian:  # lumps are drawn one by one
            return np.sqrt(self.background.noise_variance) * site.noise
        covariance = self.covariance(site)
        if np.ndim(covariance) == 0:
            return np.sqrt(covariance)
        return self._once("root", site, lambda: np.linalg.cholesky(covariance).T)

    def _once(self, what, site, compute):
        """Compute once what depends on a site's blur and noise only."""
        key = (what, site.blur, site.noise)
        if key not in self._computed:
            self._computed[key] = compute()
        return self._computed[key]

    def _covariance(self, site):
        noise = self.background.noise_variance * site.noise**2
        structure = self.background.object_covariance(self.image_shape)
        if structure is None:
            return noise
        if site.blur > 0:
            operator = np.kron(*(blur_matrix(size, site.blur) for size in self.image_shape))
            structure = operator @ structure @ operator.T
        return structure + noise * np.eye(len(structure))


def check_task(task):
    """Refuse what is no task, such as the name of one."""
    if not isinstance(task, LesionTask):
        raise TypeError(
            f"`task` must be a LesionTask; got {task!r}. The task of a data set: `load_task(name)`."
        )


def _check_parts(task):
    parts = {
        "lesion": (Lesion, "a Lesion, such as build_lesion makes"),
        "background": (BACKGROUNDS, "a WhiteNoise, CorrelatedNoise or LumpyBackground"),
        "marker": ((Marker, type(None)), "a Marker or None"),
    }
    for label, (kinds, words) in parts.items():
        if not isinstance(getattr(task, label), kinds):
            raise TypeError(f"`{label}` must be {words}; got {getattr(task, label)!r}.")


def _check_strengths(strengths):
    if not isinstance(strengths, Mapping) or not strengths:
        raise TypeError(
            f"`strengths` must be a dict from factor to probability; got {strengths!r}. One "
            "strength only: {1.0: 1.0}."
        )
    for factor, probability in strengths.items():
        check_number("strengths", factor, above=0)
        check_number("probability of a strength", probability, above=0, maximum=1)
    _check_sum("`strengths` must have probabilities that add to 1", strengths.values())
    return dict(strengths)


def _check_sites(sites):
    sites = tuple(sites) if isinstance(sites, (tuple, list)) else (sites,)
    if not sites or not all(isinstance(site, Site) for site in sites):
        raise TypeError(f"`sites` must be a list of at least one Site; got {sites!r}.")
    names = [site.name for site in sites]
    if len(set(names)) < len(names):
        raise ValueError(f"`sites` must have different names; got {names}.")
    _check_sum("`sites` must have shares that add to 1", [site.share for site in sites])
    return sites


def _check_sum(words, probabilities):
    total = sum(probabilities)
    if abs(total - 1) > SUM_TOLERANCE:
        raise ValueError(f"{words}; got {total:.12g}. Divide each by their sum.")
