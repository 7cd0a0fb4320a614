"""The command line of the course: `python -m helpers run`, `check`, `data`, `results` and others.

It brings the parts of the package together. Commands import what they need when they run, so that
help comes at once.
"""

import contextlib
import subprocess
import sys
import warnings
from pathlib import Path

import click

import helpers


class BadInput(click.ClickException):
    """What the reader gave cannot be used; shown without a traceback."""

    exit_code = 2


@contextlib.contextmanager
def _refusing(*kinds):
    """Show errors of these kinds as a message: they say what to do."""
    try:
        yield
    except kinds as error:
        raise BadInput(str(error)) from error


def _examples(*lines):
    r"""Write the examples below a command's help; click's mark `\b` keeps the lines apart."""
    return "\n".join(["\b", "Examples:", *(f"  python -m helpers {line}" for line in lines)])


def _chosen(names):
    from helpers.reruns.course import notebook_paths

    with _refusing(ValueError, FileNotFoundError):
        return notebook_paths(names)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(helpers.__version__)
def main():
    """Run, check and repeat the notebooks of the course; get their data and read their results."""


@main.command(
    epilog=_examples(
        "run                        all notebooks, as in class",
        "run 04 --show-parameters   what can be set, and to what it is set",
        "run 04 -p dataset mnist -p epochs 5",
        "run 04 -p dataset path/to/own.npz --output build/own",
        "run 05 -p predictions path/to/own.csv --output build/own",
        "run --profile smoke        quick and small, to see that all works",
    )
)
@click.argument("notebooks", nargs=-1)
@click.option(
    *("-p", "given"),
    nargs=2,
    multiple=True,
    metavar="NAME VALUE",
    help="Set a parameter; can be repeated. Goes before the file and the profile.",
)
@click.option(
    "--parameters-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="YAML file with lines `name: value`. Goes before the profile.",
)
@click.option(
    "--profile",
    type=click.Choice(["class", "smoke", "full"]),
    default="class",
    show_default=True,
    help="Where the other values come from; class is the notebook's own parameters cell.",
)
@click.option(
    *("--output", "output_dir"),
    type=click.Path(file_okay=False, path_type=Path),
    default="build",
    show_default=True,
    help="Folder of the executed copies, results and pages.",
)
@click.option("--pages/--no-pages", "with_page", default=True, help="Write HTML pages, or none.")
@click.option(
    "--show-parameters", is_flag=True, help="Show the values to run with, and run nothing."
)
def run(notebooks, given, parameters_file, profile, show_parameters, **options):
    """Run NOTEBOOKS (all, if none is named) from beginning to end, each in a kernel of its own.

    A notebook is named by its number (04), its name, or its file in the course's folder.
    """
    from helpers.reruns.parameters import ParameterError
    from helpers.reruns.values import plan_runs, read_values_file

    paths = _chosen(notebooks)
    with _refusing(ParameterError):
        values = read_values_file(parameters_file) if parameters_file else {}
        values |= _without_repetition(given)
        plan = plan_runs(paths, values, profile=profile, check_dataset=_check_dataset)
    if show_parameters:
        _show_parameters(plan)
        return
    _fetch_datasets(plan)
    _, went_well = _run_all(plan, options)
    if not went_well:
        sys.exit(1)


def _check_dataset(name, kind):
    from helpers.data import DataError, check_dataset

    try:
        check_dataset(name, kind=kind)
    except (DataError, ValueError) as error:
        # the reader knows it as the parameter
        raise ValueError(str(error).replace("`name`", "`dataset`", 1)) from error


def _show_parameters(plan):
    from helpers.reruns.parameters import read_parameters
    from helpers.reruns.values import format_parameters

    for path, values in plan.items():
        click.echo(f"{path.stem}\n\n{format_parameters(read_parameters(path), values)}\n")


def _fetch_datasets(plan):
    """Download what the notebooks will need, where the reader can see the progress."""
    chosen = {
        (values["dataset"], values.get("data_dir", ""))
        for values in plan.values()
        if "dataset" in values and not values.get("predictions")  # then nothing is trained
    }
    if chosen:
        from helpers.data import DataError, fetch

        with _refusing(DataError, ValueError):
            for name, data_dir in sorted(chosen):
                fetch(name, data_dir=data_dir)


def _without_repetition(given):
    names = [name for name, _ in given]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"Each parameter must be given once; {', '.join(twice)} came several times.")
    return dict(given)


def _run_all(plan, options):
    """Run the notebooks one after the other and print how; return that, and if all went well."""
    from helpers.reruns.execute import run_notebook
    from helpers.reruns.tables import print_outcomes

    outcomes, interrupted = [], False
    try:
        for path, values in plan.items():
            with _refusing(ValueError):
                outcomes.append(run_notebook(path, parameters=values, **options))
    except KeyboardInterrupt:
        interrupted = True
    print_outcomes(outcomes, options["output_dir"])
    if interrupted:
        click.echo(f"Stopped; {len(plan) - len(outcomes)} of {len(plan)} notebooks did not end.")
    return outcomes, not interrupted and not any(outcome.error for outcome in outcomes)


@main.command(epilog=_examples("tables 06"))
@click.argument("notebook")
@click.option(
    *("--output", "output_dir"),
    type=click.Path(file_okay=False, path_type=Path),
    default="build/full",
    show_default=True,
    help="Folder of the executed copy, its results and its page.",
)
def tables(notebook, output_dir):
    """Run NOTEBOOK with the full profile and, if it ends, store its tables in the course.

    They replace those of the notebook's last such run. The run keeps its experiments in the output
    folder, and takes none from elsewhere: stopped and started again, it goes on where it was.
    """
    from helpers.reruns.kernel import with_cache_in
    from helpers.reruns.parameters import ParameterError
    from helpers.reruns.stored_tables import store_tables
    from helpers.reruns.values import plan_runs

    (path,) = _chosen([notebook])
    with _refusing(ParameterError):
        plan = plan_runs([path], {}, profile="full")
    with with_cache_in((output_dir / "cache").absolute()):
        outcomes, went_well = _run_all(plan, {"output_dir": output_dir})
    if not went_well:
        click.echo("The tables of the course stay as they were.")
        sys.exit(1)
    with _refusing(ValueError, OSError):
        written = store_tables(path, outcomes[0].results)
    click.echo(f"Tables of the course, in {written[0].parent}:")
    for file in written:
        click.echo(f"  {file.name}")


@main.command(
    epilog=_examples(
        "check                      lint, format, tests, nbval, smoke",
        "check --only lint --only tests",
        "check --only portable      nbval with other arithmetic",
        "check --only grading       assignments released and graded; needs nbgrader",
        "check --only real          full-size training on real data",
    )
)
@click.option("--only", multiple=True, metavar="STEP", help="Run this step; can be repeated.")
def check(only):
    """Check everything that must hold before a change is good."""
    from helpers.reruns.checking import run_steps
    from helpers.reruns.tables import print_table

    results = []
    with _refusing(ValueError, FileNotFoundError):
        for result in run_steps(only, announce=_announce):
            results.append(result)
    rows = [(r.step, f"{r.seconds:.1f}", "passed" if r.passed else "FAILED") for r in results]
    click.echo()
    print_table(["step", "seconds", "result"], rows)
    if not all(result.passed for result in results):
        sys.exit(1)


def _announce(heading):
    click.secho(f"\n== {heading}", bold=True)
    sys.stdout.flush()  # before the step's own output


@main.group(epilog=_examples("data list", "data fetch mnist pneumoniamnist_64", "data folder"))
def data():
    """List the data sets, get them ahead of a class, show where they lie."""


@data.command("list", epilog=_examples("data list", "data list digits pneumoniamnist"))
@click.argument("names", nargs=-1)
def list_(names):
    """Show every data set that can be loaded by name, or all that is declared of NAMES."""
    from helpers.data import check_dataset, list_datasets
    from helpers.reruns.tables import print_blocks, print_table

    table = list_datasets()
    table = table.astype(object).where(table.notna(), "").astype(str)
    if names:
        for name in set(names) - set(table["name"]):
            with _refusing(ValueError):
                check_dataset(name)
        chosen = {name.split("_")[0] for name in names}  # a size is no row of its own
        print_blocks(table.columns, table[table["name"].isin(chosen)].to_numpy())
        return
    sizes = table[["train", "val", "test"]].agg("/".join, axis=1).where(table["train"] != "", "")
    shapes = table["shape"].str.replace(" ", "")
    columns = ["name", "task", "train/val/test", "one case", "origin"]
    shown = table.assign(**{"train/val/test": sizes, "one case": shapes})[columns]
    print_table(columns, shown.to_numpy(), compact=True)
    click.echo("All that is declared of a set: python -m helpers data list NAME")


@data.command(epilog=_examples("data fetch mnist pneumoniamnist_64"))
@click.argument("names", nargs=-1, required=True)
@click.option("--data-dir", default="", help="Folder to put them in; see `data folder`.")
def fetch(names, data_dir):
    """Download the data sets NAMES ahead of a class, and check them."""
    from helpers.data import DataError, fetch

    for name in names:
        with _refusing(DataError, ValueError):
            paths = fetch(name, data_dir=data_dir)
        where = ", ".join(map(str, paths)) or "comes with the course, nothing to download"
        click.echo(f"{name}: {where}")


@data.command()
@click.option("--data-dir", default="", help="As a notebook's parameter `data_dir`.")
def folder(data_dir):
    """Show the folder where downloaded data lie."""
    from helpers.data import DataError, data_folder

    with _refusing(DataError, ValueError):
        click.echo(data_folder(data_dir))


@main.command(epilog=_examples("results build/results", "results build sweeps --csv runs.csv"))
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--csv", type=click.Path(dir_okay=False, path_type=Path), help="Write a table too.")
def results(paths, csv):
    """Show the results of many runs, from files or folders, in one table."""
    from helpers.reruns import read_results
    from helpers.reruns.files import write_text
    from helpers.reruns.tables import print_results

    with _refusing(ValueError, OSError), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        table = read_results(paths)
        for warning in caught:
            click.echo(warning.message, err=True)
        if table.empty:
            raise BadInput("There must be results files (JSON) in what is named; found none.")
        if csv:
            write_text(csv, table.to_csv(index=False, lineterminator="\n"))
    print_results(table)


@main.command(epilog=_examples("notebooks", "notebooks 04"))
@click.argument("names", nargs=-1)
def notebooks(names):
    """Execute the committed notebooks NAMES (all, if none is named) and replace their outputs."""
    from nbclient.exceptions import CellControlSignal, DeadKernelError

    from helpers.reruns.committed import read_notebook, regenerate
    from helpers.reruns.stored import find_problems

    failed = False
    for path in _chosen(names):
        try:
            regenerate(path)
            problems = find_problems(read_notebook(path))
        except (CellControlSignal, DeadKernelError) as error:
            problems = [f"stays as it was, because a cell failed:\n{error}"]
        for problem in problems:
            click.echo(f"{path.stem}: {problem}")
        failed = failed or bool(problems)
    if failed:
        sys.exit(1)


@main.command(epilog=_examples("lab", "lab -- --no-browser --port 8890"))
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(options):
    """Open JupyterLab on your own copy of the notebooks, in `work/`; OPTIONS go to JupyterLab."""
    from helpers.reruns.course import course_root
    from helpers.reruns.lab import prepare_working_copy

    with _refusing(FileNotFoundError):
        root = course_root()
    for name, happened in prepare_working_copy(root).items():
        click.echo(f"work/{name}: {happened}")
    command = [sys.executable, "-m", "jupyterlab", *options]
    sys.exit(subprocess.run(command, cwd=root / "work", check=False).returncode)
