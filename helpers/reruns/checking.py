"""The steps of `python -m helpers check`: what must pass before a change is good.

Each step runs in a process of its own, as it would from the command line, and shows its output.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

from helpers.checks import check_choice
from helpers.reruns.course import course_root, notebook_paths
from helpers.reruns.kernel import without_cache, without_session_name

PYTHON = [sys.executable, "-m"]
NBVAL = [
    *("pytest", "-q", "--nbval", "--nbval-current-env"),
    *("--nbval-cell-timeout", "600", "--nbval-kernel-startup-timeout", "120"),
    *("-p", "no:cacheprovider"),
    *("-W", "default"),  # that warnings are errors is for the unit tests
]
NO_SKIPS = ("-p", "tests.no_skips")  # without its data a test skips itself
# other processors round differently; these settings do so on this one
WITHOUT_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@dataclass(frozen=True)
class Command:
    """One process of a step: what runs after `python -m`, and what its environment adds."""

    arguments: list
    environment: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """How a step went."""

    step: str
    seconds: float
    passed: bool


def build_steps(root=None):
    """List the steps by name, in the order in which they run.

    Parameters
    ----------
    root : path-like, optional
        The folder of the course. Default: `course_root()`.

    Returns
    -------
    dict of str to list of Command
    """
    # without any notebook, pytest would silently run something else
    notebooks = [str(path) for path in notebook_paths(root=root)] or ["notebooks/none.ipynb"]
    nbval = [*NBVAL, *notebooks]
    smoke = ["helpers", "run", "--profile", "smoke", "--no-pages", "--output", "build/smoke"]
    return {
        "lint": [Command(["ruff", "check", "."])],
        "format": [Command(["ruff", "format", "--check", "."])],
        "tests": [Command(["pytest", "-q", "-m", "not real and not grading"])],
        "nbval": [Command(nbval)],
        "smoke": [Command(smoke)],
        "portable": [Command(nbval, WITHOUT_ONEDNN), Command(nbval, ONE_THREAD)],
        "grading": [Command(["pytest", "-q", *NO_SKIPS, "-m", "grading", "tests/grading"])],
        "real": [Command(["pytest", "-q", *NO_SKIPS, "-m", "real", "tests"])],
    }


DEFAULT_STEPS = ("lint", "format", "tests", "nbval", "smoke")


def run_steps(names=(), *, root=None, announce=print):
    """Run steps one after the other, also after one that failed.

    Parameters
    ----------
    names : iterable of str, default=()
        None of them: the default steps.
    root : path-like, optional
        The folder of the course. Default: `course_root()`.
    announce : callable, default=print
        Called with a heading before each process starts.

    Yields
    ------
    Result
        After each step.

    Raises
    ------
    ValueError
        If a name is no step.
    """
    root = root or course_root()
    steps = build_steps(root)
    chosen = [check_choice("step", name, steps) for name in names or DEFAULT_STEPS]
    for name in chosen:
        start = time.perf_counter()
        passed = [_run(name, command, root, announce) for command in steps[name]]
        yield Result(name, time.perf_counter() - start, all(passed))


def _run(name, command, root, announce):
    settings = [f"{key}={value}" for key, value in command.environment.items()]
    announce(" ".join([f"{name}:", *settings, "python -m", *command.arguments[:4]]))
    with without_session_name(), without_cache():
        done = subprocess.run(
            [*PYTHON, *command.arguments],
            cwd=root,
            env=os.environ | command.environment,
            check=False,
        )
    return done.returncode == 0
