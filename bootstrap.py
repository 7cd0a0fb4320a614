"""Create `.venv` from the lock: the one step that needs nothing but Python.

    python3 bootstrap.py            (Windows: py bootstrap.py)

It installs exactly the packages of `requirements.lock`, each file checked against its checksum,
then the course's own package. Called again it finds the environment up to date and returns at once;
an interrupted or outdated one is completed.
"""

import argparse
import hashlib
import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed-from.txt"
LOWEST, HIGHEST = (3, 11), (3, 13)


def main(arguments=()):
    """Create or complete the environment; exit with a message where it cannot be done."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args(arguments)
    check_machine()
    wanted = describe_wanted()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == wanted and venv_python().exists():
        return
    create_venv()
    print(
        "Installing the packages of requirements.lock: about 3 GB of disk, some minutes.",
        flush=True,
    )
    pip("install", "--require-hashes", "--requirement", str(ROOT / "requirements.lock"))
    # everything it needs is in the lock, its build tool too: nothing more is fetched
    pip("install", "--no-deps", "--no-build-isolation", "--quiet", "--editable", str(ROOT))
    STAMP.write_text(wanted, encoding="utf-8")
    print(f"The environment is ready: {VENV}", flush=True)


def check_machine():
    """Refuse machines for which there is no TensorFlow, and say what would do."""
    if not LOWEST <= sys.version_info[:2] <= HIGHEST:
        refuse(
            f"Python {LOWEST[0]}.{LOWEST[1]} to {HIGHEST[0]}.{HIGHEST[1]} is required; this is "
            f"Python {platform.python_version()} ({sys.executable}). Name another one: "
            + ("py -3.12 bootstrap.py" if sys.platform == "win32" else "make PYTHON=python3.12 run")
        )
    if sys.maxsize < 2**32:
        refuse("A 64-bit Python is required; this one is 32-bit. Install a 64-bit Python.")
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        refuse(
            "TensorFlow has no package for Macs with an Intel processor. Use Binder, a Linux "
            "machine, or a Mac with Apple silicon (there: a native Python, not one under Rosetta)."
        )
    try:
        import ensurepip  # noqa: F401  Debian ships Python without these two
        import venv  # noqa: F401
    except ImportError as error:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        refuse(
            f"Python's module {error.name!r} is missing, so no environment can be created. "
            f"On Debian and Ubuntu install the package {package}: sudo apt install {package}"
        )


def describe_wanted():
    """Say what an up-to-date environment is made from."""
    files = ("requirements.lock", "pyproject.toml")
    digests = (hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in files)
    return "\n".join([platform.python_version(), str(ROOT), *digests])


def create_venv():
    """Create `.venv`, anew if it was made by another Python or is not whole."""
    import venv

    STAMP.unlink(missing_ok=True)
    if version_in_venv() == platform.python_version():
        return
    print(f"Creating {VENV} with Python {platform.python_version()}.", flush=True)
    try:
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=sys.platform != "win32").create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        refuse(f"The environment {VENV} could not be created: {error}")


def version_in_venv():
    """Ask the environment's Python for its version; None if there is none that works."""
    asked = [str(venv_python()), "-c", "import pip, platform; print(platform.python_version())"]
    try:
        answer = subprocess.run(asked, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()


def venv_python():
    """Locate the environment's Python on this platform."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def pip(*arguments):
    """Run the environment's pip; its own output tells what went wrong."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False).returncode:
        refuse(
            "pip could not install the packages (its message is above). Check the network and the "
            "free disk space (3 GB), then give the same command again: it goes on from here."
        )


def refuse(message):
    """Leave with a message that says what to do."""
    sys.exit(f"bootstrap: {message}")


if __name__ == "__main__":
    main(sys.argv[1:])
