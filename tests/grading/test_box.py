"""The box: what a program inside can see and do, what stops it, and that nothing outlives it."""

import contextlib
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from grading import box, box_watch
from grading.box import Limits, kernel_manager_class, probe_box, read_verdict, run_in_box

pytestmark = pytest.mark.grading

COURSE = Path(__file__).resolve().parents[2]
SMALL = Limits(time_s=60, memory_mb=512, processes=64, files_mb=64)

# An ordinary user must be able to read Python, which may lie in the home folder of root: show the
# installation once more, in a mount namespace where that home folder is open to all.
# of the course; its environment is often `.venv` there
SHOWN = sorted(
    ["helpers", "notebooks", *[path.name for path in [Path(sys.prefix)] if path.parent == COURSE]]
)
ORDINARY_USER = """
mount --rbind "$1" "$2" && mount -t tmpfs -o mode=755 home "$3" && mkdir -p "$1" &&
mount --rbind "$2" "$1" && shift 3 && HOME=/tmp exec setpriv --reuid 65534 --regid 65534 \
--clear-groups --inh-caps=-all -- "$@"
"""
AS_PROGRAM = """
import pathlib, sys, tempfile
from grading.box import Limits, read_verdict, run_in_box
with tempfile.TemporaryDirectory() as folder:
    limits = Limits(time_s=60, memory_mb=512, processes=64, files_mb=64)
    run_in_box([sys.executable, "-c", sys.argv[1], *sys.argv[2:]], folder, limits, output=None)
    print(read_verdict(folder))
"""


def run_as_ordinary_user(tmp_path, argv):
    """Run a program as a user who is not root, and return what it printed."""
    if os.geteuid() == 0:
        spare = tmp_path / "installation"
        spare.mkdir()
        script = ["unshare", "--mount", "sh", "-c", ORDINARY_USER, "sh", sys.base_prefix]
        home = pwd.getpwuid(0).pw_dir  # nobody else may look into it, and Python may lie there
        argv = [*script, str(spare), home, *argv]
    environment = os.environ | {"PYTHONPATH": str(COURSE)}
    done = subprocess.run(
        argv, env=environment, cwd="/", text=True, capture_output=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_as_me(tmp_path, code, *arguments, limits=SMALL):
    """Run Python code in the box; return what it printed, and the verdict."""
    folder = tmp_path / "box"
    folder.mkdir()
    output = tmp_path / "output.txt"
    with output.open("wb") as stream:
        run_in_box([sys.executable, "-c", code, *arguments], folder, limits, output=stream)
    return output.read_text(encoding="utf-8"), read_verdict(folder)


def run_as_other(tmp_path, code, *arguments):
    argv = [sys.executable, "-c", AS_PROGRAM, code, *arguments]
    said, _, verdict = run_as_ordinary_user(tmp_path, argv).rstrip().rpartition("\n")
    return f"{said}\n", None if verdict == "None" else verdict


@pytest.fixture(params=[run_as_me, run_as_other])
def in_box(request, tmp_path):
    """Run code in the box as the user of the tests, and as an ordinary user."""
    return lambda code, *arguments: request.param(tmp_path, code, *arguments)


def processes_with(mark):
    """Find the processes, also those of other namespaces, that carry a mark on their command."""
    return [
        process.info["pid"]
        for process in psutil.process_iter(["pid", "cmdline"])
        if mark in " ".join(process.info["cmdline"] or ()) and process.pid != os.getpid()
    ]


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def execute(folder, *cells, limits=None, timeout=60):
    """Run cells in a boxed kernel through nbclient, as nbgrader does; return their outputs."""
    from nbclient import NotebookClient
    from nbformat import v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    manager = kernel_manager_class(folder, limits)
    options = {"timeout": timeout, "interrupt_on_timeout": True, "allow_errors": True}
    NotebookClient(notebook, kernel_manager_class=manager, **options).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory(prefix="box-") as name:
        yield Path(name)


def test_this_machine_has_a_box_for_both_kinds_of_user(tmp_path):
    assert probe_box() is None
    argv = [sys.executable, "-c", "from grading.box import probe_box; print(probe_box())"]
    assert run_as_ordinary_user(tmp_path, argv) == "None\n"


def test_the_program_is_an_ordinary_user_without_rights(in_box):
    code = "print(open('/proc/self/status').read())"
    said, verdict = in_box(code)
    lines = dict(line.split(":\t", 1) for line in said.splitlines() if ":\t" in line)
    assert lines["Uid"].split() == ["1000"] * 4
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(lines[name], 16) == 0, name
    assert lines["NoNewPrivs"] == "1"
    assert verdict is None


def test_the_program_reaches_no_network_not_even_this_machine(in_box):
    code = """
import socket
for family, kind, address in [
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 22)),
    (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 22)),
]:
    try:
        socket.socket(family, kind).connect(address)
        print("connected")
    except OSError as error:
        print(error.strerror)
"""
    said, _ = in_box(code)
    assert set(said.splitlines()) <= {"Network is unreachable", "Cannot assign requested address"}


def test_the_program_sees_helpers_and_no_other_part_of_the_course(in_box):
    code = """
import os, sys
course = sys.argv[1]
print(sorted(os.listdir(course)), os.listdir(course + "/notebooks"))
print(os.path.exists(course + "/helpers/start.py"), os.path.exists(sys.argv[2]))
"""
    said, _ = in_box(code, str(COURSE), str(Path(__file__)))
    assert said == f"{SHOWN} []\nTrue False\n"


def test_the_program_sees_no_secret_and_no_process_of_the_machine(in_box, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_GRADER", "42")
    code = """
import os, pathlib
print("SECRET_OF_THE_GRADER" in os.environ)
print({name for name in os.listdir("/proc") if name.isdigit()} == {"1", str(os.getpid())})
print(sorted(os.listdir("/etc")))
try:
    print(b"SECRET" in pathlib.Path("/proc/1/environ").read_bytes())
except PermissionError:
    print(False)
"""
    said, _ = in_box(code)
    secret, alone, settings, of_the_first = said.splitlines()
    assert (secret, alone, of_the_first) == ("False", "True", "False")
    assert "shadow" not in settings
    assert "hostname" not in settings


def test_the_program_has_namespaces_of_its_own(in_box):
    kinds = ("ipc", "mnt", "net", "pid", "user", "uts")
    code = "import os, sys; print(*(os.readlink(f'/proc/self/ns/{name}') for name in sys.argv[1:]))"
    said, _ = in_box(code, *kinds)
    mine = [os.readlink(f"/proc/self/ns/{name}") for name in kinds]
    assert len(said.split()) == len(kinds)
    assert set(said.split()).isdisjoint(mine)


def test_the_program_writes_only_in_its_own_folder(in_box):
    code = """
import pathlib, sys
for folder in [*sys.argv[1:], "/", "/usr/lib", "/etc", "/sockets", "/proc/sys/kernel", "/dev"]:
    try:
        pathlib.Path(folder, "new").write_text("")
        print("wrote in", folder)
    except OSError:
        pass
pathlib.Path("mine.txt").write_text("kept")
print(pathlib.Path("/tmp/mine.txt").read_text())
"""
    said, _ = in_box(code, str(COURSE), str(COURSE / "helpers"), sys.prefix, sys.base_prefix)
    assert said == "kept\n"


def test_all_that_is_shown_is_read_only_whoever_owns_it(in_box):
    said, _ = in_box("print(open('/proc/mounts').read())")
    mounts = [line.split() for line in said.splitlines() if line]
    writable = {place for _, place, _, options, *_ in mounts if "ro" not in options.split(",")}
    devices = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")}
    assert writable == {"/tmp", "/dev/shm", "/proc"} | devices
    assert {"/", str(COURSE / "helpers")} < {place for _, place, *_ in mounts} - writable


def test_a_course_in_a_folder_that_is_shown_stays_hidden(tmp_path, monkeypatch):
    plan = box_watch._plan

    def plan_with_the_course(*arguments):
        made = plan(*arguments)
        return made | {"read_only": [*made["read_only"], str(COURSE)]}

    monkeypatch.setattr(box_watch, "_plan", plan_with_the_course)
    said, _ = run_as_me(tmp_path, "import os, sys; print(os.listdir(sys.argv[1]))", str(COURSE))
    assert sorted(eval(said)) == SHOWN


def test_a_namespace_of_its_own_gives_the_program_nothing(in_box):
    code = """
import subprocess
for command in ["unshare -Ur true", "unshare -Urm mount -t tmpfs none /tmp", "unshare -m true",
                "mount -o remount,rw /", "umount -l /proc", "mknod /tmp/disk b 8 0"]:
    done = subprocess.run(command.split(), capture_output=True)
    print(done.returncode != 0)
"""
    said, _ = in_box(code)
    assert said.split() == ["True"] * 6


def test_the_files_of_the_program_are_bounded(in_box):
    code = """
try:
    for number in range(100):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(2**20 * 10))
except OSError as error:
    print(error.strerror, number)
"""
    said, _ = in_box(code)
    assert said == "No space left on device 6\n"


def test_an_infinite_loop_is_stopped_by_the_time_limit(tmp_path):
    start = time.monotonic()
    _, verdict = run_as_me(tmp_path, "while True: pass", limits=Limits(time_s=2))
    assert verdict == "ran longer than 2 s and was stopped"
    assert time.monotonic() - start < 10


def test_a_program_that_takes_8_gigabytes_is_stopped_early(tmp_path):
    before, least, done = psutil.virtual_memory().available, [], threading.Event()

    def look():
        while not done.wait(0.02):
            least.append(psutil.virtual_memory().available)

    observer = threading.Thread(target=look)
    observer.start()
    code = "blocks = [bytearray(b'x' * 2**26) for _ in range(128)]; print('had it all')"
    said, verdict = run_as_me(tmp_path, code)
    done.set()
    observer.join()
    assert verdict == "used more than 512 MB of memory and was stopped"
    assert said == ""
    assert before - min(least) < 3 * 2**30


MEMORY_HIDES = {
    "in a file without a name": """
import os, time
files = [os.memfd_create(str(number)) for number in range(20)]
for file in files:
    os.write(file, bytes(2**20 * 60))
time.sleep(30)
""",
    "in System V segments": """
import ctypes, time
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(20):
    place = libc.shmat(libc.shmget(0, 2**20 * 60, 0o1600), None, 0)
    ctypes.memset(place, 1, 2**20 * 60)
    libc.shmdt(ctypes.c_void_p(place))
time.sleep(30)
""",
    "in many processes": """
import os, time
for _ in range(20):
    if os.fork() == 0:
        block = bytearray(b"x" * 2**20 * 40)
        time.sleep(30)
time.sleep(30)
""",
}


@pytest.mark.parametrize("code", MEMORY_HIDES.values(), ids=MEMORY_HIDES)
@pytest.mark.parametrize("run", [run_as_me, run_as_other])
def test_memory_counts_wherever_it_hides(run, code, tmp_path):
    _, verdict = run(tmp_path, code)
    assert verdict == "used more than 512 MB of memory and was stopped"


def test_memory_that_processes_share_is_counted_once(tmp_path):
    code = """
import os, time
block = bytearray(b"x" * 2**20 * 150)
children = [os.fork() for _ in range(4)]
time.sleep(1.5)
"""
    assert run_as_me(tmp_path, code)[1] is None


def test_a_fork_bomb_is_stopped_and_leaves_nothing(tmp_path):
    mark = f"bomb{os.getpid()}"
    code = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
    most, done = [0], threading.Event()

    def look():
        while not done.wait(0.05):
            most.append(len(processes_with(mark)))

    observer = threading.Thread(target=look)
    observer.start()
    _, verdict = run_as_me(tmp_path, code, mark)
    done.set()
    observer.join()
    assert verdict == "had more than 64 processes and threads and was stopped"
    assert 1 < max(most) <= SMALL.processes + box_watch.SPARE_PROCESSES + 10
    assert processes_with(mark) == []


def test_linux_itself_bounds_the_processes_if_the_watchdog_is_slow(in_box):
    code = """
import os, resource, time
print(resource.getrlimit(resource.RLIMIT_NPROC))
resource.setrlimit(resource.RLIMIT_NPROC, (20, 20))
number = 0
try:
    while number < 60:
        if os.fork() == 0:
            time.sleep(20)
        number += 1
except BlockingIOError:
    print(number < 20)
"""
    said, _ = in_box(code)
    assert said == f"({64 + box_watch.SPARE_PROCESSES}, {64 + box_watch.SPARE_PROCESSES})\nTrue\n"


DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
time.sleep(float(sys.argv[1]))
"""


def test_a_daemon_does_not_outlive_the_program(tmp_path):
    mark = f"daemon{os.getpid()}"
    assert run_as_me(tmp_path, DAEMON, "0.5", mark)[1] is None
    assert processes_with(mark) == []


@pytest.mark.parametrize("who", ["me", "an ordinary user"])
def test_who_kills_the_watchdog_kills_everything_in_the_box(who, tmp_path):
    mark = f"orphan{os.getpid()}{who[:2]}"
    argv = [sys.executable, "-c", AS_PROGRAM, DAEMON, "600", mark]
    script = f"import subprocess, sys; sys.exit(subprocess.call({argv!r}))"
    target = argv if who == "me" else [sys.executable, "-c", script]
    runner = threading.Thread(target=_run_quietly, args=(who, tmp_path, target))
    runner.start()
    wait_until(lambda: len(_sleepers(mark)) >= 2)
    for pid in processes_with(mark):
        if AS_PROGRAM in psutil.Process(pid).cmdline():
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: processes_with(mark) == [])
    runner.join(20)
    assert not runner.is_alive()


def _run_quietly(who, tmp_path, argv):
    if who == "me":
        environment = os.environ | {"PYTHONPATH": str(COURSE)}
        subprocess.run(argv, env=environment, check=False)
    else:
        with pytest.raises(AssertionError):
            run_as_ordinary_user(tmp_path, argv)


def _sleepers(mark):
    """Find the processes of the daemon itself: inside, their command ends with the mark."""
    found = []
    for pid in processes_with(mark):
        with contextlib.suppress(psutil.NoSuchProcess):
            command = psutil.Process(pid).cmdline()
            if command[:3] == [sys.executable, "-c", DAEMON]:
                found.append(pid)
    return found


def test_a_boxed_kernel_trains_a_network_and_draws(folder):
    cell = """
import helpers.start, keras, numpy as np, matplotlib.pyplot as plt
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(np.ones((64, 4)), np.ones((64, 1)), epochs=2, verbose=0)
plt.plot(history.history["loss"])
plt.close()
"""
    count = "import os; print(len(os.listdir('/proc/self/task')))"
    trained, counted = execute(folder, cell, count)
    assert [output for output in trained if output.output_type == "error"] == []
    assert int(counted[0].text) < Limits().processes / 2
    assert read_verdict(folder) is None
    assert list((folder / "sockets").iterdir()) == []


def test_a_boxed_kernel_cannot_fill_the_folder_of_its_sockets(folder):
    cell = """
import os
print(sorted(os.listdir("/sockets")))
open("/sockets/big", "wb")
"""
    (listed, refused), _ = execute(folder, cell, "")
    assert listed.text.count("kernel-") == 5
    assert "Read-only file system" in refused.evalue


def test_a_cell_can_be_interrupted_and_the_next_one_runs(folder):
    first, second = execute(folder, "while True: pass", "print('still here')", timeout=3)
    assert first[-1].ename == "KeyboardInterrupt"
    assert second[0].text == "still here\n"


def test_the_client_sees_a_dead_kernel_and_the_verdict_says_why(folder):
    from nbclient.exceptions import DeadKernelError

    with pytest.raises(DeadKernelError):
        execute(folder, "block = bytearray(b'x' * 2**30)", limits=SMALL)
    assert read_verdict(folder) == "used more than 512 MB of memory and was stopped"


def test_a_kernel_that_ends_itself_is_dead_without_a_verdict(folder):
    from nbclient.exceptions import DeadKernelError

    with pytest.raises(DeadKernelError):
        execute(folder, "import os; os._exit(0)")
    assert read_verdict(folder) is None


def test_a_folder_too_deep_for_sockets_is_refused(tmp_path):
    with pytest.raises(ValueError, match="`folder` must have a path of at most 80 characters"):
        kernel_manager_class(tmp_path / ("x" * 80))


@pytest.mark.parametrize("program", ["missing", "refused"])
def test_without_namespaces_the_probe_says_so_in_a_sentence(program, tmp_path, monkeypatch):
    if program == "refused":
        stub = tmp_path / "setpriv"
        stub.write_text("#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n")
        stub.chmod(0o755)
    monkeypatch.setattr(box_watch, "SYSTEM_PATH", str(tmp_path))
    said = probe_box()
    assert said.startswith("No box for unknown code can be had on this machine: ")
    assert ("Operation not permitted" if program == "refused" else "No such file") in said


def test_the_probe_says_that_it_needs_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert probe_box().endswith("it needs Linux")


def test_the_probe_tells_a_box_that_is_not_shut(monkeypatch):
    monkeypatch.setattr(box, "run_in_box", _run_without_box)
    said = probe_box()
    assert "it sees files of the grader" in said
    assert "it can write in" in said


def _run_without_box(argv, folder, limits, *, output):
    return subprocess.run(argv, stdout=output, cwd=folder, check=False).returncode
