"""The page of an executed notebook: one HTML file that needs neither scripts nor a network.

Formulas are MathML, figures are inside the page with their descriptions, and nothing is loaded from
elsewhere. What runs only with scripts (widgets, JavaScript) is left out.
"""

import html
import re
from pathlib import Path

import nbformat
from jinja2 import pass_context
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

from helpers.reruns.files import write_text
from helpers.reruns.mathematics import latex_to_mathml

# the first that an output has is shown
SHOWN = [
    *("text/html", "text/markdown", "image/svg+xml", "text/latex"),
    *("image/png", "image/jpeg", "text/plain"),
]
_LOADED = re.compile(
    r'<(?:img|script|link|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|href|data)="'
    r'(?!data:)([^"]*)"'
)
_DOLLARS = re.compile(r"(?<!\\)\$[^$]+\$")


def write_page(executed, page):
    """Write the page of an executed notebook.

    Parameters
    ----------
    executed : path-like
        The executed notebook.
    page : path-like
        The HTML file to write; its folder is created.

    Raises
    ------
    ValueError
        If a formula cannot be drawn (the message says which one and in which cell), or if the page
        would load something from elsewhere.
    """
    write_text(page, render_page(nbformat.read(executed, as_version=4), title=Path(page).stem))


def render_page(notebook, title):
    """Return the HTML of an executed notebook; its first heading is the title of the page."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata.pop("widgets", None)
    heading = re.search(r"^# (.+)$", "\n".join(cell.source for cell in notebook.cells), re.M)
    notebook.metadata["title"] = heading[1] if heading else title
    page = _PageExporter().from_notebook_node(notebook)[0]
    loaded = _LOADED.search(page)
    if loaded:
        raise ValueError(
            f"A page must hold all that it shows; this one loads {loaded[1]!r}. Attach the image "
            "to its cell, or link to it instead."
        )
    return page


class _PageExporter(HTMLExporter):
    """nbconvert's HTML with the course's template, its formulas and its descriptions."""

    def __init__(self):
        template = Path(__file__).with_name("course.html.j2")
        super().__init__(
            config=Config({"NbConvertBase": {"display_data_priority": SHOWN}}),
            template_file=str(template),
        )

    def default_filters(self):
        """Add the filters that the template uses."""
        yield from super().default_filters()
        yield "describe_image", _describe_image
        yield "latex_to_mathml", _output_to_mathml

    @pass_context
    def markdown2html(self, context, source):
        """Render Markdown with its formulas; name the cell if one cannot be drawn."""
        cell = context.get("cell", {})
        renderer = _Renderer(escape=False, attachments=cell.get("attachments", {}))
        try:
            return MarkdownWithMath(renderer=renderer).render(source)
        except ValueError as error:
            first = source.strip().splitlines()[0]
            raise ValueError(f"In the cell that begins with {first!r}: {error}") from error


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown renderer, with MathML where it leaves formulas to a script."""

    def inline_math(self, body):
        return latex_to_mathml(body)

    def block_math(self, body):
        return latex_to_mathml(body, display="block")

    def latex_environment(self, name, body):
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def block_html(self, html):
        if _DOLLARS.search(html):
            raise ValueError(
                "A formula must stand in Markdown, not inside an HTML block; leave a line empty "
                "between the tag and the text."
            )
        return super().block_html(html)


def _output_to_mathml(latex):
    """Draw what an output gives as LaTeX, which comes with its dollar signs."""
    return Markup(latex_to_mathml(latex.strip().strip("$"), display="block"))


def _describe_image(markup, output, kind):
    """Put the description that `helpers.start.show` stored into the image's tag."""
    description = output.get("metadata", {}).get(kind, {}).get("alt", "")
    if not description:
        return markup
    return markup.replace("<img ", f'<img alt="{html.escape(description)}" ', 1)
