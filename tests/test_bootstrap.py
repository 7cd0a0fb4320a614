"""The first command of a newcomer: what it refuses, and that a second call costs nothing."""

import builtins
import platform
import sys
from collections import namedtuple

import pytest

import bootstrap

Version = namedtuple("Version", "major minor micro releaselevel serial")


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Point bootstrap at an empty copy of the project, and record what it would run."""
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(f"of {name}\n", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "installed-from.txt")
    calls = []
    monkeypatch.setattr(bootstrap, "pip", lambda *arguments: calls.append(arguments))
    return calls


def test_the_first_call_installs_the_checked_lock_then_the_package(nowhere, capsys):
    bootstrap.main()
    lock, package = nowhere
    assert "--require-hashes" in lock
    assert lock[-1].endswith("requirements.lock")
    assert {"--no-deps", "--no-build-isolation", "--editable"} <= set(package)
    assert bootstrap.version_in_venv() == platform.python_version()
    assert "ready" in capsys.readouterr().out


def test_the_second_call_does_nothing(nowhere, capsys):
    bootstrap.main()
    nowhere.clear()
    capsys.readouterr()
    bootstrap.main()
    assert nowhere == []
    assert capsys.readouterr().out == ""


def test_a_changed_lock_is_installed_anew(nowhere):
    bootstrap.main()
    nowhere.clear()
    (bootstrap.ROOT / "requirements.lock").write_text("of another day\n", encoding="utf-8")
    bootstrap.main()
    assert len(nowhere) == 2


def test_an_interrupted_installation_is_completed(nowhere, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(bootstrap, "pip", stop)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.main()
    bootstrap.main()
    assert len(nowhere) == 2


def test_an_environment_of_another_machine_is_made_anew(nowhere):
    bootstrap.main()
    python = bootstrap.venv_python()
    python.unlink()
    python.write_bytes(b"no program of this machine")  # cannot even be started
    bootstrap.STAMP.unlink()
    bootstrap.main()
    assert bootstrap.version_in_venv() == platform.python_version()


@pytest.mark.parametrize("arguments", [["--help"], ["run"]])
def test_arguments_install_nothing(nowhere, arguments):
    with pytest.raises(SystemExit):
        bootstrap.main(arguments)
    assert nowhere == []


@pytest.mark.parametrize("minor", [10, 14])
def test_another_python_is_refused(monkeypatch, minor):
    monkeypatch.setattr(sys, "version_info", Version(3, minor, 0, "final", 0))
    with pytest.raises(SystemExit, match=r"Python 3.11 to 3.13 is required.*make PYTHON="):
        bootstrap.check_machine()


@pytest.mark.parametrize("missing", ["ensurepip", "venv"])
def test_a_missing_module_is_named_with_its_package(monkeypatch, missing):
    real_import = builtins.__import__

    def without(name, *rest, **named):
        if name == missing:
            raise ImportError(f"No module named {name!r}", name=name)
        return real_import(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    with pytest.raises(SystemExit, match=f"{missing!r} is missing.*sudo apt install {package}"):
        bootstrap.check_machine()


def test_an_intel_mac_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(SystemExit, match="no package for Macs with an Intel processor"):
        bootstrap.check_machine()


def test_a_failing_pip_says_what_to_do(monkeypatch):
    monkeypatch.setattr(bootstrap, "venv_python", lambda: sys.executable)
    with pytest.raises(SystemExit, match="give the same command again"):
        bootstrap.pip("no-such-command")
