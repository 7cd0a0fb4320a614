"""Experiments over settings and seeds: a function and a grid give a table, and it a conclusion."""

from helpers.experiments.grid import build_grid
from helpers.experiments.rules import Rule, Verdict, judge, read_rules
from helpers.experiments.runner import run_grid
from helpers.experiments.summaries import compare_paired, summarise_runs

__all__ = [
    "Rule",
    "Verdict",
    "build_grid",
    "compare_paired",
    "judge",
    "read_rules",
    "run_grid",
    "summarise_runs",
]
