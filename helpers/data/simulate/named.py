"""The tasks behind the simulated data sets."""

from helpers.checks import check_choice
from helpers.data.simulate.backgrounds import CorrelatedNoise, LumpyBackground
from helpers.data.simulate.lesions import build_lesion
from helpers.data.simulate.sites import Marker, Site
from helpers.data.simulate.task import LesionTask
from helpers.observers import gaussian_covariance

IMAGE_SHAPE = (28, 28)


def load_task(name):
    """Return the task that a simulated data set was drawn from.

    Parameters
    ----------
    name : str
        "lesion-known", "lesion-correlated", "lesion-search", "lesion-lumpy", "lesion-patients",
        "lesion-sites" or "lesion-shortcut".

    Returns
    -------
    LesionTask
        For `simulate`: more images of the same kind, or after `dataclasses.replace` of a kind that
        differs in one point.

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> task = load_task("lesion-search")
    >>> task.detectability, len(task.centres)
    (4.0, 400)

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """
    check_choice("name", name, SETTINGS)
    settings = SETTINGS[name]()
    return LesionTask(lesion=build_lesion("gaussian"), image_shape=IMAGE_SHAPE, **settings)


def _structure(variance, correlation_length):
    """Return the covariance of a cloudy structure that the detector's noise is added to."""
    return gaussian_covariance(
        IMAGE_SHAPE, variance=variance, correlation_length=correlation_length, noise_variance=0.0
    )


def _known():
    return {"detectability": 1.5}


def _correlated():
    return {"detectability": 1.5, "background": CorrelatedNoise(_structure(0.9, 2.0), 0.1)}


def _search():
    return {"detectability": 4.0, "places": "anywhere"}


def _lumpy():
    return {"detectability": 2.0, "background": LumpyBackground(200, 1.0, 1.5, 0.25)}


def _patients():
    return {"detectability": 1.5, "images_per_patient": 4, "patient_correlation": 0.8}


def _sites():
    background = CorrelatedNoise(_structure(0.5, 2.0), 0.5)
    sites = (
        Site(name="A", share=0.5),
        Site(name="B", contrast=0.8, blur=0.7, noise=1.2, share=0.3),
        Site(name="C", contrast=1.2, noise=1.6, share=0.2),
    )
    return {"detectability": 2.0, "background": background, "sites": sites}


def _shortcut():
    return {"detectability": 2.0, "marker": Marker(with_lesion=0.95, without_lesion=0.05)}


SETTINGS = {
    "lesion-known": _known,
    "lesion-correlated": _correlated,
    "lesion-search": _search,
    "lesion-lumpy": _lumpy,
    "lesion-patients": _patients,
    "lesion-sites": _sites,
    "lesion-shortcut": _shortcut,
}
