"""Single images and volumes that lie inside installed packages, with the headers of their files."""

import dataclasses
import importlib.metadata
import importlib.util
from pathlib import Path

import numpy as np

from helpers.data.dataset import DataError, DataInfo, Sample

SKIMAGE, PYDICOM, NIBABEL = "skimage/data", "pydicom/data/test_files", "nibabel/tests/data"
DICOM_LICENCE = "distributed with pydicom (MIT); its authors know of no restriction"
NIFTI_LICENCE = "distributed with nibabel (MIT)"
DICOM_PATIENT = "one patient, whose name and numbers were replaced"


@dataclasses.dataclass(frozen=True)
class _Entry:
    """Where a sample lies (package folder / file) and what is known of it without opening it."""

    folder: str
    file: str
    title: str
    shape: tuple[int, ...]
    dtype: str
    value_range: tuple[float, float]
    licence: str
    source: str
    patient: str = "one person, unknown"


ENTRIES = {
    "retina": _Entry(
        SKIMAGE, "retina.jpg", "Photograph of a healthy left eye's fundus",
        (1411, 1411, 3), "uint8", (0, 255), "CC0",
        "Häggström, WikiJournal of Medicine 1(2), 2014, https://doi.org/10.15347/wjm/2014.008",
    ),
    "immunohistochemistry": _Entry(
        SKIMAGE, "ihc.png", "Colonic glands, FHL2 stained brown (DAB), counterstain haematoxylin",
        (512, 512, 3), "uint8", (0, 255), "no known copyright restrictions",
        "Center for Microscopy and Molecular Imaging (CMMI), through scikit-image",
    ),
    "cell": _Entry(
        SKIMAGE, "cell.png", "A cell in saline, quantitative phase image, 0.107 µm a pixel",
        (660, 550), "uint8", (0, 255), "CC0",
        "Müller et al., Optics Express 26(8), 2018, https://doi.org/10.1364/OE.26.010729",
        "no patient: a single cell",
    ),
    "microaneurysms": _Entry(
        SKIMAGE, "microaneurysms.png", "Detail of a diabetic fundus, green channel",
        (102, 102), "uint8", (38, 129), "CC0",
        "Budai et al., Int. J. Biomedical Imaging 2013, https://doi.org/10.1155/2013/154860",
    ),
    "shepp-logan-phantom": _Entry(
        SKIMAGE, "phantom.png", "Shepp-Logan phantom of a head",
        (400, 400), "uint8", (0, 255), "distributed with scikit-image (BSD-3-Clause)",
        "Shepp, Logan, IEEE Trans. Nuclear Science 21(3), 1974, "
        "https://doi.org/10.1109/TNS.1974.6499235",
        "no patient: a drawing",
    ),
    "ct-small": _Entry(
        PYDICOM, "CT_small.dcm", "CT slice; Hounsfield units = slope x pixel + intercept",
        (128, 128), "int16", (128, 2191), DICOM_LICENCE,
        "NEMA DICOM working group 4 (CT1_UNC), reduced, through pydicom", DICOM_PATIENT,
    ),
    "mr-small": _Entry(
        PYDICOM, "MR_small.dcm", "MR slice",
        (64, 64), "int16", (127, 2145), DICOM_LICENCE,
        "NEMA DICOM working group 4 (MR1_UNC), reduced, through pydicom", DICOM_PATIENT,
    ),
    "mr-abdomen": _Entry(
        PYDICOM, "examples_overlay.dcm", "MR slice of an abdomen with a marked liver lesion",
        (300, 484), "uint16", (0, 1123), DICOM_LICENCE, "pydicom's test files", DICOM_PATIENT,
    ),
    "ultrasound": _Entry(
        PYDICOM, "examples_rgb_color.dcm", "Ultrasound image in colour",
        (240, 320, 3), "uint8", (0, 255), DICOM_LICENCE, "pydicom's test files", DICOM_PATIENT,
    ),
    "anatomical": _Entry(
        NIBABEL, "anatomical.nii", "MR volume of a head, 2 mm voxels, with its affine",
        (33, 41, 25), "int16", (-610, 30393), NIFTI_LICENCE, "nibabel's test files",
    ),
    "example4d": _Entry(
        NIBABEL, "example4d.nii.gz", "MR volume of a head at two times, with its affine",
        (128, 96, 24, 2), "int16", (0, 1162), NIFTI_LICENCE, "nibabel's test files",
    ),
}  # fmt: skip


def info_of(name):
    """Return the description of a sample, without opening its file."""
    entry = ENTRIES[name]
    return DataInfo(
        name=name,
        title=entry.title,
        kind="volume" if entry.folder == NIBABEL else "images",
        task=None,
        class_names=(),
        positive_class=None,
        num_cases={},
        shape=entry.shape,
        dtype=entry.dtype,
        value_range=entry.value_range,
        licence=entry.licence,
        source=entry.source,
        origin="embedded",
        patient=entry.patient,
        notes="A single case, to look at: nothing can be concluded from it. Not for clinical use.",
    )


def load(name):
    """Open a sample; a file that is not inside the installed package is never downloaded."""
    entry = ENTRIES[name]
    path = _path_in_package(entry)
    pixels, header = _READERS[entry.folder](path)
    # Files may be of either byte order; arithmetic, Keras and readers expect the machine's own.
    pixels = np.asarray(pixels).astype(pixels.dtype.newbyteorder("="), copy=False)
    return Sample(pixels, info_of(name), header)


def _path_in_package(entry):
    package, _, rest = entry.folder.partition("/")
    found = importlib.util.find_spec(package)
    path = found and Path(found.origin).parent / rest / entry.file
    if path and path.is_file():
        return path
    distribution = "scikit-image" if package == "skimage" else package
    raise DataError(
        f"The sample {entry.file} must lie inside the installed package {distribution}; version "
        f"{_version(distribution)} has none. Install the versions of this project's lock file."
    )


def _version(distribution):
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _read_picture(path):
    # By path: `skimage.data.retina()` would download a file that it does not recognise.
    from skimage.io import imread

    pixels = imread(path)
    if pixels.ndim == 3 and (pixels == pixels[..., :1]).all():
        pixels = pixels[..., 0]  # a grey picture, stored three times over
    return pixels, None


def _read_dicom(path):
    from pydicom import dcmread

    header = dcmread(path)
    return header.pixel_array, header


def _read_nifti(path):
    import nibabel

    header = nibabel.load(path)
    return header.dataobj.get_unscaled(), header


_READERS = {SKIMAGE: _read_picture, PYDICOM: _read_dicom, NIBABEL: _read_nifti}
