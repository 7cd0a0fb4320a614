"""Experiments over settings and seeds: a function and a grid give a table, and it a conclusion."""

from helpers.experiments.grid import build_grid
from helpers.experiments.runner import run_grid
from helpers.experiments.summaries import compare_paired, summarise_runs

__all__ = ["build_grid", "compare_paired", "run_grid", "summarise_runs"]
