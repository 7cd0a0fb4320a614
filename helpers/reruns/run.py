"""What a notebook records of its run: data, metrics, claims, tables, predictions, a model card.

After its parameters cell the notebook calls `run = start_run("04_keras_walkthrough", globals())`,
and at its end `run.finish(...)`. Nothing is written unless `results_path` says where; if it does,
the results so far are written at each step, so that a run that fails has lost nothing.
"""

import math
import numbers
import time
from pathlib import Path

import numpy as np

from helpers.checks import check_number
from helpers.reruns.course import notebook_paths
from helpers.reruns.files import write_text
from helpers.reruns.parameters import PLACES, collect, read_parameters
from helpers.reruns.predictions import read_predictions
from helpers.reruns.records import (
    build_record,
    check_kept,
    document_file,
    predictions_file,
    results_file,
    table_file,
    write_record,
)
from helpers.reruns.stored_tables import table_text


def start_run(notebook, namespace):
    """Begin the record of a notebook's run, and check its parameters.

    Parameters
    ----------
    notebook : str
        The stem of the notebook, such as "04_keras_walkthrough".
    namespace : dict
        `globals()`; the parameters' values are picked out of it by the names in the parameters cell
        of the committed notebook.

    Returns
    -------
    Run

    Raises
    ------
    ParameterError
        If a parameter is missing, of the wrong type or out of its range; all are named.
    FileNotFoundError, ValueError
        If the course has no such notebook, `results_path` would replace a file of another kind, or
        a predictions file among the parameters is missing, broken, or would be replaced.

    Introduced in notebook 04, *The data*.
    """
    try:
        path = notebook_paths([notebook])[0]
    except FileNotFoundError:
        # the package without the course: nobody knows what the class parameters are
        stem, defaults, own = notebook, None, []
        values = {name: namespace[name] for name in PLACES if name in namespace}
    else:
        stem, declared = path.stem, read_parameters(path)
        defaults = {name: parameter.default for name, parameter in declared.items()}
        values = collect(declared, lambda name: declared[name].check(namespace.get(name)))
        own = [values[name] for name in declared if declared[name].is_predictions and values[name]]
    # refused now, not after the training
    for predictions in own:
        read_predictions(predictions)
    if path := values.get("results_path"):
        results_file(path)
        for predictions in own:
            check_kept(predictions, path)
    return Run(stem, values, class_values=defaults)


class Run:
    """The record of one run of a notebook; `start_run` makes it.

    Parameters
    ----------
    notebook : str
        The stem of the notebook.
    parameters : dict
        The values of this run.
    class_values : dict or None
        The values in the committed parameters cell; None if it cannot be read. Bands were tested
        with these only, so only then `check_band` enforces them.

    Introduced in notebook 04, *Results of this run*.
    """

    def __init__(self, notebook, parameters, class_values):
        self.notebook = notebook
        self.parameters = dict(parameters)
        self.changed_parameters = sorted(
            name
            for name in set(parameters) & set(class_values or {}) - PLACES
            if parameters[name] != class_values[name]
        )
        known = class_values is not None
        self.class_parameters = not self.changed_parameters if known else None
        self._data = {"name": None, "checksum": None}
        self._metrics, self._claims, self._tables = {}, {}, {}
        self._status, self._start = "running", time.perf_counter()

    def use_data(self, name, checksum):
        """Record which data set the run used, and its checksum."""
        self._data = {"name": str(name), "checksum": str(checksum)}
        self._save()

    def metric(self, name, value):
        """Record a number under a name; None or nan says that it is not defined for this data.

        Raises
        ------
        TypeError, ValueError
            If the value is no number, or infinite.
        """
        self._metrics[name] = _defined(name, value)
        self._save()

    def keep_table(self, name, table):
        """Keep a table of runs: it is written at once if `results_path` says where.

        Parameters
        ----------
        name : str
            Small letters, digits and single - or _ between them, such as "why_a_cnn".
        table : pandas.DataFrame
            One row a run, from `helpers.experiments.run_grid`.

        Raises
        ------
        TypeError, ValueError
            If the name is another one, or the table does not come back from a CSV file as it is,
            such as one without rows, or with numbers that are texts.
        """
        path = self.parameters.get("results_path")
        file, text = table_file(path or "results.json", name), table_text(table)
        if path:
            write_text(file, text)
            self._tables[name] = file

    def check_band(self, claim, value, low, high):
        """Claim that a number lies in the band that this course was tested with.

        Processors round a little differently, so a number that comes out of training is claimed to
        lie in a band. With other parameters than those of the class it may lie anywhere: then the
        claim is recorded and not enforced. Where it is enforced, the printed line does not contain
        the value, so that it is the same on every machine.

        Parameters
        ----------
        claim : str
            What the number is, such as "test accuracy".
        value : float
            Finite; None or nan if it is not defined, which is outside every band.
        low, high : float
            The band, both included.

        Raises
        ------
        AssertionError
            With the class parameters, if the value is outside the band.
        """
        value, low = _defined(claim, value), check_number("low", low)
        high = check_number("high", high, minimum=low)
        band, inside = f"[{low:.6g}, {high:.6g}]", value is not None and low <= value <= high
        record = {"kind": "band", "value": value, "low": low, "high": high}
        checked = bool(self.class_parameters)
        record |= {"checked": checked, "held": inside if checked else None}
        self._claims[claim] = {"claim": claim} | record
        self._save()
        if not checked:
            shown = "not defined" if value is None else f"{value:.3g}"
            print(f"{claim}: {shown} (not tested with these parameters; in class in {band})")
        elif inside:
            print(f"held: {claim} lies in {band}")
        else:
            raise AssertionError(
                f"{claim} must lie in {band}; got {value}: the number left the band that this "
                "course was tested with. If you did not change the code, please report it together "
                "with the versions of your packages."
            )

    def check_exact(self, claim, condition):
        """Claim something that holds exactly, on every machine and with all parameters.

        Parameters
        ----------
        claim : str
            What holds, such as "the reloaded network predicts the same".
        condition : bool

        Raises
        ------
        AssertionError
            If it does not hold.
        TypeError
            If the condition is no single truth value, such as an array of them.
        """
        if not isinstance(condition, (bool, np.bool_)):
            raise TypeError(
                f"`condition` must be True or False; got {type(condition).__name__}. "
                "Reduce an array first, for example with `np.array_equal`."
            )
        held = bool(condition)
        record = {"claim": claim, "kind": "identity", "checked": True, "held": held}
        self._claims[claim] = record
        self._save()
        if not held:
            raise AssertionError(f"{claim}: this must hold with all parameters, and it does not.")
        print(f"held: {claim}")

    def record(self):
        """Return what was recorded so far, see `helpers.reruns.records` for its keys."""
        return build_record(
            self.notebook,
            status=self._status,
            parameters=self.parameters,
            class_parameters=self.class_parameters,
            changed_parameters=self.changed_parameters,
            data=self._data,
            metrics=self._metrics,
            claims=list(self._claims.values()),
            seconds=round(time.perf_counter() - self._start, 3),
        )

    def finish(self, predictions=None, documents=None):
        """Write the results, and what belongs to them beside, if `results_path` says where.

        Parameters
        ----------
        predictions : pandas.DataFrame, optional
            As `predictions_table` returns it.
        documents : dict of str to str, optional
            Texts to write, by what their files' names end with: "model_card.md" and
            "model_card.json".
        """
        if not self.parameters.get("results_path"):
            print("results_path is empty: nothing written")
            return
        path = Path(self.parameters["results_path"])
        texts = {document_file(path, name): text for name, text in (documents or {}).items()}
        if predictions is not None:
            table = predictions.to_csv(index=False, lineterminator="\n")
            texts = {predictions_file(path): table} | texts
        for file, text in texts.items():
            write_text(file, text)
        self._status = "complete"  # only now: all that belongs to it is there
        self._save()
        files = [path, *self._tables.values(), *texts]
        print(f"written: {', '.join(file.name for file in files)}")

    def _save(self):
        """Write what was recorded so far, if `results_path` says where."""
        if path := self.parameters.get("results_path"):
            write_record(path, self.record())


def _defined(name, value):
    """Return a finite number as Python's own; None for nan, which JSON does not know."""
    if value is None or (isinstance(value, numbers.Real) and math.isnan(value)):
        return None
    number = check_number(name, value)
    return int(value) if isinstance(value, numbers.Integral) else number
