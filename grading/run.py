"""Grading all submissions of a folder: several at a time, each kept as soon as it is done."""

import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path

from grading import gradebook
from grading.box import probe_box
from grading.grade import Result
from grading.sources import choose_assignments, find_folders
from grading.submissions import digest_of, find_submissions

GRADER = [sys.executable, "-W", "ignore", "-m", "grading.grade"]


def grade_folder(folder, names=(), *, jobs=2, accept_no_box=False, root=None, watch=None):
    """Grade the submissions that are new or changed; return the results of all of them.

    A submission is kept as soon as it is graded, so a run that was stopped can be started again.
    `watch(results, total)` wraps the results as they come, to show how far it has come.

    Raises
    ------
    ValueError
        If a name is no assignment, it was not released, there are no submissions, or no box can be
        had for their code and that is not accepted.
    """
    folders = find_folders(root)
    names = choose_assignments(names, root=root)
    masters = {name: folders.masters / name / f"{name}.ipynb" for name in names}
    _require_release(masters, folders)
    boxed = _choose_box(accept_no_box)
    submissions = find_submissions(folder, names)
    digests = {each: digest_of(each, masters[each.assignment]) for each in submissions}
    results = {each: gradebook.read_result(folders, each) for each in submissions}
    pending = [
        each for each, kept in results.items() if kept is None or kept.digest != digests[each]
    ]
    fresh = _grade_all(pending, digests, folders, jobs=jobs, boxed=boxed)
    try:
        for each, result in watch(fresh, len(pending)) if watch else fresh:
            results[each] = result
    finally:  # also for those that were graded before it was stopped
        known = [result for result in results.values() if result is not None]
        gradebook.write_table(folders, known)
    return known


def _require_release(masters, folders):
    missing = [name for name, path in masters.items() if not path.exists()]
    if missing or not folders.gradebook.exists():
        raise ValueError(
            f"An assignment must be released before it is graded; not released: "
            f"{', '.join(missing) or 'any'}. Run `python -m grading release`."
        )


def _choose_box(accept_no_box):
    """Return whether there is a box; refuse to go on without one unless that is accepted."""
    reason = probe_box()
    if reason is None:
        return True
    if not accept_no_box:
        raise ValueError(
            f"{reason}. So the code of students would run with your rights: it could read and "
            "change all your files and use the network. Grade on a Linux machine that allows a "
            "box (docs/grading.md), or accept that with `--accept-no-box`."
        )
    print(f"WARNING: {reason}. Students' code now runs with your rights.", file=sys.stderr)
    return False


def _grade_all(pending, digests, folders, *, jobs, boxed):
    """Yield each submission with its result, in the order in which they are done."""
    running = set()
    with (
        tempfile.TemporaryDirectory(dir=folders.build, prefix=".grading-") as aside,
        ThreadPoolExecutor(jobs) as pool,
    ):
        futures = {}
        for number, each in enumerate(pending):
            target = Path(aside, str(number))
            job = _job(each, digests[each], folders, target, boxed)
            futures[pool.submit(_grade_in_process, job, running)] = (each, target)
        try:
            for future in as_completed(futures):
                each, target = futures[future]
                yield each, _keep(future.result(), target, folders)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                with suppress(OSError):
                    process.stdin.close()  # it ends itself, and its box


def _job(submission, digest, folders, target, boxed):
    return {
        "student": submission.student,
        "assignment": submission.assignment,
        "folder": str(submission.folder.resolve()),
        "root": str(folders.root.resolve()),
        "digest": digest,
        "target": str(target),
        "boxed": boxed,
    }


def _grade_in_process(job, running):
    """Grade one submission in a process of its own, and return the result."""
    target = Path(job["target"])
    target.mkdir()
    errors = target / "errors.txt"  # a file: a pipe would stay open as long as any process in a box
    with errors.open("wb") as stream:
        process = subprocess.Popen(
            GRADER,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            text=True,
            cwd=Path(__file__).resolve().parents[1],
            start_new_session=True,  # an interrupt is for us; we tell it by closing its input
        )
    running.add(process)
    with suppress(OSError, ValueError):  # it has ended already, or it was told to
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
    process.wait()
    running.discard(process)
    said = errors.read_text(encoding="utf-8", errors="replace")
    written = target / "result.json"
    if written.exists():
        return gradebook.parse_result(written.read_text(encoding="utf-8"))
    reason = (said.strip().splitlines() or ["nothing was said"])[-1]
    # without a digest: the next run tries again
    return Result(
        job["student"], job["assignment"], "", rejected=f"the grader itself failed: {reason}"
    )


def _keep(result, target, folders):
    """Enter a result everywhere it belongs; the result file comes last and says that it is done."""
    graded = target / "graded.ipynb"
    if graded.exists():
        from grading.feedback import write_feedback

        gradebook.enter_scores(folders, result)
        place = folders.build / "autograded" / result.student / result.assignment
        place.mkdir(parents=True, exist_ok=True)
        graded.replace(place / f"{result.assignment}.ipynb")
        write_feedback(folders, result.student, result.assignment)
    gradebook.keep_result(folders, result)
    shutil.rmtree(target)
    return result
