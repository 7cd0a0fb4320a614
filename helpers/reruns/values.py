"""The values that notebooks are run with: from profiles, files and the command line, checked."""

import textwrap
from pathlib import Path

import yaml

from helpers.checks import check_choice, quoted, suggest
from helpers.reruns.parameters import PLACES, ParameterError, read_parameters
from helpers.reruns.records import results_file

PROFILES = ("class", "smoke", "full")


def check_values(parameters, given):
    """Check the values that a notebook is to be run with.

    Parameters
    ----------
    parameters : dict of str to Parameter
        What the notebook declares, see `helpers.reruns.parameters.read_parameters`.
    given : dict of str to value
        Texts, as a command line gives them, are read as the declared type.

    Returns
    -------
    dict of str to value
        The given values in their declared types; what was not given stays out.

    Raises
    ------
    ParameterError
        With every problem of every value, so that one correction is enough.
    """
    values, problems = {}, []
    for name, value in given.items():
        try:
            values[name] = _find(parameters, name).convert(value)
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        raise ParameterError("\n".join(problems))
    return values


def _find(parameters, name):
    if name not in parameters:
        raise ParameterError(
            f"A parameter must be one of {quoted(parameters)}; got {name!r}."
            f"{suggest(name, parameters)}"
        )
    return parameters[name]


def format_parameters(parameters):
    """Write the parameters of a notebook as a help text, two lines each.

    >>> from helpers.reruns.parameters import parse_cell
    >>> cell = "epochs: int = 15  # passes over the images, in [1, 1000]"
    >>> print(format_parameters(parse_cell(cell)))
    epochs = 15
        passes over the images (an integer in [1, 1000])
    """
    lines = [
        f"{parameter.name} = {parameter.default!r}\n    {parameter.help} ({parameter.allowed})"
        for parameter in parameters.values()
    ]
    return "\n".join(lines)


def read_values_file(path):
    """Read a YAML file of `name: value` lines.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    dict

    Raises
    ------
    ParameterError
        If the file is not there or holds anything else.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{path} must be a YAML file that can be read: {error}") from error
    content = {} if content is None else content
    if not isinstance(content, dict):
        raise ParameterError(
            f"{path} must hold lines such as `epochs: 3`; got a {type(content).__name__}."
        )
    return content


def read_profile(name, notebook):
    """Read the values that a profile gives to a notebook.

    Parameters
    ----------
    name : {"class", "smoke", "full"}
        "class" is the parameters cell itself, so it gives none.
    notebook : path-like
        The profiles lie beside it, in `profiles/`.

    Returns
    -------
    dict
        Not yet checked.

    Raises
    ------
    ParameterError
        If the file is missing, or holds anything but a mapping for each notebook.
    """
    check_choice("profile", name, PROFILES)
    if name == "class":
        return {}
    notebook = Path(notebook)
    path = notebook.parent / "profiles" / f"{name}.yaml"
    values = read_values_file(path).get(notebook.stem) or {}
    if not isinstance(values, dict):
        raise ParameterError(
            f"{path} must give {notebook.stem} lines such as `epochs: 3`, indented; got {values!r}."
        )
    return values


def plan_runs(paths, given, *, profile="class"):
    """Choose and check the values that each of several notebooks is run with.

    Parameters
    ----------
    paths : iterable of path-like
        The notebooks.
    given : dict of str to value
        What the reader gave; it goes before the profile. Each name must be a parameter of every one
        of the notebooks. Texts that are paths start from the folder where the command was called,
        although a notebook runs where it lies.
    profile : {"class", "smoke", "full"}

    Returns
    -------
    dict of path-like to dict
        For each notebook the values to run it with.

    Raises
    ------
    ParameterError
        With every problem of every notebook.
    """
    plan, problems = {}, _problems_with_results_path(given.get("results_path"), len(paths))
    given = {name: _from_here(name, value) for name, value in given.items()}
    for path in paths:
        try:
            values = read_profile(profile, path) | given
            plan[path] = check_values(read_parameters(path), values)
        except ParameterError as error:
            problems.append(f"{path.stem}:\n{textwrap.indent(str(error), '  ')}")
    if problems:
        raise ParameterError("\n".join(problems))
    return plan


def _problems_with_results_path(results_path, num_notebooks):
    if not results_path:
        return []
    problems = []
    if num_notebooks > 1:
        problems.append(
            "`results_path` names one file, so it must be given for one notebook only; "
            f"got {num_notebooks} notebooks. Use --output to choose a folder for all of them."
        )
    try:
        results_file(results_path)
    except ValueError as error:
        problems.append(str(error))
    return problems


def _from_here(name, value):
    """Make a path absolute: a folder, a results file, or the file of a reader's own data."""
    is_path = isinstance(value, str) and (name in PLACES or value.endswith(".npz"))
    return str(Path(value).expanduser().absolute()) if is_path and value else value
