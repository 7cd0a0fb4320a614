"""The lesion simulator: images whose truth and whose best possible score are known."""

from helpers.data.simulate.backgrounds import CorrelatedNoise, LumpyBackground, WhiteNoise
from helpers.data.simulate.draw import simulate
from helpers.data.simulate.lesions import Lesion, build_lesion
from helpers.data.simulate.named import load_task
from helpers.data.simulate.optimum import build_optimum
from helpers.data.simulate.sites import Marker, Site
from helpers.data.simulate.task import LesionTask

__all__ = [
    "CorrelatedNoise",
    "Lesion",
    "LesionTask",
    "LumpyBackground",
    "Marker",
    "Site",
    "WhiteNoise",
    "build_lesion",
    "build_optimum",
    "load_task",
    "simulate",
]
