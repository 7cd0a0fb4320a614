"""The results of many runs in one table."""

import os
import warnings
from pathlib import Path

import pandas as pd

from helpers.reruns.records import SchemaError, read_record


def read_results(paths):
    """Gather the results of many runs in one table.

    Parameters
    ----------
    paths : path-like or iterable of path-like
        Results files, or folders that are searched for them at any depth. Model cards in folders
        (`.model_card.json`) are passed over.

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
        if path.is_dir():
            found = sorted(path.rglob("*.json"))
            yield from (file for file in found if not file.name.endswith(".model_card.json"))
        else:
            yield path  # named: if it is no results file, that is said


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
