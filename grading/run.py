"""Grading all submissions of a folder: several at a time, each kept as soon as it is done."""

import json
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from grading import gradebook
from grading.box import probe_box
from grading.grade import Result
from grading.lock import one_at_a_time
from grading.sources import choose_assignments, find_folders
from grading.submissions import STUDENT, digest_of, find_submissions

MOST_SECONDS = 600  # of a grader; its box ends much earlier, unless nothing works
GRADER = [sys.executable, "-W", "ignore", "-m", "grading.grade"]
ASIDE = ".grading-"  # folders for what is being graded


def grade_folder(folder, names=(), *, jobs=2, accept_no_box=False, root=None, watch=None):
    """Grade the submissions that are new or changed; return all results, earlier ones, too.

    A submission is kept as soon as it is graded, so a run that was stopped can be started again.
    `watch(results, total)` wraps the results as they come, to show how far it has come.

    Raises
    ------
    ValueError
        If a name is no assignment, it was not released, there are no submissions, or no box can be
        had for their code and that is not accepted.
    """
    folders = find_folders(root)
    names = choose_assignments(names or _released(folders), root=root)
    _require_release(names, folders)
    boxed = _choose_box(accept_no_box)
    submissions = find_submissions(folder, names)
    with one_at_a_time(folders):
        entered = gradebook.entered_submissions(folders)
        digests = {each: digest_of(each, folders.master(each.assignment)) for each in submissions}
        pending = [each for each in submissions if not _is_done(each, digests, entered, folders)]
        fresh = _grade_all(pending, digests, folders, jobs=jobs, boxed=boxed)
        try:
            with closing(fresh):  # it ends those that are being graded
                for _ in watch(fresh, len(pending)) if watch else fresh:
                    pass
        finally:  # also for those that were graded before it was stopped
            results = gradebook.add_manual_scores(folders, gradebook.read_results(folders))
            gradebook.write_table(folders, results)
    return results


def _released(folders):
    return sorted(path.name for path in folders.masters.glob("*") if path.is_dir())


def _is_done(submission, digests, entered, folders):
    kept = gradebook.read_result(folders, submission)
    if kept is None or kept.digest != digests[submission]:
        return False
    # an older copy of the gradebook may have been put back
    return bool(kept.rejected) or (submission.student, submission.assignment) in entered


def _require_release(names, folders):
    missing = [name for name in names if not folders.master(name).exists()]
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
    _remove_leftovers(folders)
    with (
        tempfile.TemporaryDirectory(dir=folders.build, prefix=ASIDE) as aside,
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


def _remove_leftovers(folders):
    """Delete what runs left behind that were killed; no other runs now."""
    for path in folders.build.glob(f"{ASIDE}*"):
        shutil.rmtree(path, ignore_errors=True)


def _job(submission, digest, folders, target, boxed):
    return {
        "student": submission.student,
        "assignment": submission.assignment,
        "folder": str(submission.folder.absolute()),  # a link must be seen as one
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
    try:
        process.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    running.discard(process)
    with suppress(OSError):
        process.stdin.close()
    said = errors.read_text(encoding="utf-8", errors="replace")
    written = target / "result.json"
    if process.returncode == 0 and written.exists():
        return gradebook.parse_result(written.read_text(encoding="utf-8"))
    reason = (said.strip().splitlines() or ["nothing was said"])[-1]
    # without a digest: the next run tries again
    return Result(
        job["student"], job["assignment"], "", rejected=f"the grader itself failed: {reason}"
    )


def _keep(result, target, folders):
    """Enter a result everywhere it belongs; the result file comes last and says that it is done."""
    from grading.feedback import write_feedback, write_rejection

    graded = target / "graded.ipynb"
    if result.rejected and result.digest:  # what there is of an earlier submission is not its page
        for name in ("autograded", "feedback"):
            earlier = folders.build / name / result.student / result.assignment
            shutil.rmtree(earlier, ignore_errors=True)
        if STUDENT.fullmatch(result.student):
            write_rejection(folders, result.student, result.assignment, result.rejected)
    if graded.exists():
        gradebook.enter_scores(folders, result)
        place = folders.build / "autograded" / result.student / result.assignment
        place.mkdir(parents=True, exist_ok=True)
        graded.replace(place / f"{result.assignment}.ipynb")
        try:
            write_feedback(folders, result.student, result.assignment)
        except Exception as error:  # one odd notebook must not stop the others
            note = f"there is no feedback page: {type(error).__name__}: {error}"
            result = replace(result, notes=[*result.notes, note])
    gradebook.keep_result(folders, result)
    shutil.rmtree(target)
    return result
