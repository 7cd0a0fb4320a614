"""The lock, the metadata and environment.yml say the same."""

import os
import re
import stat
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.test_structure import find_imports

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def parse_lock(text):
    """Map each locked package to its list of (requirement, number of checksums)."""
    packages = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text.replace("\\\n", " ")):
        entry = re.sub(r"^#.*$", "", entry, flags=re.MULTILINE).strip()
        if entry:
            requirement = Requirement(entry.split("--hash", 1)[0].strip())
            name = canonicalize_name(requirement.name)
            packages.setdefault(name, []).append((requirement, entry.count("--hash=sha256:")))
    return packages


LOCKED = parse_lock(LOCK)
REQUIRED = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]


def declared_in(requirements):
    """Collect the names of the packages that are required."""
    return {canonicalize_name(Requirement(text).name) for text in requirements}


DECLARED = declared_in(REQUIRED)


def find_unlocked(requirements, locked):
    """List the requirements that no locked version satisfies."""
    missing = []
    for text in requirements:
        wanted = Requirement(text)
        entries = locked.get(canonicalize_name(wanted.name), [])
        versions = [str(entry.specifier).removeprefix("==") for entry, _ in entries]
        if not versions or not all(version in wanted.specifier for version in versions):
            missing.append(f"{text}: locked {versions or 'nothing'}")
    return missing


def test_every_declared_package_is_locked_within_its_range():
    assert find_unlocked(REQUIRED, LOCKED) == []


def test_the_check_of_the_lock_can_fail():
    assert find_unlocked(["no-such-package"], LOCKED)
    assert find_unlocked(["keras<2"], LOCKED)


def test_every_locked_package_is_pinned_and_has_checksums():
    assert len(LOCKED) > 100
    for entries in LOCKED.values():
        for requirement, checksums in entries:
            assert str(requirement.specifier).startswith("==")
            assert checksums > 0


def test_the_lock_names_no_index():
    assert not re.search(r"://|--index|--find-links|file:", LOCK)


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin"])
@pytest.mark.parametrize("python", ["3.11.9", "3.12.9", "3.13.9"])
def test_one_version_a_package_on_each_platform(platform, python):
    place = {
        "sys_platform": platform,
        "os_name": "nt" if platform == "win32" else "posix",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "arm64" if platform == "darwin" else "x86_64",
    }
    for name, entries in LOCKED.items():
        fitting = [r for r, _ in entries if r.marker is None or r.marker.evaluate(place)]
        assert len(fitting) == 1 if name in DECLARED else len(fitting) <= 1, name


def test_environment_yml_holds_the_lock_only():
    *conda, pip = ENVIRONMENT["dependencies"]
    assert pip == {"pip": ["-r requirements.lock"]}
    (python,) = [item for item in conda if item.startswith("python=")]
    assert python.split("=")[1] in SpecifierSet(PROJECT["requires-python"])
    assert set(conda) == {python, "pip"}


def test_binder_installs_the_package_after_the_lock():
    script = ROOT / "postBuild"
    assert "pip install --no-deps --no-build-isolation -e ." in script.read_text(encoding="utf-8")
    if os.name == "posix":  # Windows has no such bit; git keeps it
        assert script.stat().st_mode & stat.S_IXUSR


def test_bootstrap_and_metadata_agree_on_python():
    import bootstrap

    allowed = SpecifierSet(PROJECT["requires-python"])
    for minor in range(9, 16):
        inside = bootstrap.LOWEST <= (3, minor) <= bootstrap.HIGHEST
        assert (f"3.{minor}.0" in allowed) == inside


def test_continuous_integration_runs_make_test_and_nothing_else():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert re.findall(r"^\s*(?:exec )?make .*$", script, re.MULTILINE) == ["exec make test"]
    assert 'COURSE_DATA_DIR="$(cd ../shared/data && pwd)"' in script  # an absolute path
    assert "export COURSE_DATA_DIR" in script


# modules whose package has another name
PACKAGE_OF = {
    "IPython": "ipython",
    "jupyter_client": "jupyter-client",
    "ml_dtypes": "ml-dtypes",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
OWN = {"helpers", "tests", "bootstrap", "benchmarks", "grading"}
# the gradients of the other backends: installed by who uses them
OTHER_BACKENDS = {"jax", "torch"}


def find_undeclared(sources, declared):
    """List the third-party packages that sources import and nobody declares."""
    modules = {name.split(".")[0] for source in sources for name in find_imports(source)}
    foreign = modules - OWN - OTHER_BACKENDS - set(sys.stdlib_module_names)
    return sorted({PACKAGE_OF.get(name, name) for name in foreign} - declared)


def sources_below(*folders):
    """Read the modules of the project's folders."""
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [path.read_text(encoding="utf-8") for path in paths]


def test_every_imported_package_is_declared():
    runtime = declared_in(PROJECT["dependencies"])
    grading = declared_in(PROJECT["optional-dependencies"]["grading"])
    assert find_undeclared(sources_below("helpers"), runtime) == []
    assert find_undeclared(sources_below("grading"), runtime | grading) == []
    assert find_undeclared(sources_below("tests"), DECLARED | grading) == []


def test_the_check_of_imports_can_fail():
    assert find_undeclared(["def f():\n    import polars.io"], DECLARED) == ["polars"]
