"""The form that all assignments share: a table of tasks, headings that agree, one open question."""

import re
from dataclasses import dataclass

from grading.sources import grading_data, kind_of

HEADING = re.compile(r"## Task (\d+) (★{1,3}) (\S.*) \((\d+) points?, (\d+) minutes\)")
LEAST, MOST = 5, 8


@dataclass
class Task:
    """What a heading promises, and what the cells below it hold."""

    number: int
    stars: str
    points: int
    minutes: int
    kinds: list
    earned: int = 0

    @property
    def row(self):
        return [str(self.number), self.stars, str(self.points), str(self.minutes)]


def read_tasks(notebook):
    """Return the tasks, and the headings of level 2 that announce none."""
    tasks, wrong = [], []
    for cell in notebook.cells:
        headings = []
        if cell.cell_type == "markdown" and not grading_data(cell):
            headings = re.findall(r"^## .*$", cell.source, re.MULTILINE)
        for heading in headings:
            match = HEADING.fullmatch(heading)
            if match:
                number, stars, _, points, minutes = match.groups()
                tasks.append(Task(int(number), stars, int(points), int(minutes), []))
            else:
                wrong.append(heading)
        if tasks:
            tasks[-1].kinds.append(kind_of(cell))
            tasks[-1].earned += grading_data(cell).get("points", 0)
    return tasks, wrong


def find_deviations(notebook, name):
    """List where an assignment leaves the common form."""
    tasks, wrong = read_tasks(notebook)
    for heading in wrong:
        yield f"{heading!r} must read '## Task 3 ★★ Title (3 points, 10 minutes)'"
    if [task.number for task in tasks] != list(range(1, len(tasks) + 1)):
        yield f"tasks must be numbered from 1; got {[task.number for task in tasks]}"
    if not LEAST <= len(tasks) <= MOST:
        yield f"there must be {LEAST} to {MOST} tasks; got {len(tasks)}"
    for task in tasks:
        if task.points != task.earned:
            yield f"task {task.number} promises {task.points} points; its cells earn {task.earned}"
        if not {"test", "open"} & set(task.kinds):
            yield f"task {task.number} must have a test or be the open question"
    everything = [kind_of(cell) for cell in notebook.cells]
    if everything.count("open") != 1:
        yield f"there must be one open question; got {everything.count('open')}"
    yield from _find_deviations_of_start(notebook.cells[0].source, tasks, name)


def _find_deviations_of_start(start, tasks, name):
    title = f"# Assignment {name.split('_')[0]}: "
    if not start.startswith(title):
        yield f"the first cell must begin with {title!r}"
    rows = [
        [entry.strip() for entry in line.strip("| ").split("|")]
        for line in start.split("\n")
        if re.match(r"\| *\d", line)
    ]
    wanted = [task.row for task in tasks]
    if rows != wanted:
        yield f"the table must hold {wanted}; got {rows}"
