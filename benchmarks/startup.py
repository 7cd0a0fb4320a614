"""Benchmark `startup`: how long a reader waits before anything happens."""

from benchmarks.jobs import Job, by_label
from benchmarks.tables import Table, ratios, spread, verdict

SUMMARY = "`import helpers` and the help of the command line"
ROUNDS = 9
QUICK_ROUNDS = 2
GOAL_SECONDS = 0.3

EMPTY = "an empty interpreter"
IMPORT = "import helpers"
HELP = "python -m helpers --help"
START = "import helpers.start (brings up Keras)"
TIMED = """
import json, sys, time
start = time.perf_counter()
import {module}
seconds = time.perf_counter() - start
print(json.dumps(dict(seconds=seconds, keras="keras" in sys.modules)))
"""
COMMANDS = {
    EMPTY: ("-c", "pass"),
    IMPORT: ("-c", TIMED.format(module="helpers")),
    HELP: ("-m", "helpers", "--help"),
    START: ("-c", TIMED.format(module="helpers.start")),
}


def check():
    """Refuse nothing: the package alone is enough."""


def jobs(options):
    """List what is measured: in each round each command in a fresh interpreter.

    Parameters
    ----------
    options : Options

    Returns
    -------
    list of Job
    """
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    return [Job(label, command) for _ in range(rounds) for label, command in COMMANDS.items()]


def tabulate(outcomes):
    """Turn the outcomes into one table.

    Parameters
    ----------
    outcomes : sequence of Outcome

    Returns
    -------
    list of Table
    """
    groups = by_label(outcomes)
    empty = [outcome.seconds for outcome in groups[EMPTY]]
    rows = []
    for label, group in groups.items():
        seconds = [outcome.seconds for outcome in group]
        times = spread(ratios(seconds, empty)).text(".1f")
        rows.append((label, spread(seconds).text(".3f"), times, _inside(group)))
    return [
        Table(
            "Starting",
            ("", "seconds", "times an empty interpreter", "the import itself, seconds"),
            tuple(rows),
            ("Seconds are those of the whole process, the interpreter's own start included.",),
            verdicts=(_verdict(groups[IMPORT]),),
        )
    ]


def _inside(group):
    seconds = [outcome.values["seconds"] for outcome in group if outcome.values]
    return spread(seconds).text(".3f") if seconds else ""


def _verdict(group):
    """Judge the whole process, which is stricter than the import itself."""
    seconds = spread(outcome.seconds for outcome in group)
    keras = any(outcome.values["keras"] for outcome in group)
    return verdict(
        f"`{IMPORT}` in a fresh interpreter under {GOAL_SECONDS} s and without Keras",
        reached=seconds.median < GOAL_SECONDS and not keras,
        found=f"{seconds.text('.3f')} s, {'with' if keras else 'without'} Keras",
    )
