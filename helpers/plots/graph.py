"""Draw how a number was computed: a box for each value, an arrow from what it was made of."""

from collections import defaultdict

from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

__all__ = ["plot_graph"]

WIDTH, HEIGHT = 0.64, 0.68  # of a box; columns and rows are 1 apart


def plot_graph(ax, result):
    """Draw the graph of a computed number with its values, slopes and gradients.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    result : helpers.scratch.Value
        The last value of the computation, after its `backward`.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Columns run from left to right in the order of the computation; each value stands one column
    before the first that uses it. A box says name and operation, value and gradient; a constant
    has a dashed box. The number on an arrow is the slope of the child by that parent alone. So a
    gradient is the sum, over the arrows that leave the box, of slope times the child's gradient.

    Introduced in notebook 03, *The chain rule on a graph*.
    """
    places = _place(result)
    for value, (column, row) in places.items():
        _draw_box(ax, value, column, row)
        for parent, slope in zip(value.parents, value.slopes, strict=True):
            _draw_arrow(ax, places[parent], (column, row), f"× {slope:.3g}")
    columns, rows = zip(*places.values(), strict=True)
    ax.set_xlim(min(columns) - 0.5, max(columns) + 0.5)
    ax.set_ylim(max(rows) + 0.5, min(rows) - 0.5)  # downwards, as in an image
    ax.set_axis_off()
    return ax


def _place(result):
    """Find the column and the row of each value; the rows of a column are centred at 0."""
    order = result.sort_graph()
    columns = {result: 0}
    for value in reversed(order):  # children before parents
        for parent in value.parents:
            columns[parent] = min(columns.get(parent, 0), columns[value] - 1)
    members = defaultdict(list)
    for value in order:
        members[columns[value]].append(value)
    return {
        value: (column, row - (len(values) - 1) / 2)
        for column, values in members.items()
        for row, value in enumerate(values)
    }


def _draw_box(ax, value, column, row):
    constant = not (value.name or value.operation)
    ax.add_patch(
        FancyBboxPatch(
            (column - WIDTH / 2, row - HEIGHT / 2),
            WIDTH,
            HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white",
            edgecolor="black",
            linestyle="--" if constant else "-",
            zorder=2,
        )
    )
    made = f"({value.operation})" if value.operation else ""
    title = "constant" if constant else f"{value.name} {made}".strip()
    lines = [title, f"value {value.data:.3g}"]
    if not constant:
        lines.append(f"gradient {value.gradient:.3g}")
    ax.text(column, row, "\n".join(lines), ha="center", va="center", fontsize=11, zorder=3)


def _draw_arrow(ax, start, end, label):
    begin, finish = (start[0] + WIDTH / 2, start[1]), (end[0] - WIDTH / 2, end[1])
    ax.add_patch(
        FancyArrowPatch(
            begin, finish, arrowstyle="-|>", mutation_scale=12, shrinkA=0, shrinkB=0, color="C0"
        )
    )
    middle = ((begin[0] + finish[0]) / 2, (begin[1] + finish[1]) / 2)
    background = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    ax.text(*middle, label, ha="center", va="center", fontsize=10, color="C3", bbox=background)
