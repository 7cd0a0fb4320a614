"""Running a notebook from beginning to end with papermill, and saying in one line how it went.

A run leaves under its output folder the executed copy `executed/<notebook>.ipynb`, its page
`pages/<notebook>.html`, and the results `results/<notebook>.json`, with tables of experiments
`results/<notebook>.table.<name>.csv`, `results/<notebook>.predictions.csv` and a model card beside
them if the notebook writes these.
Whatever happens, there is a results file afterwards, and none of these files is that of an earlier
run.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError

from helpers.reruns.kernel import KERNEL, QUIET, without_session_name
from helpers.reruns.memory import peak_memory_of_children
from helpers.reruns.parameters import read_parameters
from helpers.reruns.records import (
    check_kept,
    files_beside,
    read_record,
    results_file,
    write_record,
)
from helpers.reruns.run import Run


@dataclass(frozen=True)
class Outcome:
    """How the run of one notebook went.

    Parameters
    ----------
    notebook : str
        The stem.
    seconds : float
        From the start of the kernel to its end.
    peak_megabytes : float
        Of the kernel and the processes that it started.
    error : str or None
        Where it failed, and the whole message; None if the notebook ran to its end.
    executed, results, page : pathlib.Path
        The executed copy, the results file and the HTML page.
    """

    notebook: str
    seconds: float
    peak_megabytes: float
    error: str | None
    executed: Path
    results: Path
    page: Path


def run_notebook(path, *, parameters, output_dir, with_page=True):
    """Run a notebook from beginning to end, in the folder where it lies.

    Parameters
    ----------
    path : path-like
    parameters : dict
        Checked values, see `helpers.reruns.values.check_values`. If `results_path` is not among
        them, it is filled in.
    output_dir : path-like
        Where the results of the run go.
    with_page : bool, default=True
        Whether to write the HTML page too; that of a failed notebook shows where it failed.

    Returns
    -------
    Outcome
        Also if the notebook failed, or if there was no space for what it leaves.

    Raises
    ------
    ValueError
        If `results_path` would replace a file of another kind, or the run would replace the
        predictions that it is to read.
    """
    path, output_dir = Path(path).resolve(), Path(output_dir).resolve()
    executed = output_dir / "executed" / path.name
    page = output_dir / "pages" / f"{path.stem}.html"
    given, declared = parameters.get("results_path"), read_parameters(path)
    results = results_file(given) if given else output_dir / "results" / f"{path.stem}.json"
    results = results.resolve()  # the kernel works in another folder
    values = dict(parameters)
    for name, parameter in declared.items():
        if parameter.is_predictions:
            check_kept(values.get(name), results)
    if "results_path" in declared:
        values["results_path"] = str(results)
    start, error = time.perf_counter(), "interrupted"
    with peak_memory_of_children() as peak:
        try:
            earlier = [results, *files_beside(results), executed, page]
            error = _remove_earlier(*earlier) or _execute(path, executed, values)
        finally:  # also when the reader stops the run
            seconds = time.perf_counter() - start
            error = _complete_record(results, _empty_record(path, declared, values), error, seconds)
    page_error = _render(executed, page) if with_page and executed.exists() else None
    error = error or page_error
    return Outcome(path.stem, seconds, peak.megabytes, error, executed, results, page)


def _remove_earlier(*files):
    """Make room for the files of this run; return None, or why that cannot be."""
    try:
        for file in files:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink(missing_ok=True)
    except OSError as error:
        return f"not started: {type(error).__name__}: {error}"
    return None


def _empty_record(path, declared, values):
    """Build the record of a run that wrote none itself."""
    defaults = {name: parameter.default for name, parameter in declared.items()}
    record = Run(path.stem, defaults | values, defaults).record()
    # without the parameter a notebook cannot write results: then nothing is missing
    return record | {"status": "running" if "results_path" in declared else "complete"}


def _complete_record(results, record, error, seconds):
    """Close the record that a run left, or the given one; return what went wrong, if anything."""
    try:
        record = read_record(results)
    except (OSError, ValueError):
        record = record | {"seconds": round(seconds, 3)}
    if record["status"] == "running":
        record["seconds"] = round(seconds, 3)
        error = error or "ended without its results: its last cell must call run.finish()"
    try:
        status = "complete" if error is None else "failed"
        write_record(results, record | {"status": status, "error": error})
    except OSError as problem:
        return error or f"has no results file: {type(problem).__name__}: {problem}"
    return error


def _render(executed, page):
    """Write the page; return None, or why there is none."""
    from helpers.reruns.pages import write_page  # not before: nbconvert would delay the start

    try:
        write_page(executed, page)
    except (OSError, ValueError) as error:
        return f"no page: {error}"
    return None


def _execute(path, executed, values):
    """Run the notebook; return None, or what went wrong."""
    for attempt in (1, 2):
        try:
            _call_papermill(path, executed, values)
            return None
        except Exception as error:
            # two kernels that start at once can draw the same port (papermill issue 511)
            died_at_start = isinstance(error, RuntimeError) and _current_cell(executed) == 0
            if attempt == 2 or not died_at_start:
                return _describe(error, _current_cell(executed))


def _call_papermill(path, executed, values):
    with without_session_name():
        papermill.execute_notebook(
            _literal(path),
            _literal(executed),
            parameters=values,
            kernel_name=KERNEL,
            cwd=str(path.parent),
            progress_bar={"desc": path.stem},
            log_output=False,
            extra_arguments=QUIET,
        )


def _literal(path):
    """Protect braces in a path: papermill fills parameters into them."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _describe(error, cell):
    if isinstance(error, PapermillExecutionError):
        return f"failed in cell {cell}: {error.ename}: {error.evalue}"
    if isinstance(error, DeadKernelError) and cell:
        return f"failed in cell {cell}: the kernel died, perhaps for lack of memory"
    return f"failed outside its cells: {type(error).__name__}: {error}"


def _current_cell(executed):
    """Count the code cells up to the last one that was started: the number in its `In [ ]`.

    Papermill's status of a cell is wrong after the death of a kernel; its start time is not. A copy
    that cannot be read, such as the half of one that a full disk leaves, tells of none.
    """
    try:
        notebook = nbformat.read(executed, as_version=4)
    except (OSError, ValueError):
        return 0
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    started = [cell.metadata.get("papermill", {}).get("start_time") for cell in code]
    return max((number for number, time in enumerate(started, start=1) if time), default=0)
