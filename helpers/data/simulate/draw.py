"""Draw images for a task."""

from typing import NamedTuple

import numpy as np

from helpers.checks import check_integer
from helpers.data.dataset import Split, Truth
from helpers.data.simulate.draws import Draws
from helpers.data.simulate.places import lay_patches
from helpers.data.simulate.sites import blur
from helpers.data.simulate.task import check_task

CHUNK = 1024  # images in float64 at a time
STEPS = 2**12  # grey values are multiples of 1 / STEPS


class Cases(NamedTuple):
    """What was drawn for each patient, or then for each image: arrays of equal length."""

    label: np.ndarray  # 1 lesion, 0 none
    site: np.ndarray
    place: np.ndarray  # number of the place; only with a lesion does it mean something
    strength: np.ndarray
    marker: np.ndarray

    def take(self, indices):
        return Cases(*(values[indices] for values in self))


def simulate(task, num_images, *, seed, first_patient=0):
    """Draw images of a task.

    Parameters
    ----------
    task : LesionTask
        What to draw.
    num_images : int
        A multiple of the task's images per patient, for at least two patients.
    seed : int
        From 0 to 4,294,967,295; the same seed draws the same images on every machine. Tasks that
        differ only in lesion, detectability, places, strengths, prevalence or marker get the same
        noise from it, so that a weaker lesion can be set beside a stronger one.
    first_patient : int, optional
        Number of the first patient, so that several sets can have different ones.

    Returns
    -------
    Split
        `x` float32 of shape (num_images, height, width, 1), in the units of the background; `y`,
        `patient` and `truth`. The images of a patient follow one another; patients with and without
        a lesion come in random order. The number of patients with a lesion is the whole number
        nearest to prevalence times patients, but at least one, and at least one is without.

    Raises
    ------
    TypeError, ValueError
        For what is no task, a number of images that does not fit, or a seed out of its range.

    Notes
    -----
    The noise of image i of a patient is sqrt(rho) times what the patient's images have in common
    plus sqrt(1 - rho) times its own, with rho the patient correlation: its covariance is that of a
    single image whatever rho is, and rho times that between two images of a patient.

    Everything starts from the raw numbers of PCG64, which NumPy promises to keep. The finished
    image is rounded to multiples of 2^-12, so that the last bits, in which linear algebra differs
    between machines, vanish. Rounding adds a variance of 2^-24 / 12 = 5e-9 to each pixel. Where v
    is the smallest eigenvalue of the noise's covariance, that lowers d' by at most 2.5e-9 / v of
    its value: 2.5e-9 in white noise of variance 1, 2.5e-8 where only .1 of the noise is white,
    2.5e-5 at the smallest v that a task may have, 1e-4.

    The seeds of the data sets that `load_dataset` knows are streams of their own: no seed here
    repeats their images. Nor does it repeat the numbers of `np.random.default_rng` with that seed,
    which otherwise could give the labels away.

    Examples
    --------
    >>> from helpers.data.simulate import LesionTask, build_lesion
    >>> lesion = build_lesion("gaussian", patch_shape=(5, 5), width=1.0)
    >>> task = LesionTask(lesion=lesion, detectability=2.0, image_shape=(8, 7), prevalence=0.25)
    >>> split = simulate(task, 8, seed=0)
    >>> split.x.shape, int(split.y.sum())
    ((8, 8, 7, 1), 2)

    Introduced in notebook 01, *The neuron becomes the lesion*.
    """
    check_task(task)
    return draw_split(task, num_images, Draws(seed), first_patient)


def draw_split(task, num_images, draws, first_patient):
    """Draw images of a task from a stream of numbers; see `simulate`."""
    num_images = check_integer("num_images", num_images, minimum=1)
    first_patient = check_integer("first_patient", first_patient, minimum=0)
    num_patients, rest = divmod(num_images, task.images_per_patient)
    if rest or num_patients < 2:
        raise ValueError(
            f"`num_images` must be a multiple of the {task.images_per_patient} images per patient, "
            f"for at least two patients; got {num_images}. Use {task.images_per_patient} x the "
            "number of patients."
        )
    patients = np.repeat(np.arange(num_patients), task.images_per_patient)
    cases = _draw_cases(task, num_patients, draws).take(patients)
    images = np.empty((num_images, *task.image_shape, 1), np.float32)
    step = max(CHUNK // task.images_per_patient, 1) * task.images_per_patient
    for start in range(0, num_images, step):
        part = slice(start, min(start + step, num_images))
        drawn = _draw_images(task, cases.take(part), draws)
        images[part, ..., 0] = np.rint(drawn * STEPS) / STEPS
    truth = _find_truth(task, cases)
    return Split(images, cases.label, first_patient + patients, truth)


def _draw_cases(task, num, draws):
    """Draw what each patient has; every task uses up equally many numbers."""
    num_diseased = min(max(int(task.prevalence * num + 0.5), 1), num - 1)
    label = np.zeros(num, np.int64)
    label[draws.order(num)[:num_diseased]] = 1
    site = draws.choices([site.share for site in task.sites], num)
    place = draws.choices(np.full(len(task.centres), 1 / len(task.centres)), num)
    factors, probabilities = (list(part) for part in zip(*task.strengths.items(), strict=True))
    strength = np.array(factors, float)[draws.choices(probabilities, num)] * label
    bears = np.zeros(num)
    if task.marker is not None:
        bears = np.where(label == 1, task.marker.with_lesion, task.marker.without_lesion)
    return Cases(label, site, place, strength, draws.uniforms(num) < bears)


def _draw_images(task, cases, draws):
    """Draw some images in float64: lesion and lumps as the site sees them, noise, marker."""
    num_images, background = len(cases.label), task.background
    noise = _draw_normals(task, num_images, draws)
    objects = _draw_lesions(task, cases)
    if not background.is_gaussian:
        num_patients, correlation = num_images // task.images_per_patient, _correlation(task)
        objects += background.draw_lumps(
            draws, task.image_shape, num_patients, task.images_per_patient, correlation
        )
    images = np.empty_like(objects)
    for number, site in enumerate(task.sites):
        here, root = cases.site == number, task.noise_root(site)
        grain = noise[here] @ root if np.ndim(root) else noise[here] * root
        images[here] = blur(objects[here], site.blur) + grain.reshape(-1, *task.image_shape)
    if task.marker is not None:
        images[cases.marker] += task.marker.pattern(task.image_shape)
    return images


def _draw_lesions(task, cases):
    """Lay each patient's lesion, as strong as the site shows it, into an empty image."""
    images = np.zeros((len(cases.label), *task.image_shape))
    ill = cases.label == 1
    contrast = np.array([site.contrast for site in task.sites])[cases.site]
    images[ill] = lay_patches(images[ill], task.lesion.profile, task.centres[cases.place[ill]])
    return images * (task.amplitude * cases.strength * contrast)[:, None, None]


def _draw_normals(task, num_images, draws):
    """Draw standard normal numbers, shape (n, pixels), correlated between a patient's images."""
    num_pixels, correlation = task.image_shape[0] * task.image_shape[1], _correlation(task)
    normals = draws.normals((num_images, num_pixels))
    if correlation == 0:
        return normals
    common = draws.normals((num_images // task.images_per_patient, num_pixels))
    common = np.repeat(common, task.images_per_patient, axis=0)
    return np.sqrt(correlation) * common + np.sqrt(1 - correlation) * normals


def _correlation(task):
    return task.patient_correlation if task.images_per_patient > 1 else 0.0


def _find_truth(task, cases):
    ill = cases.label == 1
    masks = np.zeros((len(ill), *task.image_shape), bool)
    centres = task.centres[cases.place]
    masks[ill] = lay_patches(masks[ill], task.lesion.mask, centres[ill])
    place = np.where(ill[:, None], centres, -1)
    return Truth(masks, place, cases.strength, cases.site, cases.marker)
