"""What the documents promise is there: assignments, sections, wrong answers, commands, links."""

import re
import shlex
from importlib import import_module

import nbformat
import pytest

import grading.cli
import helpers.cli
from grading.box_watch import Limits
from grading.sources import choose_assignments, graded_cells, read_source, source_path
from helpers.reruns.course import course_root, notebook_paths
from tests.assignments.structure import read_tasks

ROOT = course_root()
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "assignments/START.md"]
DOCUMENTS += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))
PROGRAMS = {"helpers": helpers.cli.main, "grading": grading.cli.main}
LIMITS = {
    "time, by the clock on the wall",
    "memory of all its processes together",
    "processes and threads",
    "files in `/tmp`",
}
ITALICS = re.compile(r"(?<!\*)\*([^*|]+)\*(?!\*)")
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
CODE = re.compile(r"^( *)```\n(.*?)^\1```|(?<!`)`([^`]+)`(?!`)", re.MULTILINE | re.DOTALL)


def read(document):
    return (ROOT / document).read_text(encoding="utf-8")


def rows_below(heading, text):
    """Return the rows of the table in one section, each as the list of its entries."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.split("\n") if line.startswith("|")]
    return [[entry.strip() for entry in row] for row in rows[2:]]


def promised(name):
    """Return what the row of an assignment must say: stars, tasks, points by hand, minutes."""
    source = read_source(source_path(name))
    tasks, _ = read_tasks(source)
    cells = graded_cells(source)
    stars = sorted({task.stars for task in tasks}, key=len)
    by_hand = sum(cell.points for cell in cells if cell.by_hand)
    points = sum(cell.points for cell in cells)
    minutes = sum(task.minutes for task in tasks)
    return [f"{stars[0]} to {stars[-1]}", str(len(tasks)), f"{points} ({by_hand})", str(minutes)]


def find_wrong_rows(text):
    rows = {row[0].split()[0]: row[1:] for row in rows_below("Assignments", text)}
    wanted = {name.split("_")[0]: promised(name) for name in choose_assignments()}
    return [number for number in rows | wanted if rows.get(number) != wanted.get(number)]


def headings_of(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return set(re.findall(r"^#+ (.*)$", text, re.MULTILINE))


def find_unknown_sections(text):
    """List what the timetables print in italics and the lesson of that row does not have."""
    unknown = []
    for timetable in ("Six weeks", "One day"):
        for row in map("|".join, rows_below(timetable, text)):
            lesson = re.search(r"lesson (\d\d)", row)
            known = headings_of(*notebook_paths([lesson[1]])) if lesson else set()
            unknown += [title for title in ITALICS.findall(row) if title not in known]
    return unknown


def find_unknown_mistakes(text):
    known = {
        (name[:2], wrong.mistake)
        for name in choose_assignments()
        for wrong in import_module(f"tests.assignments.zoo_{name[:2]}").WRONG_ANSWERS
    }
    rows = rows_below("Wrong answers, and what to ask then", text)
    return [tuple(row[:2]) for row in rows if tuple(row[:2]) not in known]


def commands_in(text):
    """Yield (program, words) for each command of the course that stands in code."""
    code = "\n".join(block or inline for _, block, inline in CODE.findall(text))
    for line in code.split("\n"):
        for match in re.finditer(r"-m (helpers|grading)\b([^;&#\u2026]*)", line):
            yield match[1], shlex.split(match[2])
        for match in re.finditer(r"^make ([a-z-]+)", line):
            yield "make", [match[1]]


def find_unknown_commands(text):
    targets = re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE)
    return [
        f"{program} {' '.join(words)}"
        for program, words in commands_in(text)
        if (words[0] not in targets if program == "make" else not is_known(program, words))
    ]


def is_known(program, words):
    """Tell whether a program has the commands and options that these words name."""
    command = PROGRAMS[program]
    while words and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return words[0] == "--help"
        command, words = command.commands[words[0]], words[1:]
    known = {"--help", "-h", "--"} | {option for item in command.params for option in item.opts}
    return {word for word in words if word.startswith("-")} <= known


def anchors_of(path):
    text = path.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


def find_dead_links(text, document):
    dead = []
    for target, anchor in LINK.findall(text):
        path = (ROOT / document).parent / target if target else ROOT / document
        if not path.exists() or (anchor and anchor not in anchors_of(path)):
            dead.append(f"{target}#{anchor}")
    return dead


def test_table_of_assignments_agrees_with_the_sources():
    assert find_wrong_rows(read("docs/teaching.md")) == []


def test_each_section_in_the_timetables_is_in_its_lesson():
    assert find_unknown_sections(read("docs/teaching.md")) == []


def test_each_wrong_answer_in_the_guide_is_one_that_the_tests_know():
    text = read("docs/teaching.md")
    assert find_unknown_mistakes(text) == []
    numbers = [row[0] for row in rows_below("Wrong answers, and what to ask then", text)]
    assert all(3 <= numbers.count(name[:2]) <= 4 for name in choose_assignments())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_command_in_the_documents_exists(document):
    assert find_unknown_commands(read(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_link_in_the_documents_resolves(document):
    assert find_dead_links(read(document), document) == []


def test_limits_of_the_box_are_those_of_the_page_on_grading():
    values = [row[1] for row in rows_below("The box", read("docs/grading.md")) if row[0] in LIMITS]
    limits = Limits()
    assert values == [
        f"{limits.time_s:g} s",
        f"{limits.memory_mb} MB",
        f"{limits.processes}",
        f"{limits.files_mb} MB, apart from the memory above",
    ]


SPOILT = [
    (find_wrong_rows, "| 24 (2) | 92 |", "| 24 (3) | 92 |", ["01"]),
    (find_wrong_rows, "| ★ to ★★★ | 7 | 23", "| ★ to ★★★ | 8 | 23", ["02"]),
    (find_wrong_rows, "| 24 (3) | 97 |", "| 24 (3) | 98 |", ["06"]),
    (find_unknown_sections, "*Downhill*", "*Uphill*", ["Uphill"]),
    (find_unknown_sections, "| lesson 02 up to *Sizes* |", "| lesson 02 up to *Size* |", ["Size"]),
    (find_unknown_mistakes, "corner for the middle", "corner", [("02", "corner")]),
    (find_unknown_commands, "-m grading release ", "-m grading publish ", ["grading publish"]),
    (find_unknown_commands, "path/to/submissions ", "here --now ", ["grading grade here --now"]),
    (find_unknown_commands, "`make run`", "`make everything`", ["make everything"]),
]


@pytest.mark.parametrize(("find", "old", "new", "found"), SPOILT)
def test_an_untrue_guide_is_seen(find, old, new, found):
    text = read("docs/teaching.md")
    assert text.count(old) == 1
    assert find(text.replace(old, new)) == found


def test_dead_links_are_seen():
    text = "[a](docs/none.md) [b](docs/teaching.md#none) [c](docs/teaching.md#one-day)"
    assert find_dead_links(text, "README.md") == ["docs/none.md#", "docs/teaching.md#none"]
