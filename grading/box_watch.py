"""The outer end of the box: start a program in it, watch its processes, stop it at a limit.

It is started as `python box_watch.py FOLDER LIMITS CONNECTION_FILE ...` in place of a kernel, and
therefore imports nothing of the course.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

COURSE = Path(__file__).resolve().parents[1]
INSIDE = Path(__file__).with_name("box_inside.py").resolve()
VERDICT = "verdict.txt"
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PAUSE_S = 0.1  # between two looks at the processes
SPARE_PROCESSES = 32  # so that the watchdog sees the limit passed before Linux refuses a process
SHARED_MEMORY_STATUS = 71  # also in `box_inside.py`
FIRST_USER = 61184  # systemd's range for users that live as long as one service
NUM_USERS = 4336
MEGABYTE = 2**20

# Libraries would start a thread for each core, and look for a graphics card or for old results.
ENVIRONMENT = {
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(COURSE),
    "PYTHONDONTWRITEBYTECODE": "1",
    "COURSE_CACHE": "off",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


@dataclass(frozen=True)
class Limits:
    """What one program in the box may use, together with all processes that it starts."""

    time_s: float = 120
    memory_mb: int = 3072
    processes: int = 256  # processes and threads; TensorFlow needs about 20
    files_mb: int = 256  # all its files; they lie in memory, and count apart from `memory_mb`


def run_in_box(argv, folder, limits=None, *, connection=None, output=subprocess.DEVNULL):
    """Run a program in a box, stop it at a limit, and return its exit status.

    `folder` is a new folder of the caller. `connection` is the content of a kernel's connection
    file; its sockets then lie in `folder`. `output` takes what the program prints.
    """
    limits = limits or Limits()
    folder = Path(folder)
    for name in ("root", "sockets"):
        (folder / name).mkdir(mode=0o700)
    plan = _plan(argv, folder, limits, connection)
    try:
        process = subprocess.Popen(
            [*_unshare(), sys.executable, "-I", "-S", str(INSIDE)],
            stdin=subprocess.PIPE, stdout=output, stderr=output,
            env={"PATH": SYSTEM_PATH}, cwd="/",
        )  # fmt: skip
    except OSError as error:
        _write_verdict(folder, f"cannot be started: {error}")
        return 1
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(json.dumps(plan).encode())
    try:
        reason = _watch(process, limits)
    finally:
        _stop(process)
    if reason:
        _write_verdict(folder, f"{reason} and was stopped")
    return process.returncode


def _unshare():
    """Return the command that gives a program namespaces of its own, which die with this one."""
    as_root = os.geteuid() == 0
    user = [] if as_root else ["--user", "--map-root-user"]
    namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
    # `setpriv` makes Linux kill `unshare` when this program dies
    return ["setpriv", "--pdeathsig", "KILL", "unshare", *user, *namespaces, "--"]


def _plan(argv, folder, limits, connection):
    """Describe for `box_inside.py` what to build and what to start."""
    return {
        "argv": argv,
        "environment": {"PATH": f"{sys.prefix}/bin:/usr/bin:/bin", **ENVIRONMENT},
        "root": str(folder / "root"),
        "sockets": str(folder / "sockets"),
        "connection": connection and dict(connection, ip="/sockets/kernel"),
        "read_only": sorted({sys.prefix, sys.base_prefix, str(Path(sys.prefix).resolve())}),
        "course": str(COURSE),
        "user": FIRST_USER + os.getpid() % NUM_USERS if os.geteuid() == 0 else None,
        "limits": asdict(limits) | {"processes": limits.processes + SPARE_PROCESSES},
    }


def _watch(process, limits):
    """Wait for the end of the program; return which limit it passed, or None."""
    end = time.monotonic() + limits.time_s
    me, client = psutil.Process(), os.getppid()
    while process.poll() is None:
        if os.getppid() != client:
            return "lost its client"
        if time.monotonic() > end:
            return f"ran longer than {limits.time_s:g} s"
        tree = me.children(recursive=True)
        if _count_threads(tree) > limits.processes:
            return f"had more than {limits.processes} processes and threads"
        if _uses_more(tree, limits.memory_mb * MEGABYTE):
            return f"used more than {limits.memory_mb} MB of memory"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PAUSE_S)
    if process.returncode == SHARED_MEMORY_STATUS:
        return f"used more than {limits.memory_mb} MB of memory"
    return None


def _count_threads(tree):
    total = 0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            total += process.num_threads()
    return total


def _uses_more(tree, limit):
    """Tell whether the processes use more memory; what they share is counted once."""
    resident, hidden = 0, {}
    for process in tree:
        with contextlib.suppress(psutil.Error, OSError):
            resident += process.memory_info().rss
            hidden.update(_memory_files(process.pid))
    hidden = sum(hidden.values())
    if resident + hidden <= limit:  # counts shared pages several times, but is quick
        return False
    exact = 0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            full = process.memory_full_info()
            exact += full.pss + full.swap
    return exact + hidden > limit


def _memory_files(pid):
    """Return the sizes of files without a name (`memfd_create`): memory that no process maps."""
    sizes = {}
    for entry in os.scandir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            if os.readlink(entry.path).startswith("/memfd:"):
                status = os.stat(entry.path)
                sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sizes


def _stop(process):
    """Kill the first process, and with it everything in the box; wait until all are gone."""
    tree = psutil.Process().children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(tree, timeout=10)


def _write_verdict(folder, text):
    draft = folder / f"{VERDICT}.new"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / VERDICT)


def main(folder, limits, connection_file, *options):
    """Be the kernel that a notebook client starts."""
    # An interrupt reaches the whole group of processes; it is meant for the kernel.
    signal.signal(signal.SIGINT, lambda *_: None)
    connection = json.loads(Path(connection_file).read_text(encoding="utf-8"))
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "/tmp/kernel.json", *options]
    return run_in_box(argv, folder, Limits(**json.loads(limits)), connection=connection)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
