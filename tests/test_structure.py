"""The house rules that code can check: who may import what, and what public docstrings say."""

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "helpers"
PARTS = {"data", "scratch", "networks", "evaluation", "experiments", "reruns"}
# what a part may use besides itself, `checks` and `progress`; nobody uses what stands above it
ALLOWED = {"data": {"observers"}, "evaluation": {"observers"}}
# what notebooks import, and nothing in the package
NOTEBOOKS_ONLY = ("experiments", "plots")
# what uses the package, and lies beside it
ABOVE = ("benchmarks", "grading", "tests")
HEAVY = ("keras", "tensorflow", "torch", "jax")
# what helpers.data needs now and then only: its import stays quick without them
SLOW = ("pandas", "sklearn", "pooch", "skimage", "pydicom", "nibabel", "mlxtend")
# what a lesson calls: these say which lesson introduces them
LESSON_MODULES = [
    *("start", "words", "data", "data.simulate", "observers", "scratch"),
    *("networks", "evaluation", "experiments", "reruns", "plots"),
]
# what computes numbers: these are compared with an independent computation, or have a law
NUMERIC_MODULES = [
    *("data.simulate", "observers", "scratch", "networks", "evaluation", "experiments"),
]
# here the classes compute, too: layers, losses, optimizers
PROVED_CLASSES = {"scratch"}
# what a function returns, and the base of all layers: they compute nothing
PASSIVE_CLASSES = {"CheckedEntry", "GradientReport", "Layer"}


def find_imports(source):
    """List the dotted names that a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def find_violations(path, source):
    """List the imports that the rules of the house forbid at this place."""
    place, found = Path(path).relative_to("helpers"), []
    part = place.parts[0]
    everything = PARTS | {"cli", "observers", "plots", "start", "words"}
    for name in sorted(find_imports(source)):
        words = name.split(".")
        if words[0] in ("tensorflow", "torch", "jax") and str(place) != "networks/gradients.py":
            found.append(f"{path}: only networks/gradients.py knows a backend, not {name}")
        if words[0] in ABOVE:
            found.append(f"{path}: the package does not import {words[0]}")
        if words[0] != "helpers" or len(words) < 2:
            continue
        if words[1] in NOTEBOOKS_ONLY and part != words[1]:
            found.append(f"{path}: nobody imports {words[1]}")
        if part in PARTS | {"observers", "plots", "words"}:
            own = {part, "checks"} | ALLOWED.get(part, set())
            if words[1] in everything - own:
                found.append(f"{path}: {part} does not import {words[1]}")
        if part in ("checks.py", "progress.py"):
            found.append(f"{path}: {part.removesuffix('.py')} imports nobody")
    return found


def test_imports_point_one_way():
    violations = []
    for path in sorted(PACKAGE.rglob("*.py")):
        violations += find_violations(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    assert violations == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("helpers/data/x.py", "from helpers.networks import models"),
        ("helpers/data/x.py", "from helpers.scratch import Dense"),
        ("helpers/observers/x.py", "from helpers.data import Split"),
        ("helpers/scratch/x.py", "from helpers.observers import IdealObserver"),
        ("helpers/networks/x.py", "import tensorflow as tf"),
        ("helpers/evaluation/x.py", "def f():\n    from helpers import plots"),
        ("helpers/cli.py", "import helpers.plots"),
        ("helpers/cli.py", "from helpers import experiments"),
        ("helpers/experiments/x.py", "from helpers.evaluation import Estimate"),
        ("helpers/checks.py", "from helpers.data import load_dataset"),
        ("helpers/progress.py", "from helpers.data import load_dataset"),
        ("helpers/reruns/x.py", "from grading.sources import read_source"),
    ],
)
def test_the_import_check_can_fail(path, source):
    assert find_violations(path, source)


def loaded_modules(statement, names=HEAVY):
    """Run a statement in a new interpreter and list which of the libraries it brought in."""
    ask = f"print(json.dumps([name for name in {names} if name in sys.modules]))"
    code = f"{statement}\nimport json, sys\n{ask}"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return json.loads(answer.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "module",
    [
        *("", ".checks", ".cli", ".data", ".evaluation", ".experiments", ".observers", ".plots"),
        *(".reruns", ".scratch", ".words"),
    ],
)
def test_light_parts_stay_light(module):
    assert loaded_modules(f"import helpers{module}") == []


def test_data_brings_in_its_libraries_when_they_are_needed():
    assert loaded_modules("import helpers.data", SLOW) == []


def test_what_is_built_by_hand_needs_numpy_alone():
    libraries = (*HEAVY, *SLOW, "scipy", "matplotlib")
    assert loaded_modules("import helpers.scratch", libraries) == []


def test_the_light_check_can_fail():
    assert "keras" in loaded_modules("import helpers.networks")


def public_objects(modules):
    """Yield (module name, object name, object) of everything that parts of the package export."""
    for name in modules:
        module = importlib.import_module(f"helpers.{name}")
        for public in module.__all__:
            yield name, public, getattr(module, public)


def sections_of(notebook):
    """Map each heading of a committed notebook to the text and code below it, up to the next."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sections, heading = {}, None
    for cell in cells:
        source = "".join(cell["source"])
        pieces = re.split(r"^#+ (.+)$", source, flags=re.MULTILINE)
        if cell["cell_type"] != "markdown":
            pieces = [source]
        if heading:
            sections[heading] += pieces[0] + "\n"
        for heading, text in zip(pieces[1::2], pieces[2::2], strict=True):
            sections[heading] = sections.get(heading, "") + text + "\n"
    return sections


# notebooks of the plan in README that are not written yet
PLANNED = {"06"}
# met as the value that a function returns, or as its error: a lesson need not name them
MET_AS_VALUES = {
    *("AucComparison", "CalibrationLine", "Confusion", "DataError", "DataInfo", "Dataset"),
    *("DecisionCurve", "DivergenceError", "Estimate", "Finding", "FrozenThreshold"),
    *("PrecisionRecallCurve", "Reliability", "RocCurve", "Rule", "Run", "Sample", "Split"),
    *("SplitAudit", "Verdict"),
}


LESSON_CASES = [
    pytest.param(item, id=f"{module}.{public}")
    for module, public, item in public_objects(LESSON_MODULES)
    if callable(item)
]


@pytest.mark.parametrize("item", LESSON_CASES)
def test_public_docstrings_name_their_lesson(item):
    last = inspect.getdoc(item).strip().splitlines()[-1]
    match = re.fullmatch(r"Introduced in notebook (\d\d), \*(.+)\*\.", last)
    assert match, f"the last line must name the lesson; got {last!r}"
    found = list((ROOT / "notebooks").glob(f"{match[1]}_*.ipynb"))
    if not found:
        assert match[1] in PLANNED
        return
    sections = sections_of(found[0])
    assert match[2] in sections
    used = re.search(rf"\b{item.__name__}\b", sections[match[2]])
    assert used or item.__name__ in MET_AS_VALUES, f"{item.__name__} is not in that section"


@pytest.mark.parametrize("item", LESSON_CASES)
def test_public_functions_document_their_arguments(item):
    if not inspect.isfunction(item):
        return
    text, arguments = inspect.getdoc(item), list(inspect.signature(item).parameters)
    for argument in arguments:
        assert re.search(rf"^.*\b{argument}\b.* : ", text, re.MULTILINE), (
            f"{argument} is undocumented"
        )
    returns = any(
        isinstance(node, ast.Return) and node.value is not None
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(item))))
    )
    assert not returns or "Returns\n-------" in text


def proved_helpers(sources):
    """Collect the names in the `reference` and `law` marks of tests."""
    pattern = r'^@pytest\.mark\.(?:reference|law)\("(\w+)"\)'
    return {name for source in sources for name in re.findall(pattern, source, re.MULTILINE)}


PROVED = proved_helpers(
    path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
)


@pytest.mark.parametrize(
    "public",
    [
        public
        for module, public, item in public_objects(NUMERIC_MODULES)
        if inspect.isfunction(item)
        or (module in PROVED_CLASSES and inspect.isclass(item) and public not in PASSIVE_CLASSES)
    ],
)
def test_numeric_helpers_are_proved(public):
    assert public in PROVED, f"{public} needs a test marked reference or law"


def test_the_check_of_proofs_can_fail():
    marked = '@pytest.mark.law("one")\ndef test_one(): ...\n# @pytest.mark.law("two")\n'
    assert proved_helpers([marked]) == {"one"}
