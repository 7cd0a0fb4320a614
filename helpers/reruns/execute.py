"""Running a notebook from beginning to end with papermill, and saying in one line how it went.

A run leaves under its output folder the executed copy `executed/<notebook>.ipynb`, its page
`pages/<notebook>.html`, and the results `results/<notebook>.json` and
`results/<notebook>.predictions.csv`. Whatever happens, there is a results file afterwards, and none
of these files is that of an earlier run.
"""

import contextlib
import os
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from helpers.reruns.memory import peak_memory_of_children
from helpers.reruns.pages import write_page
from helpers.reruns.parameters import read_parameters
from helpers.reruns.records import predictions_file, read_record, results_file, write_record
from helpers.reruns.results import Run

KERNEL = "python3"
# a kernel's log goes to the terminal; at this level it does not warn of what is no concern here
QUIET_KERNEL = ["--log-level=CRITICAL"]


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
        One line; None if the notebook ran to its end.
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


def run_notebook(path, *, parameters, output_dir, cell_timeout=None, with_page=True):
    """Run a notebook from beginning to end, in the folder where it lies.

    Parameters
    ----------
    path : path-like
    parameters : dict
        Checked values, see `helpers.reruns.values.check_values`. If `results_path` is not among
        them, it is filled in.
    output_dir : path-like
        Where the results of the run go.
    cell_timeout : int, optional
        Seconds that one cell may take. Default: no limit.
    with_page : bool, default=True
        Whether to write the HTML page too; that of a failed notebook shows where it failed.

    Returns
    -------
    Outcome
        Also if the notebook failed.
    """
    path, output_dir = Path(path).resolve(), Path(output_dir).resolve()
    executed = output_dir / "executed" / path.name
    page = output_dir / "pages" / f"{path.stem}.html"
    given = parameters.get("results_path") or output_dir / "results" / f"{path.stem}.json"
    results = results_file(given).resolve()  # the kernel works in another folder
    _remove_earlier(executed, page, results, predictions_file(results))
    declared = read_parameters(path)
    path_given = {"results_path": str(results)} if "results_path" in declared else {}
    values = dict(parameters) | path_given
    start, error = time.perf_counter(), "interrupted"
    with peak_memory_of_children() as peak:
        try:
            error = _execute(path, executed, values, cell_timeout)
            if error is None and path_given and not results.exists():
                error = "ended without writing its results; its last cell must call run.finish()"
        finally:  # also when the reader stops the run
            seconds = time.perf_counter() - start
            _complete_record(results, path.stem, declared, values, error, seconds)
    page_error = _render(executed, page) if with_page and executed.exists() else None
    error = error or page_error
    return Outcome(path.stem, seconds, peak.megabytes, error, executed, results, page)


def _remove_earlier(*files):
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)


def _complete_record(results, stem, declared, values, error, seconds):
    """Write the record of a run that left none, or correct that of one that failed after it."""
    if results.exists():
        record = read_record(results)
    else:
        defaults = {name: parameter.default for name, parameter in declared.items()}
        record = Run(stem, defaults | values, defaults).record() | {"seconds": round(seconds, 3)}
    status = "complete" if error is None else "failed"
    write_record(results, record | {"status": status, "error": error})


def _render(executed, page):
    """Write the page; return None, or in one line why there is none."""
    try:
        write_page(executed, page)
    except ValueError as error:
        return _shortened("no page", str(error))
    return None


def _execute(path, executed, values, cell_timeout):
    """Run the notebook; return None, or in one line what went wrong."""
    for attempt in (1, 2):
        try:
            _call_papermill(path, executed, values, cell_timeout)
            return None
        except Exception as error:
            # two kernels that start at once can draw the same port (papermill issue 511)
            died_at_start = isinstance(error, RuntimeError) and _current_cell(executed) == 0
            if attempt == 2 or not died_at_start:
                return _in_one_line(error, executed)


def _call_papermill(path, executed, values, cell_timeout):
    with _without_variable("JPY_SESSION_NAME"):  # it would name the notebook that calls this
        papermill.execute_notebook(
            _literal(path),
            _literal(executed),
            parameters=values,
            kernel_name=KERNEL,
            cwd=str(path.parent),
            progress_bar={"desc": path.stem},
            log_output=False,
            execution_timeout=cell_timeout,
            extra_arguments=QUIET_KERNEL,
        )


def _literal(path):
    """Protect braces in a path: papermill fills parameters into them."""
    return str(path).replace("{", "{{").replace("}", "}}")


@contextlib.contextmanager
def _without_variable(name):
    saved = os.environ.pop(name, None)
    try:
        yield
    finally:
        if saved is not None:
            os.environ[name] = saved


def _in_one_line(error, executed):
    cell = _current_cell(executed)
    if isinstance(error, PapermillExecutionError):
        return f"failed in cell {cell}: {_shortened(error.ename, error.evalue)}"
    if isinstance(error, CellTimeoutError):
        return f"failed in cell {cell}: {_shortened('timeout', str(error))}"
    if isinstance(error, DeadKernelError) and cell:
        return f"failed in cell {cell}: the kernel died, perhaps for lack of memory"
    return f"failed outside its cells: {_shortened(type(error).__name__, str(error))}"


def _shortened(name, message):
    first = message.strip().splitlines()[0] if message.strip() else ""
    return textwrap.shorten(f"{name}: {first}", width=300, placeholder=" ...")


def _current_cell(executed):
    """Count the code cells up to the last one that was started: the number in its `In [ ]`.

    Papermill's status of a cell is wrong after the death of a kernel; its start time is not.
    """
    if not executed.exists():
        return 0
    cells = [cell for cell in nbformat.read(executed, as_version=4).cells if cell.source.strip()]
    code = [cell for cell in cells if cell.cell_type == "code"]
    started = [cell.metadata.get("papermill", {}).get("start_time") for cell in code]
    return max((number for number, time in enumerate(started, start=1) if time), default=0)
