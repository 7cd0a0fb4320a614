"""The command line of the benchmarks: `python -m benchmarks`."""

import sys

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import (
    article,
    convolution,
    cores,
    coverage,
    evaluation,
    grading,
    notebooks,
    simulation,
    startup,
    throughput,
)
from benchmarks.jobs import BenchmarkError, Options, run_job
from benchmarks.results import write_results

BENCHMARKS = {
    "article": article,
    "throughput": throughput,
    "convolution": convolution,
    "simulation": simulation,
    "evaluation": evaluation,
    "coverage": coverage,
    "startup": startup,
    "notebooks": notebooks,
    "cores": cores,
    "grading": grading,
}
WIDTH_OF_FILES = 160  # a file or a pipe has no width that lines would have to fit into


def _epilog():
    r"""Write what can be measured, and examples; click's mark `\b` keeps the lines apart."""
    names = [f"  {name:<12} {module.SUMMARY}" for name, module in BENCHMARKS.items()]
    examples = [
        "  python -m benchmarks                    everything: half an hour or more",
        "  python -m benchmarks startup cores",
        "  python -m benchmarks article --goal     and the accuracy within the article's time",
        "  python -m benchmarks --quick            to see that all works: minutes",
        "  python -m benchmarks article --write    store the result",
    ]
    return "\n".join(["\b", "Benchmarks:", *names, "", "\b", "Examples:", *examples])


@click.command(epilog=_epilog(), context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)), metavar="[NAMES]...")
@click.option("--quick", is_flag=True, help="A trial run: too short for its numbers to mean much.")
@click.option("--goal", is_flag=True, help="With `article`: the accuracy reached in its time.")
@click.option("--write", is_flag=True, help="Store the tables in benchmarks/results.md.")
def main(names, quick, goal, write):
    """Measure the benchmarks NAMES (all, if none is named) and show their tables.

    Everything measured runs in a process of its own, in turns. Leave the machine alone meanwhile.
    """
    names = list(dict.fromkeys(names)) or list(BENCHMARKS)
    if quick and write:
        raise click.UsageError("--write stores full measurements; leave out --quick.")
    if goal and "article" not in names:
        raise click.UsageError("--goal belongs to the benchmark `article`; name it too.")
    failed = [name for name in names if not _measure(name, Options(quick, goal), write)]
    if failed:
        click.echo(f"Not measured: {', '.join(failed)}.", err=True)
        sys.exit(1)


def _measure(name, options, write):
    """Measure one benchmark; show why if that cannot be done, and return whether it could."""
    module = BENCHMARKS[name]
    try:
        module.check()
        tables = module.tabulate(run_jobs(name, module.jobs(options)))
    except BenchmarkError as error:
        click.echo(f"\n{name}: {error}", err=True)
        return False
    _show(tables, options)
    if write:
        write_results(name, tables, command=command_of(name, options))
    return True


def run_jobs(name, jobs):
    """Run jobs one after the other and show how far it has come.

    Parameters
    ----------
    name : str
        Name of the benchmark.
    jobs : sequence of Job

    Returns
    -------
    list of Outcome
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    outcomes = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=len(jobs))
        for job in jobs:
            progress.update(task, description=f"{name}: {job.label}")
            outcomes.append(run_job(job, outcomes))
            progress.console.print(f"{job.label}: {outcomes[-1].seconds:.1f} s", highlight=False)
            progress.advance(task)
    return outcomes


def command_of(name, options):
    """Write the command that measures one benchmark and stores the result.

    Examples
    --------
    >>> command_of("article", Options(goal=True))
    'python -m benchmarks article --goal --write'
    """
    goal = ["--goal"] if options.goal and name == "article" else []
    return " ".join(["python -m benchmarks", name, *goal, "--write"])


def _show(tables, options):
    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES)
    for table in tables:
        console.print()
        console.print(table.rich())
        trial = ("A trial run: too short for its numbers to mean much, or for its goals.",)
        for line in (*(trial if options.quick else table.verdicts), *table.notes):
            console.print(line, markup=False, highlight=False)
