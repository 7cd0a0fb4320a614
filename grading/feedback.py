"""The page that a student gets back: answers, points, and what each failed test said."""

import logging
import re
from contextlib import suppress
from html import escape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets.config import Config

from grading.release import listen
from grading.sources import HIDDEN
from helpers.reruns.files import write_text

HIDDEN_PART = re.compile(rf"[ \t]*{HIDDEN[0]}\n.*?{HIDDEN[1]}", re.S)

# The browser runs no script in the page and loads nothing: neither a student's nor nbgrader's.
LOCK = """<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'">"""


class HideTests(NbGraderPreprocessor):  # others are registered, but do not run unless enabled
    """Take out hidden tests, and the traces of errors, which quote them."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            cell.source = HIDDEN_PART.sub("# hidden tests", cell.source)
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        return cell, resources


class PlainText(IPythonRenderer):
    """Show HTML in Markdown as the text that it is."""

    def __init__(self):
        super().__init__(escape=True, allow_harmful_protocols=False)

    def block_mermaidjs(self, code):
        return f"<pre>{self.escape_html(code)}</pre>"


def render_markdown(source):
    """Turn Markdown into HTML that holds none of its author's own."""
    return MarkdownWithMath(renderer=PlainText()).render(source)


def _page(folders, student, assignment):
    return folders.build / "feedback" / student / assignment / f"{assignment}.html"


def write_feedback(folders, student, assignment):
    """Make the feedback page of a graded submission, from its notebook and the gradebook."""
    course = CourseDirectory(
        root=str(folders.build),
        db_url=f"sqlite:///{folders.gradebook}",
        student_id=student,
        assignment_id=assignment,
    )
    converter = GenerateFeedback(coursedir=course, log=logging.Logger("nbgrader"), force=True)
    told = listen(converter.log, logging.ERROR)
    converter.preprocessors = [GetGrades, HideTests, CSSHTMLHeaderPreprocessor]
    filters = {"markdown2html": render_markdown}
    converter.update_config(Config({"HTMLExporter": {"filters": filters}}))
    with suppress(NbGraderException):
        converter.start()
    page = _page(folders, student, assignment)
    if not page.exists():
        reason = " ".join(told) or "nbgrader gave no reason"
        raise OSError(
            f"The feedback page of {student} for {assignment} could not be made: {reason}"
        )
    before, after = page.read_text(encoding="utf-8").split("<head>", 1)
    page.write_text(f"{before}{LOCK}{after}", encoding="utf-8")
    return page


def write_rejection(folders, student, assignment, reason):
    """Make the page of a submission that could not be graded."""
    page = _page(folders, student, assignment)
    text = f"Your submission to {assignment} could not be graded. It {reason}"
    head = f"<!DOCTYPE html>\n<html>{LOCK}\n<meta charset='utf-8'></head>\n"
    write_text(page, f"{head}<body><p>{escape(text)}</p></body></html>\n")
