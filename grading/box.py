"""The box: a Jupyter kernel for unknown code, shut in by Linux and watched from outside.

Only the kernel runs inside. It sees Python, the installed packages and `helpers`, all read-only;
it has no network, no other processes, no rights, and files only in memory. The notebook client,
the gradebook and the scoring stay outside.

For the callers:

- `probe_box()`: None, or a sentence that says why no box can be had on this machine;
- `kernel_manager_class(folder, limits)`: what nbclient and nbgrader take as the argument
  `kernel_manager_class` (nbgrader's `Execute` ignores it in a configuration: give it to
  `__init__`, in a subclass). `folder` is new and empty for each kernel, with a path of at most 80
  characters (Unix sockets allow no more), and is thrown away afterwards;
- `read_verdict(folder)`: None, or why the watchdog stopped the kernel, as the end of a sentence:
  "used more than 3072 MB of memory and was stopped". The client itself sees a dead kernel;
- `Limits(time_s, memory_mb, processes, files_mb)`: what one kernel may use in its whole life;
- `run_in_box(argv, folder, limits)`: any other program in the same box; returns its exit status.

The work is done by `box_watch.py`, the program that the client starts as its kernel, and by
`box_inside.py`, the first process in the box. Whoever kills the first kills everything in it.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from grading.box_watch import COURSE, VERDICT, Limits, run_in_box

__all__ = ["Limits", "kernel_manager_class", "probe_box", "read_verdict", "run_in_box"]

MAX_FOLDER_LENGTH = 80
MOST_BYTES = 20_000_000  # of one message of the kernel: a larger one is never taken in
WATCH = Path(__file__).with_name("box_watch.py").resolve()
PROBE_LIMITS = Limits(time_s=30, memory_mb=512, processes=16)
TRIAL = """
import os, pathlib, socket, sys
course, home = map(pathlib.Path, sys.argv[1:])
wrong = []
if os.getuid() == 0 or "CapEff:\\t0000000000000000" not in open("/proc/self/status").read():
    wrong.append("it has the rights of root")
for host in ("127.0.0.1", "192.0.2.1"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        if channel.connect_ex((host, 53)) == 0:
            wrong.append(f"it reaches {host}")
if (course / "assignments").exists() or (course / "build").exists() or list(home.glob("*.ipynb")):
    wrong.append("it sees files of the grader")
if not (course / "helpers" / "start.py").exists():
    wrong.append("it does not see `helpers`")
for folder in ("/", "/usr", "/etc", sys.prefix, course, course / "helpers"):
    if os.access(folder, os.W_OK):
        wrong.append(f"it can write in {folder}")
pathlib.Path("box_trial").write_text("it can write in its own folder")
print("the program in it says: " + ", ".join(wrong) if wrong else "shut")
"""


def kernel_manager_class(folder, limits=None):
    """Make the kernel manager class whose kernel runs in a box of its own.

    Raises
    ------
    ValueError
        If the path of `folder` is too long for Unix sockets.
    """
    import zmq
    from jupyter_client.asynchronous import AsyncKernelClient
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    folder = Path(folder).resolve()
    if len(str(folder)) > MAX_FOLDER_LENGTH:
        raise ValueError(
            f"`folder` must have a path of at most {MAX_FOLDER_LENGTH} characters; "
            f"got {len(str(folder))}: {folder}. Make it with `tempfile.mkdtemp()`."
        )
    settings = json.dumps(asdict(limits or Limits()))
    argv = [sys.executable, "-I", str(WATCH), str(folder), settings, "{connection_file}"]
    spec = KernelSpec(argv=argv, display_name="A kernel in a box", language="python")

    class BoundedClient(AsyncKernelClient):
        def _context_default(self):
            context = super()._context_default()
            context.setsockopt(zmq.MAXMSGSIZE, MOST_BYTES)
            return context

    class BoxedKernelManager(AsyncKernelManager):
        client_factory = BoundedClient

        def __init__(self, **options):
            super().__init__(**options)
            self.transport = "ipc"  # Unix sockets need no network
            self.connection_file = str(folder / "kernel.json")
            self.ip = str(folder / "sockets" / "kernel")

        @property
        def kernel_spec(self):
            return spec

    return BoxedKernelManager


def read_verdict(folder):
    """Return why the watchdog stopped the kernel, or None if it did not."""
    path = Path(folder) / VERDICT
    return path.read_text(encoding="utf-8") if path.exists() else None


def probe_box():
    """Run a small program in a box, and return why that failed; None if the box is shut.

    Nothing is concluded from the programs that are installed: they may be there and be refused.
    """
    if sys.platform != "linux":
        return "No box for unknown code can be had on this machine: it needs Linux"
    home = Path.home().resolve()
    with tempfile.TemporaryDirectory(prefix="box-") as folder:
        output = Path(folder, "output.txt")
        argv = [sys.executable, "-I", "-c", TRIAL, str(COURSE), str(home)]
        with output.open("wb") as stream:
            status = run_in_box(argv, folder, PROBE_LIMITS, output=stream)
        said = output.read_text(encoding="utf-8", errors="replace").strip()
        if status == 0 and said == "shut":
            return None
        reason = read_verdict(folder) or (said.splitlines() or [f"exit status {status}"])[-1]
    return f"No box for unknown code can be had on this machine: {reason[:500]}"
