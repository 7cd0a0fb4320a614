"""Jobs: what is measured, each in a process of its own, one after the other."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINES_OF_ERROR = 15
# would change what is measured; a job that wants one of them says so
REMOVED_VARIABLES = (
    "JPY_SESSION_NAME",
    "OMP_NUM_THREADS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
)


class BenchmarkError(RuntimeError):
    """Say that a benchmark cannot be measured here, and what to do."""


@dataclass(frozen=True)
class Job:
    """One thing to measure, once.

    Parameters
    ----------
    label : str
        What is measured; repetitions have the same label.
    command : tuple of str
        Arguments of the Python interpreter.
    environment : dict of str to str
        Variables that this process has in addition.
    with_memory : bool
        Whether to sample the memory of the process.
    finish : callable, optional
        From the outcomes so far to more settings of the worker, for a job that depends on what was
        measured before.
    """

    label: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    with_memory: bool = False
    finish: Callable | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Parameters
    ----------
    label : str
        That of the job.
    seconds : float
        From the start of the process to its end.
    megabytes : float or None
        Peak of the process and of those that it started, if sampled.
    values : dict
        What the process printed as JSON in its last line; empty if it printed none.
    """

    label: str
    seconds: float
    megabytes: float | None = None
    values: dict = field(default_factory=dict)


def worker_job(label, function, settings, **options):
    """Build a job that calls one of the functions of `benchmarks.worker`.

    Parameters
    ----------
    label : str
    function : str
        A name in `benchmarks.worker.MODULES`.
    settings : dict
        Keyword arguments of the function.
    **options
        Other fields of `Job`.

    Returns
    -------
    Job
    """
    command = ("-m", "benchmarks.worker", function, json.dumps(settings))
    return Job(label, command, **options)


@dataclass(frozen=True)
class Options:
    """What the reader chose for all benchmarks: a trial run, and the goal beyond the first."""

    quick: bool = False
    goal: bool = False


def by_label(outcomes):
    """Group outcomes, in the order in which they came.

    Parameters
    ----------
    outcomes : iterable of Outcome

    Returns
    -------
    dict of str to list of Outcome
        Element i of each list is that of round i.
    """
    groups = {}
    for outcome in outcomes:
        groups.setdefault(outcome.label, []).append(outcome)
    return groups


def run_job(job, outcomes=()):
    """Run a job and wait for it.

    Parameters
    ----------
    job : Job
    outcomes : sequence of Outcome
        Of the jobs before it.

    Returns
    -------
    Outcome

    Raises
    ------
    BenchmarkError
        If the process fails; the message ends with what it wrote last.
    """
    from helpers.reruns.memory import peak_memory_of_children

    more = [json.dumps(job.finish(outcomes))] if job.finish else []
    watch = peak_memory_of_children() if job.with_memory else contextlib.nullcontext()
    with watch as peak:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *job.command, *more],
            cwd=ROOT,
            env=_environment(job),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise BenchmarkError(_failure(job, done))
    return Outcome(job.label, seconds, peak and peak.megabytes, _last_line(done.stdout))


def _environment(job):
    kept = {name: value for name, value in os.environ.items() if name not in REMOVED_VARIABLES}
    fixed = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUTF8": "1"}
    fixed["COURSE_CACHE"] = "off"  # a run that is read from the disk takes no time
    return kept | fixed | job.environment


def _failure(job, done):
    written = (done.stdout + done.stderr).strip().splitlines()
    return "\n".join(
        [
            f"The measurement of {job.label!r} must end without error; it ended with code "
            f"{done.returncode}. Its last lines:",
            *(f"    {line}" for line in written[-LINES_OF_ERROR:]),
        ]
    )


def _last_line(text):
    """Read the last line as JSON if it is an object."""
    last = text.strip().splitlines()[-1:]
    return json.loads(last[0]) if last and last[0].startswith("{") else {}
