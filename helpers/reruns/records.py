"""The results of a run as one JSON file: how it is built, written and read.

Schema version 1. Keys are sorted and there is no NaN: a number that is not defined is `null`.

- `schema_version`, `notebook`, `status` ("complete" or "failed"), `error` (text, null), `seconds`;
- `parameters` (the values of this run), `class_parameters` (whether they are those of the
  parameters cell; null if not known) and `changed_parameters` (the names of those that are not);
- `data` (`name` and `checksum`), `metrics` (name to number or null);
- `claims`: what the notebook asserted, each with `claim`, `kind` ("band" or "identity"), `checked`
  and `held`; a band also with `value`, `low` and `high`;
- `versions` (of Python and packages) and `machine` (platform and number of processors).
"""

import importlib.metadata
import json
import os
import platform
import warnings
from pathlib import Path

import pandas as pd

import helpers

SCHEMA_VERSION = 1
# read from the package index of this environment, so that nothing is imported
PACKAGES = [
    *("keras", "tensorflow", "jax", "torch"),
    *("numpy", "scipy", "scikit-learn", "pandas", "matplotlib", "mlxtend", "scikit-image"),
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


def _versions():
    installed = {"python": platform.python_version(), "helpers": helpers.__version__}
    for package in PACKAGES:
        try:
            installed[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return installed


def write_text(path, text):
    """Write a file as a whole or not at all, creating its folder.

    A reader sees the old file or the new one, never a half: the text first goes to a file beside.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def results_file(path):
    """Return the path of a results file; refuse one that ends in anything but ".json".

    >>> results_file("thesis.docx")
    Traceback (most recent call last):
        ...
    ValueError: `results_path` must end in '.json': that file is replaced; got 'thesis.docx'.
    """
    if Path(path).suffix != ".json":
        raise ValueError(
            f"`results_path` must end in '.json': that file is replaced; got {str(path)!r}."
        )
    return Path(path)


def predictions_file(path):
    """Say where the predictions of a run lie: beside its results file.

    >>> predictions_file("results/04.json").name
    '04.predictions.csv'
    """
    return Path(path).with_suffix(".predictions.csv")


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
        raise ValueError(f"{path} must be a results file; it is no JSON: {error}") from error
    keys = record.keys() if isinstance(record, dict) else set()
    if "schema_version" in keys and record["schema_version"] != SCHEMA_VERSION:
        raise SchemaError(
            f"{path} must have schema version {SCHEMA_VERSION}; got {record['schema_version']!r}. "
            "A newer version of this course wrote it: update the course to read it."
        )
    if not keys >= _EMPTY.keys():
        raise ValueError(
            f"{path} must be a results file; it has no {', '.join(sorted(_EMPTY.keys() - keys))}. "
            "Point to the files that `python -m helpers run` wrote."
        )
    return record


def read_results(paths):
    """Gather the results of many runs in one table.

    Parameters
    ----------
    paths : path-like or iterable of path-like
        Results files, or folders that are searched for them at any depth.

    Returns
    -------
    pandas.DataFrame
        One row a run: `file`, `notebook`, `status`, `error`, `data`, `class_parameters`, `changed`
        (the parameters that differ from those of the class, as "epochs=3, seed=1"), `claims` (as
        "13 held, 11 not tested"), `seconds`, then a column a metric.

    Raises
    ------
    FileNotFoundError
        If a path does not exist.
    ValueError
        If a file has a newer schema than this version of the course knows.

    Warns
    -----
    UserWarning
        For each file that is no results file; it is left out.

    Introduced in notebook 04, *Results of this run*.
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    rows = []
    for path in _result_files(paths):
        try:
            rows.append(_row(path, read_record(path)))
        except SchemaError:
            raise
        except ValueError as error:
            warnings.warn(f"Left out: {error}", UserWarning, stacklevel=2)
    return pd.DataFrame(rows)


def _result_files(paths):
    for path in map(Path, paths):
        if not path.exists():
            raise FileNotFoundError(f"Results must be files or folders that exist; got {path}.")
        yield from sorted(path.rglob("*.json")) if path.is_dir() else [path]


def _row(path, record):
    parameters, claims = record["parameters"], record["claims"]
    changed = ", ".join(f"{name}={parameters[name]}" for name in record["changed_parameters"])
    kinds = {"held": True, "failed": False, "not tested": None}
    counts = {word: sum(c["held"] is value for c in claims) for word, value in kinds.items()}
    row = {
        "file": str(path),
        "notebook": record["notebook"],
        "status": record["status"],
        "error": record["error"],
        "data": record["data"]["name"],
        "class_parameters": record["class_parameters"],
        "changed": changed,
        "claims": ", ".join(f"{number} {word}" for word, number in counts.items() if number),
        "seconds": record["seconds"],
    }
    for name, value in record["metrics"].items():
        row[f"metrics.{name}" if name in row else name] = value
    return row
