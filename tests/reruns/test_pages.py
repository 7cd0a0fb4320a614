import re
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_markdown_cell, new_output

from helpers.reruns.mathematics import latex_to_mathml
from helpers.reruns.pages import render_page, write_page
from tests.reruns.synthetic_notebooks import ALT, build_notebook, figure


class Tags(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, *names):
        return [attributes for tag, attributes in self.found if tag in names]


def page_of(markdown="", output=None):
    notebook = build_notebook("x = 1")
    notebook.cells.append(new_markdown_cell(markdown))
    notebook.cells[3].outputs = [output] if output else []
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return render_page(notebook, "file name")


ALIGNED = r"""
$$
\begin{aligned}
a &= b_i < c \\
d &= \operatorname{softmax}(z)
\end{aligned}
$$
"""


def test_page_needs_no_script_and_no_network():
    page = page_of(ALIGNED + "[link](https://keras.io)", figure())
    tags = Tags(page)
    assert tags.named("script", "link", "iframe") == []
    sources = [attributes["src"] for _, attributes in tags.found if "src" in attributes]
    assert len(sources) == 1
    assert sources[0].startswith("data:image/png;base64,")
    assert not re.search(r"url\((?!['\"]?data:)", page)
    assert "@import" not in page


def test_formulas_are_mathml():
    tags = Tags(page_of("In line $x^2$ and\n" + ALIGNED))
    assert [attributes["display"] for attributes in tags.named("math")] == ["inline", "block"]
    assert len(tags.named("mtr")) == 2
    assert len(tags.named("mtd")) == 4


@pytest.mark.parametrize("markdown", ["`$x$`", "```\n$x$\n```", r"costs \$5 and \$6"])
def test_dollars_that_are_no_formula(markdown):
    assert Tags(page_of(markdown)).named("math") == []


def test_formula_behind_details_is_drawn():
    page = page_of("<details><summary>Answer</summary>\n\n$x$\n\n</details>")
    assert len(Tags(page).named("math")) == 1


def test_formula_inside_html_is_refused():
    with pytest.raises(ValueError, match="not inside an HTML block; leave a line empty"):
        page_of("<details><summary>Answer</summary>\n$x$\n</details>")


def test_formula_of_an_output():
    output = new_output("display_data", {"text/latex": r"$\displaystyle x^2$", "text/plain": "x"})
    assert len(Tags(page_of(output=output)).named("math", "msup")) == 2


@pytest.mark.parametrize("alt", [ALT, 'A "quoted" <tag> & more of it'])
def test_figure_has_its_description(alt):
    (image,) = Tags(page_of(output=figure(alt))).named("img")
    assert image["alt"] == alt


def test_title_is_the_first_heading():
    assert "<title>Title</title>" in page_of()


@pytest.mark.parametrize("address", ["https://example.org/a.png", "figures/a.png"])
def test_page_that_would_load_something_is_refused(address):
    with pytest.raises(ValueError, match=f"this one loads '{address}'"):
        page_of(f"![a]({address})")


def test_widgets_and_javascript_are_left_out():
    data = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
        "application/javascript": "alert(1)",
        "text/plain": "IntSlider(value=3)",
    }
    page = page_of(output=new_output("display_data", data))
    assert "IntSlider" in page
    assert Tags(page).named("script") == []


def test_formula_that_cannot_be_drawn_names_the_cell():
    with pytest.raises(ValueError, match=r"begins with 'A claim\.': The formula `\\nonsense x`"):
        page_of("A claim.\n\n$\\nonsense x$")


def test_page_is_written_into_a_new_folder(tmp_path):
    import nbformat

    nbformat.write(build_notebook("x = 1"), tmp_path / "a.ipynb")
    write_page(tmp_path / "a.ipynb", tmp_path / "pages" / "a.html")
    assert "</html>" in (tmp_path / "pages" / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "latex",
    [
        r"\nonsense",
        r"\frac{a}{",
        r"\left( a",
        r"\begin{nonsense}a\end{nonsense}",
        r"\operatorname*{arg\,max}_k z",
        r"a & b",
        r"\text{if $x$}",
        "",
    ],
)
def test_formula_that_cannot_be_drawn(latex):
    with pytest.raises(ValueError, match="must be one that MathML can show"):
        latex_to_mathml(latex)


@pytest.mark.parametrize(
    ("latex", "drawn"),
    [
        (r"a \ne b", "&#x02260;"),
        (r"\arg\max_k z_k", "<mo>arg</mo>"),
        (r"\begin{equation}a\end{equation}", "<mi>a</mi>"),
        (r"\begin{align}a &= b\end{align}", '<mtd columnalign="right"><mi>a</mi></mtd>'),
        (r"\begin{cases}1 & x>0\\0\end{cases}", "&#x0007B;"),
        (r"\mathrm{TPR}", '<mi mathvariant="normal">T</mi>'),
    ],
)
def test_formula_that_can_be_drawn(latex, drawn):
    assert drawn in latex_to_mathml(latex)


def test_aligned_formulas_have_no_numbers():
    assert "(1)" not in latex_to_mathml(r"\begin{align}a &= b\end{align}")
