"""The first process in the box: build the box around itself, start the program, wait for its end.

It runs in namespaces of its own, as root of these namespaces, and reads its plan from the
standard input. The program itself is started as an ordinary user who cannot get more rights.
Without an import of the course or of installed packages: those become visible only in the box.
"""

import contextlib
import json
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
DEVICES = ("null", "zero", "full", "random", "urandom")
OWN = "box"  # the name of the mounts that are the box's own
PEOPLE = "root:x:0:0::/root:/bin/false\nstudent:x:1000:1000::/tmp:/bin/sh\n"
NO_RIGHTS = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"]
OWN_USER = ("unshare", "--user", "--keep-caps", "--map-user=1000", "--map-group=1000")
# One user namespace more, and then none: a new one would let the program mount things.
LAST_NAMESPACE = ("sh", "-c", 'echo 1 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh")
NUM_OPEN_FILES = 512
NUM_SOCKETS = 5  # shell, iopub, stdin, control, heartbeat
PAUSE_S = 0.05
SHARED_MEMORY_STATUS = 71  # also in `box_watch.py`
MEGABYTE = 2**20


def main():
    plan = json.load(sys.stdin)
    signal.signal(signal.SIGINT, lambda *_: None)  # an interrupt is meant for the program
    socket.sethostname("box")
    _build(plan)
    _enter(plan["root"])
    if plan["connection"]:
        Path("/tmp/kernel.json").write_text(json.dumps(plan["connection"]), encoding="utf-8")
        os.chmod("/tmp/kernel.json", 0o444)
    command = _as_ordinary_user(plan["user"]) + plan["argv"]
    sys.exit(_wait(_start(command, plan), plan))


def _run(*command):
    """Run a command, and end with its message if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"`{' '.join(command)}` failed: {' '.join(done.stderr.split())}")


def _build(plan):
    """Put together the new root: what is needed, read-only, at the paths it has outside."""
    root, course = Path(plan["root"]), Path(plan["course"])
    _run("mount", "-t", "tmpfs", "-o", "size=4m,mode=755", OWN, str(root))
    _memory_folder(root / "dev/shm", 64)
    _memory_folder(root / "tmp", plan["limits"]["files_mb"])
    for name in SYSTEM:
        if Path(name).is_symlink():
            (root / name[1:]).symlink_to(os.readlink(name))
        elif Path(name).is_dir():
            _bind(root, name)
    for name in SETTINGS:
        _bind(root, f"/etc/{name}")
    (root / "etc").mkdir(exist_ok=True)
    (root / "etc/passwd").write_text(PEOPLE, encoding="utf-8")
    in_course = [name for name in plan["read_only"] if course in Path(name).parents]
    for name in plan["read_only"]:
        if name not in in_course:
            _bind(root, name)
    _cover(root, course)
    for name in (*in_course, str(course / "helpers")):  # the environment is often `.venv` there
        _bind(root, name)
    (root / course.relative_to("/") / "notebooks").mkdir()  # `helpers` looks for it
    _make_read_only(root)
    for name in DEVICES:
        _bind(root, f"/dev/{name}")
    (root / "dev/fd").symlink_to("/proc/self/fd")
    (root / "sockets").mkdir()
    if plan["connection"]:
        if plan["user"]:
            os.chown(plan["sockets"], plan["user"], plan["user"])
        _run("mount", "--bind", plan["sockets"], str(root / "sockets"))
    (root / "proc").mkdir()
    _run("mount", "-t", "proc", "-o", "nosuid,nodev,noexec", "proc", str(root / "proc"))


def _bind(root, name):
    """Show a file or folder in the new root, with all that is mounted in it."""
    source, target = Path(name), root / name[1:]
    if not source.exists() or (target.exists() and os.path.samefile(source, target)):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        target.mkdir(exist_ok=True)
    else:
        target.touch()
    _run("mount", "--rbind", str(source), str(target))


def _cover(root, course):
    """Put an empty folder where the course is: it may lie in a folder that is shown, or in /tmp."""
    target = root / course.relative_to("/")
    target.mkdir(parents=True, exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "course", str(target))


def _make_read_only(root):
    """Make read-only what was bound so far: also what was mounted in it."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        place, kind = (part.split() for part in line.split(" - "))
        where = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), place[4])  # \040: a space
        if where.startswith(f"{root}/") and kind[1] != OWN:
            _run("mount", "-o", "remount,bind,ro,nosuid,nodev", where)


def _memory_folder(path, size_mb):
    """Make a folder for anybody whose files lie in memory, bounded in size and number."""
    path.mkdir(parents=True)
    options = f"size={size_mb}m,nr_inodes=20000,mode=1777,nosuid,nodev"
    _run("mount", "-t", "tmpfs", "-o", options, OWN, str(path))


def _enter(root):
    """Make the new root the only one; the old one is no longer to be had."""
    (Path(root) / "old").mkdir()
    os.chdir(root)
    _run("pivot_root", ".", "old")
    os.chdir("/")
    _run("umount", "--lazy", "/old")
    os.rmdir("/old")
    _run("mount", "-o", "remount,bind,ro", "/")


def _as_ordinary_user(user):
    """Return the command that starts a program without rights; `user`: a number, if we are root."""
    last = [*LAST_NAMESPACE, *OWN_USER, "setpriv", *NO_RIGHTS, "--"]
    if user is None:
        return last
    become = ["--reuid", str(user), "--regid", str(user), "--clear-groups"]
    ordinary = ["setpriv", *become, "--", "unshare", "--user", "--map-root-user", *last]
    if subprocess.run([*ordinary, "true"], capture_output=True).returncode == 0:
        return ordinary
    # Some systems (Ubuntu 24.04) give ordinary users no namespaces; then the program gets none.
    plain = ["setpriv", *become, *NO_RIGHTS, "--"]
    mount = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "x", "/tmp"]
    if subprocess.run([*plain, *mount], capture_output=True).returncode == 0:
        sys.exit("user namespaces cannot be closed to the program in the box")
    return plain


def _start(command, plan):
    """Start the program with bounded resources; return the number of its process."""
    child = os.fork()
    if child:
        return child
    try:
        if plan["connection"]:  # a kernel speaks through its sockets only
            nowhere = os.open("/dev/null", os.O_RDWR)
            for stream in range(3):
                os.dup2(nowhere, stream)
        os.chdir("/tmp")
        Path("/proc/self/oom_score_adj").write_text("1000")  # short of memory? then take this one
        size = plan["limits"]["files_mb"] * MEGABYTE
        processes = plan["limits"]["processes"]
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        resource.setrlimit(resource.RLIMIT_NOFILE, (NUM_OPEN_FILES, NUM_OPEN_FILES))
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
        os.execvpe(command[0], command, plan["environment"])
    finally:
        os._exit(1)


def _wait(child, plan):
    """Bury the dead until the program itself ends; return its exit status."""
    sockets_open = bool(plan["connection"])
    while True:
        buried, status = os.waitpid(-1, os.WNOHANG)
        if buried == child:
            return 1 if os.waitstatus_to_exitcode(status) else 0
        if sockets_open and len(os.listdir("/sockets")) >= NUM_SOCKETS:
            # This folder lies on the grader's disk: the kernel has its sockets, and needs no more.
            _run("mount", "-o", "remount,bind,ro,nosuid,nodev,noexec", "/sockets")
            sockets_open = False
        if _shared_memory() > plan["limits"]["memory_mb"] * MEGABYTE:
            return SHARED_MEMORY_STATUS
        if not buried:
            time.sleep(PAUSE_S)


def _shared_memory():
    """Return the bytes of System V shared memory, which no process needs to hold."""
    total = 0
    with contextlib.suppress(FileNotFoundError):  # a kernel can be built without it
        for line in Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()[1:]:
            total += int(line.split()[-2])  # the resident part
    return total


if __name__ == "__main__":
    main()
