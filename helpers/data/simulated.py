"""Data sets that the course simulates: nothing to download, and the best possible score is known.

The simulator itself is in `helpers.data.simulate`; it is imported when a set is loaded.
"""

from helpers.data.dataset import SPLITS, DataInfo, Dataset
from helpers.data.embedded import checksum_of

SPLIT_SEED = 0  # part of the definition of the sets, with the number of the split
CLASSES = ("no lesion", "lesion")
SHAPE = (28, 28, 1)
SOURCE = (
    "this course's simulator; the models: Barrett, Myers: Foundations of Image Science. Wiley, "
    "2004; lumps: Rolland, Barrett, JOSA A 9:649, 1992, https://doi.org/10.1364/JOSAA.9.000649"
)


def _info(name, title, num_cases, value_range, notes, patient="One image is one patient."):
    return DataInfo(
        name=name,
        title=f"Simulated lesions: {title}",
        kind="images",
        task="binary",
        class_names=CLASSES,
        positive_class=CLASSES[1],
        num_cases=dict(zip(SPLITS, num_cases, strict=True)),
        shape=SHAPE,
        dtype="float32",
        value_range=value_range,
        licence="MIT, as the code that draws it",
        source=SOURCE,
        origin="simulated",
        patient=f"No patients: simulated. {patient}",
        notes=f"Not medical, not for clinical use. {notes}",
    )


_ALL = (
    _info(
        "lesion-known",
        "one known place in white noise",
        (6_000, 2_000, 10_000),
        (-6, 6),
        "A Gaussian lesion of width 1.5 in the centre, or not, in noise of variance 1; d' = 1.5, "
        "so the ideal observer's AUC is .856 in theory.",
    ),
    _info(
        "lesion-correlated",
        "one known place in correlated noise",
        (6_000, 2_000, 10_000),
        (-6, 6),
        "A Gaussian lesion of width 1.5 in the centre, or not. Of the noise's variance of 1, .9 is "
        "cloudy structure of correlation length 2 and .1 is white; d' = 1.5, so the ideal "
        "observer's AUC is .856 in theory.",
    ),
    _info(
        "lesion-search",
        "an unknown place in white noise",
        (6_000, 2_000, 20_000),
        (-6, 6),
        "A Gaussian lesion of width 1.5 on a 9 x 9 patch, at one of the 400 places where the patch "
        "fits in, or none, in noise of variance 1. d' = 4 for who knows the place; who does not "
        "reaches an AUC of about .955 at best (exact likelihood ratio).",
    ),
    _info(
        "lesion-lumpy",
        "one known place in a lumpy background",
        (6_000, 2_000, 10_000),
        (-2, 14),
        "A Gaussian lesion of width 1.5 in the centre, or not, among on average 200 Gaussian lumps "
        "of the same width, in noise of variance .25. The optimum given is the best linear "
        "template, with a signal-to-noise ratio of 2 (AUC about .92). It is not the ideal "
        "observer, which has no closed form here and can only be better.",
    ),
    _info(
        "lesion-patients",
        "four images of each patient",
        (6_000, 2_000, 8_000),
        (-6, 6),
        "As lesion-known, with four images of each patient: label and place are the patient's, and "
        "80 % of the variance of the noise is common to the patient's images. The ideal observer "
        "of single images has an AUC of .856 in theory.",
        "Each imagined patient has four images; the splits have different ones.",
    ),
    _info(
        "lesion-sites",
        "three sites that take images differently",
        (6_000, 2_000, 6_000),
        (-7, 7),
        "A Gaussian lesion of width 1.5 in the centre, or not, in cloudy structure of variance .5 "
        "and noise of variance .5. Site A (half of the patients) is the reference with d' = 2, "
        "site B (30 %) is blurred, noisier and weaker in contrast, site C (20 %) has more contrast "
        "and much more noise. Each split has all three; `truth.site` tells which.",
    ),
    _info(
        "lesion-shortcut",
        "a marker that goes with the label",
        (6_000, 2_000, 10_000),
        (-6, 7),
        "A Gaussian lesion of width 1.5 in the centre, or not, in noise of variance 1; d' = 2, so "
        "the lesion alone allows an AUC of .921. A bright square in the top left corner is in 95 % "
        "of the images with a lesion and in 5 % of those without: who uses both reaches about .99, "
        "and fails where the marker means nothing.",
    ),
)
INFOS = {info.name: info for info in _ALL}


def load(name):
    """Draw a simulated set and build its optimum.

    Each split has a stream of numbers of its own, and patients of its own, numbered through.

    Parameters
    ----------
    name : str
        One of `INFOS`.

    Returns
    -------
    Dataset
        The same at each call and on every machine.
    """
    from helpers.data.simulate import build_optimum, load_task
    from helpers.data.simulate.draw import draw_split
    from helpers.data.simulate.draws import Draws

    info, task, splits, first_patient = INFOS[name], load_task(name), {}, 0
    for part, split in enumerate(SPLITS, start=1):  # `simulate` has another part
        num_images = info.num_cases[split]
        splits[split] = draw_split(task, num_images, Draws(SPLIT_SEED, part), first_patient)
        first_patient += num_images // task.images_per_patient
    checksum = checksum_of(splits.values())
    return Dataset(info, **splits, checksum=checksum, optimum=build_optimum(task))
