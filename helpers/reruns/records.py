"""The results of a run as one JSON file: how it is built, written and read.

Schema version 1. Keys are sorted and there is no NaN: a number that is not defined is `null`. Later
versions keep these keys, so that older courses see whose file it is.

- `schema_version`, `notebook`, `status` ("running", "complete" or "failed"), `error` (the whole
  message, or null), `seconds`;
- `parameters` (the values of this run), `class_parameters` (whether they are those of the
  parameters cell; null if not known) and `changed_parameters` (the names of those that are not);
- `data` (`name` and `checksum`), `metrics` (name to number or null);
- `claims`: what the notebook asserted, each with `claim`, `kind` ("band" or "identity"), `checked`
  and `held`; a band also with `value`, `low` and `high`;
- `versions` (of Python and packages) and `machine` (platform and number of processors).
"""

import functools
import glob
import importlib.metadata
import json
import os
import platform
import re
from pathlib import Path

import helpers
from helpers.checks import check_choice
from helpers.reruns.files import write_text

SCHEMA_VERSION = 1
PREDICTIONS = ".predictions.csv"
DOCUMENTS = ("model_card.md", "model_card.json")  # what a run may write beside its results
_TABLE_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
# read from the package index of this environment, so that nothing is imported
PACKAGES = [
    *("keras", "tensorflow", "jax", "torch"),
    *("numpy", "scipy", "scikit-learn", "statsmodels", "pandas"),
    *("matplotlib", "mlxtend", "scikit-image"),
]

_EMPTY = {
    "schema_version": SCHEMA_VERSION,
    "notebook": None,
    "status": "complete",
    "error": None,
    "seconds": None,
    "parameters": {},
    "class_parameters": None,
    "changed_parameters": [],
    "data": {"name": None, "checksum": None},
    "metrics": {},
    "claims": [],
    "versions": {},
    "machine": {},
}


class SchemaError(ValueError):
    """A results file that another version of the course wrote."""


def build_record(notebook, **content):
    """Build the record of one run; what is not given is empty.

    Parameters
    ----------
    notebook : str
        The stem of the notebook.
    **content
        Any of the keys that this module describes.

    Returns
    -------
    dict
    """
    machine = {"platform": platform.platform(), "processors": os.cpu_count()}
    given = {"notebook": notebook, "versions": _versions(), "machine": machine} | content
    unknown = given.keys() - _EMPTY.keys()
    if unknown:
        raise TypeError(f"A record has the keys {sorted(_EMPTY)}; got {sorted(unknown)} too.")
    return _EMPTY | given


@functools.cache
def _versions():
    installed = {"python": platform.python_version(), "helpers": helpers.__version__}
    for package in PACKAGES:
        try:
            installed[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def results_file(path):
    """Return the path of a results file; refuse one that would replace a file of another kind.

    >>> results_file("thesis.docx")
    Traceback (most recent call last):
        ...
    ValueError: `results_path` must end in '.json': that file is replaced; got 'thesis.docx'.
    """
    if Path(path).suffix != ".json":
        raise ValueError(
            f"`results_path` must end in '.json': that file is replaced; got {str(path)!r}."
        )
    if Path(path).exists():
        try:
            read_record(path)
        except (OSError, ValueError) as error:
            raise ValueError(
                "`results_path` must be a new file, or the results of an earlier run, which are "
                f"replaced; got {str(path)!r}: {error} Choose another name, or move that file away."
            ) from error
    return Path(path)


def predictions_file(path):
    """Say where the predictions of a run lie: beside its results file.

    >>> predictions_file("results/04.json").name
    '04.predictions.csv'
    """
    return Path(path).with_suffix(PREDICTIONS)


def results_of(path):
    """Read the results of the run that wrote a predictions file.

    Parameters
    ----------
    path : path-like
        The predictions file.

    Returns
    -------
    dict or None
        The record as the run wrote it; None if no results file lies beside the predictions, under
        the name that a run would have given it.

    Raises
    ------
    ValueError
        If the file beside is no results file, or one of a newer schema than this course knows.

    Introduced in notebook 05, *The cases*.
    """
    path = Path(path).expanduser()
    results = path.with_name(path.name.removesuffix(PREDICTIONS) + ".json")
    return read_record(results) if results.is_file() else None


def document_file(path, name):
    """Say where a document of a run lies: beside its results file.

    >>> document_file("results/05.json", "model_card.md").name
    '05.model_card.md'
    """
    return Path(path).with_suffix(f".{check_choice('documents', name, DOCUMENTS)}")


def table_file(path, name):
    """Say where a table of runs lies: beside the results file of the run that kept it.

    >>> table_file("results/06.json", "why_a_cnn").name
    '06.table.why_a_cnn.csv'
    """
    if not isinstance(name, str) or not _TABLE_NAME.fullmatch(name):
        raise ValueError(
            "The name of a table must hold small letters, digits and single - or _ between them, "
            f"such as 'why_a_cnn'; got {name!r}."
        )
    return Path(path).with_suffix(f".table.{name}.csv")


def tables_beside(path):
    """Map the names of the tables that lie beside a results file to their files."""
    path = Path(path)
    start = f"{path.stem}.table."
    files = sorted(path.parent.glob(f"{glob.escape(start)}*.csv"))
    return {file.name.removeprefix(start).removesuffix(".csv"): file for file in files}


def files_beside(path):
    """List the files that a run may have written beside its results file."""
    documents = [document_file(path, name) for name in DOCUMENTS]
    return [predictions_file(path), *documents, *tables_beside(path).values()]


def check_kept(predictions, path):
    """Refuse a predictions file that the run would replace by its own before reading it."""
    if predictions and Path(predictions).expanduser().resolve() == predictions_file(path).resolve():
        raise ValueError(
            "`predictions` must be another file than the one that this run writes; got "
            f"{str(predictions)!r} for both. Copy it to another place, or write the results of "
            "this run elsewhere."
        )


def write_record(path, record):
    """Write the record of a run; `ValueError` if it holds NaN or an infinite number."""
    write_text(path, json.dumps(record, allow_nan=False, indent=2, sort_keys=True) + "\n")


def read_record(path):
    """Read the record of one run.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If the file is no results file, or one of a newer schema than this course knows.
    """
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} must be a results file; it is no JSON: {error}.") from error
    missing = _EMPTY.keys() - (record.keys() if isinstance(record, dict) else set())
    if missing:
        raise ValueError(
            f"{path} must be a results file; it has no {', '.join(sorted(missing))}. "
            "Point to the files that `python -m helpers run` wrote."
        )
    if record["schema_version"] != SCHEMA_VERSION:
        raise SchemaError(
            f"{path} must have schema version {SCHEMA_VERSION}; got {record['schema_version']!r}. "
            "A newer version of this course wrote it: update the course to read it."
        )
    if wrong := _of_wrong_type(record):
        raise ValueError(
            f"{path} must be a results file; its {', '.join(wrong)} cannot be read: somebody "
            "changed the file. Run the notebook again."
        )
    return record


def _of_wrong_type(record):
    """List the keys whose values are not what this module describes."""
    kinds = {key: type(empty) for key, empty in _EMPTY.items() if empty is not None}
    if wrong := [key for key, kind in kinds.items() if not isinstance(record[key], kind)]:
        return wrong
    fits = {
        "notebook": isinstance(record["notebook"], str),
        "seconds": _is_number_or_null(record["seconds"]),
        "changed_parameters": all(
            isinstance(name, str) and name in record["parameters"]
            for name in record["changed_parameters"]
        ),
        "data": "name" in record["data"],
        "metrics": all(map(_is_number_or_null, record["metrics"].values())),
        "claims": all(isinstance(claim, dict) and "held" in claim for claim in record["claims"]),
    }
    return [key for key, fit in fits.items() if not fit]


def _is_number_or_null(value):
    return value is None or isinstance(value, (int, float))
