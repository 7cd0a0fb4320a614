r"""LaTeX as MathML, which browsers draw themselves: no script and no network.

`latex2mathml` copies or drops what it does not know instead of refusing it. Here that is an error,
so that no page shows a formula wrongly.
"""

import re
from xml.etree import ElementTree

from latex2mathml.commands import MATRICES
from latex2mathml.converter import convert

# what the converter lacks, written as what it has
_REWRITTEN = [
    (re.compile(r"\\(begin|end)\{align(ed)?\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin|end)\{equation\*?\}"), ""),
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
]
_ENVIRONMENT = re.compile(r"\\begin\{([^}]*)\}")


def latex_to_mathml(latex, display="inline"):
    r"""Turn a formula into MathML.

    Parameters
    ----------
    latex : str
        Without the dollar signs.
    display : {"inline", "block"}

    Returns
    -------
    str
        A `<math>` element.

    Raises
    ------
    ValueError
        If the formula is not closed, or uses a command or an environment that is not known.

    Examples
    --------
    >>> latex_to_mathml("n")  # doctest: +ELLIPSIS
    '<math ... display="inline"><mrow><mi>n</mi></mrow></math>'
    """
    for pattern, replacement in _REWRITTEN:
        latex = pattern.sub(replacement, latex)
    for environment in _ENVIRONMENT.findall(latex):
        if "\\" + environment not in MATRICES:
            raise ValueError(_refusal(latex, f"the environment {environment!r} is not known"))
    try:
        mathml = convert(latex.strip(), display=display)
        drawn = ElementTree.fromstring(mathml)
    except Exception as error:  # the library's errors have no common class, and mostly no text
        raise ValueError(_refusal(latex, str(error) or type(error).__name__)) from error
    for element in drawn.iter():
        text, name = element.text or "", element.tag.rpartition("}")[2]
        if "\\" in text or "$" in text or (name == "mo" and not text):
            raise ValueError(_refusal(latex, f"{text or 'a command'} is not known"))
    return mathml


def _refusal(latex, problem):
    return f"The formula `{latex.strip()}` must be one that MathML can show; {problem}."
