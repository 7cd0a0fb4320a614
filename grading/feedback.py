"""The page that a student gets back: answers, points, and what each failed test said."""

import logging
import re
from contextlib import suppress

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor, Preprocessor
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades

from grading.sources import HIDDEN

HIDDEN_PART = re.compile(rf"[ \t]*{HIDDEN[0]}\n.*?{HIDDEN[1]}", re.S)

# The browser runs no script in the page and loads nothing: neither a student's nor nbgrader's.
LOCK = """<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">"""


class HideTests(Preprocessor):
    """Take out hidden tests, and the traces of errors, which quote them."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            cell.source = HIDDEN_PART.sub("# hidden tests", cell.source)
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


def write_feedback(folders, student, assignment):
    """Make the feedback page of a graded submission, from its notebook and the gradebook."""
    course = CourseDirectory(
        root=str(folders.build),
        db_url=f"sqlite:///{folders.gradebook}",
        student_id=student,
        assignment_id=assignment,
    )
    log = logging.Logger("nbgrader")
    log.addHandler(logging.NullHandler())
    converter = GenerateFeedback(coursedir=course, log=log, force=True)
    converter.preprocessors = [GetGrades, HideTests, SanitizeHTML, CSSHTMLHeaderPreprocessor]
    with suppress(NbGraderException):
        converter.start()
    page = folders.build / "feedback" / student / assignment / f"{assignment}.html"
    if not page.exists():
        raise OSError(f"The feedback page of {student} for {assignment} could not be made.")
    page.write_text(
        LOCK.join(page.read_text(encoding="utf-8").split("<head>", 1)), encoding="utf-8"
    )
    return page
