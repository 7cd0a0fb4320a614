"""The values that notebooks are run with: from profiles, files and the command line, checked."""

import textwrap
from pathlib import Path

import yaml

from helpers.checks import check_choice, quoted, suggest
from helpers.reruns.parameters import PLACES, ParameterError, collect, read_parameters
from helpers.reruns.predictions import read_predictions
from helpers.reruns.records import results_file

PROFILES = ("class", "smoke", "full")
OWN_FILES = (".npz", ".csv")


def check_values(parameters, given, *, check_dataset=None):
    """Check the values that a notebook is to be run with.

    Parameters
    ----------
    parameters : dict of str to Parameter
        What the notebook declares, see `helpers.reruns.parameters.read_parameters`.
    given : dict of str to value
        Texts, as a command line gives them, are read as the declared type.
    check_dataset : callable, optional
        Called with the value of the parameter `dataset`, if it is given, and with the kind of data
        set that the notebook needs or None; it raises a `ValueError` for one that does not fit.

    Returns
    -------
    dict of str to value
        The given values in their declared types; what was not given stays out.

    Raises
    ------
    ParameterError
        With every problem of every value, so that one correction is enough.
    """

    def check_one(name):
        parameter = _find(parameters, name)
        value = parameter.convert(given[name])
        try:
            if name == "dataset" and check_dataset:
                check_dataset(value, parameter.data_kind)
            if name == "results_path" and value:
                results_file(value)
            if parameter.is_predictions and value:
                read_predictions(value)
        except (OSError, ValueError) as error:
            raise ParameterError(str(error)) from error
        return value

    return collect(given, check_one)


def _find(parameters, name):
    if name not in parameters:
        raise ParameterError(
            f"A parameter must be one of {quoted(parameters)}; got {name!r}."
            f"{suggest(name, parameters)}"
        )
    return parameters[name]


def format_parameters(parameters, values):
    """Write the parameters of a notebook as a help text, two lines each.

    Parameters
    ----------
    parameters : dict of str to Parameter
    values : dict of str to value
        What the notebook would run with, where that is not the parameter's default.

    Returns
    -------
    str

    Examples
    --------
    >>> from helpers.reruns.parameters import parse_cell
    >>> cell = "epochs: int = 15  # passes over the images, in [1, 1000]"
    >>> print(format_parameters(parse_cell(cell), {"epochs": 3}))
    epochs = 3 (in class 15)
        passes over the images, in [1, 1000]
    """
    lines = []
    for name, parameter in parameters.items():
        value = values.get(name, parameter.default)
        changed = "" if value == parameter.default else f" (in class {parameter.default!r})"
        lines += [f"{name} = {value!r}{changed}", f"    {parameter.help}"]
    return "\n".join(lines)


class _UniqueKeys(yaml.SafeLoader):
    """YAML as PyYAML reads it, but a name must not come twice: the later one would count."""

    def construct_mapping(self, node, deep=False):
        """Refuse a mapping with a repeated name."""
        names = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if names.count(key.value) > 1:
                problem = f"each name must be given once; {key.value!r} came several times"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        return super().construct_mapping(node, deep)


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
        If the file is not there, holds anything else, or a name twice.
    """
    try:
        content = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_UniqueKeys)
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


def plan_runs(paths, given, *, profile="class", check_dataset=None):
    """Choose and check the values that each of several notebooks is run with.

    Parameters
    ----------
    paths : sequence of path-like
        The notebooks.
    given : dict of str to value
        What the reader gave; it goes before the profile. Each name must be a parameter of every one
        of the notebooks. Texts that are paths start from the folder where the command was called,
        although a notebook runs where it lies.
    profile : {"class", "smoke", "full"}
    check_dataset : callable, optional
        As in `check_values`.

    Returns
    -------
    dict of path-like to dict
        For each notebook the values to run it with.

    Raises
    ------
    ParameterError
        With every problem of every notebook.
    """
    if given.get("results_path") and len(paths) > 1:
        raise ParameterError(
            "`results_path` names one file, so it must be given for one notebook only; "
            f"got {len(paths)} notebooks. Use --output to choose a folder for all of them."
        )
    given = {name: _from_here(name, value) for name, value in given.items()}

    def plan_one(path):
        try:
            values = read_profile(profile, path) | given
            return check_values(read_parameters(path), values, check_dataset=check_dataset)
        except ParameterError as error:
            raise ParameterError(f"{path.stem}:\n{textwrap.indent(str(error), '  ')}") from error

    return collect(paths, plan_one)


def _from_here(name, value):
    """Make a path absolute: a folder, a results file, or a reader's own data or predictions."""
    is_path = isinstance(value, str) and (name in PLACES or value.lower().endswith(OWN_FILES))
    return str(Path(value).expanduser().absolute()) if is_path and value else value
