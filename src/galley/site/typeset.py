"""The formulas of a run, set: those of its pages, and those beside the controls of its figures."""

from collections.abc import Iterator, Sequence

from galley.check import figures
from galley.findings import Finding
from galley.page.pieces import Formula, Page
from galley.project import Project
from galley.site import mathml
from galley.site.edition import Edition
from galley.site.flipbook import formulas


def pages(project: Project, shown: Sequence[Page], edition: Edition) -> Iterator[Finding]:
    """Set the formulas of pages; yield those that cannot be set."""
    found = [(page, piece) for page in shown for piece in page.pieces if isinstance(piece, Formula)]
    wanted = [(formula.tex, formula.display) for _, formula in found]
    for (page, formula), result in zip(found, mathml.set_math(wanted, project.cache, project.root), strict=True):
        if isinstance(result, mathml.MathError):
            at = formula.at + (result.position or 0)
            yield page.finding(at, f"the formula cannot be set: {result.message}", "write TeX that Temml knows")
        else:
            edition.formulas[formula.tex, formula.display] = result


def labels(project: Project, edition: Edition, modules: figures.Modules) -> Iterator[Finding]:
    """Set the formulas beside the controls of figures; yield those that cannot be set."""
    wanted = [(name, tex) for name, drawn in edition.figures.items() if drawn.controls for tex in formulas(drawn)]
    set_ones = mathml.set_math([(tex, False) for _, tex in wanted], project.cache, project.root)
    for ((chapter, name), tex), result in zip(wanted, set_ones, strict=True):
        if isinstance(result, mathml.MathError):
            wrong = f"the formula ${tex}$ beside a control of {name} cannot be set: {result.message}"
            line = modules.functions[chapter, name][0]
            yield Finding(modules.path(chapter), line, 1, wrong, "write TeX that Temml knows")
        else:
            edition.formulas[tex, False] = result
