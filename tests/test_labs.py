"""The labs run wherever Python and NumPy are, measure what their chapters print, and notice when they no longer do."""

import ast
import copy
import os
import re
import resource
import subprocess
import sys
import tokenize
import xml.etree.ElementTree as xml
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
LABS = sorted(path.with_suffix(".py") for path in (ROOT / "docs" / "labs").glob("*.ipynb"))
NUMERAL = re.compile(r"(?<![\w.,])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?(?![\w]|[.,]\d)")
each_lab = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.stem)


def alone(lab: Path) -> str:
    """Return the code of a lab as its notebook has it: with what draws in it, and nothing else beside it."""
    return "\n\n".join(cell.source for cell in notebook(lab).cells if cell.cell_type == "code")


def notebook(lab: Path) -> nbformat.NotebookNode:
    """Return the notebook beside a lab."""
    return nbformat.read(lab.with_suffix(".ipynb"), as_version=4)


def cells(lab: Path, kind: str) -> list[str]:
    """Return the sources of a lab's cells of one kind, `code` or `markdown`."""
    return [cell.source for cell in jupytext.read(lab).cells if cell.cell_type == kind]


def printed(node: ast.AST) -> list[ast.Constant]:
    """Return the numerals that the asserts in a part of a lab compare with, written as its chapter prints them."""
    formats = {each for text in ast.walk(node) if isinstance(text, ast.JoinedStr) for each in ast.walk(text)}
    asserted = {each for check in ast.walk(node) if isinstance(check, ast.Assert) for each in ast.walk(check)}
    constants = [each for each in ast.walk(node) if isinstance(each, ast.Constant) and each in asserted - formats]
    return [each for each in constants if isinstance(each.value, str) and NUMERAL.fullmatch(each.value)]


def test_each_chapter_has_a_lab() -> None:
    """There is a lab for each chapter that has mathematics, and for nothing else; the two lead to each other."""
    chapters = {path.stem for path in (ROOT / "src" / "gradients").glob("*.py") if not path.stem.startswith("_")}
    assert {lab.stem for lab in LABS} == chapters
    for lab in LABS:
        assert f"](labs/{lab.stem}.ipynb)" in (ROOT / "docs" / f"{lab.stem}.md").read_text()
        assert f"](../{lab.stem}.md)" in cells(lab, "markdown")[0]


@each_lab
def test_lab_is_short_and_from_scratch(lab: Path) -> None:
    """A lab has at most 40 lines of code, blank ones and comments apart, and imports NumPy alone, and what draws its picture."""
    with tokenize.open(lab) as file:
        tokens = [each for each in tokenize.generate_tokens(file.readline) if each.string.strip()]
    lines = {line for each in tokens if each.type != tokenize.COMMENT for line in range(each.start[0], each.end[0] + 1)}
    assert len(lines) <= 40
    imports = [node for node in ast.walk(ast.parse(lab.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {ast.unparse(node) for node in imports} <= {"import numpy as np", "from lines import Lines"}
    assert {ast.unparse(node) for node in ast.walk(ast.parse(alone(lab))) if isinstance(node, ast.ImportFrom)} == set()


@each_lab
def test_lab_runs_as_a_script_and_as_a_notebook(lab: Path, tmp_path: Path) -> None:
    """A lab runs in any folder within five seconds and warns of nothing; a notebook says the same, and draws in the colour of its text."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # so that its seconds are not counted on every core
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    script = subprocess.run(
        [sys.executable, "-W", "error", lab], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (script.returncode, script.stderr) == (0, "")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5

    book = notebook(lab)
    NotebookClient(book, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert "".join(output.text for output in outputs if output.output_type == "stream") == script.stdout
    for picture in (output.data["text/html"] for output in outputs if output.output_type == "execute_result"):
        drawn = list(xml.fromstring(picture).iter())
        assert drawn[0].get("role") == "img" and drawn[0].get("aria-label")
        colours = {each.get(name) for each in drawn for name in ("fill", "stroke", "color", "style")}
        assert colours == {None, "none", "currentColor"}
    assert list(tmp_path.iterdir()) == []


@each_lab
def test_lab_asserts_what_its_chapter_prints(lab: Path) -> None:
    """The last code of a lab holds three numbers or more against what it measured, each as its chapter prints it."""
    chapter = (ROOT / "docs" / f"{lab.stem}.md").read_text().replace("−", "-")
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    chapter = re.sub(r" × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: f"e{power[1].translate(raised)}", chapter)
    chapter = re.sub(r" \\times 10\^\{(-?\d+)\}", r"e\1", chapter)
    bound = {each[1] for each in re.finditer(rf"({NUMERAL.pattern})\}}?[$°]?,?(?: ?%)?<!-- =", chapter)}
    numbers = [each.value for each in printed(ast.parse(cells(lab, "code")[-1]))]
    assert len(set(numbers)) >= 3
    for number in numbers:
        assert re.sub(r"e([+-])0*", lambda power: f"e{power[1].strip('+')}", number) in bound, number


@each_lab
def test_another_digit_fails_the_lab(lab: Path) -> None:
    """No assert of a lab is true of anything: another last digit in any number that it holds makes it fail."""
    body = ast.parse(alone(lab)).body
    checks = [node for node in body if printed(node)]
    space: dict[str, object] = {}
    exec(compile(ast.Module([node for node in body if node not in checks], []), lab.name, "exec"), space)
    for check in checks:
        exec(compile(ast.Module([check], []), lab.name, "exec"), space)
        for at in range(len(printed(check))):
            other = copy.deepcopy(check)
            constant = printed(other)[at]
            value = constant.value
            digit = re.search(r"(\d)(?=e|$)", value)
            constant.value = f"{value[: digit.start()]}{(int(digit[0]) + 1) % 10}{value[digit.end() :]}"
            with pytest.raises(AssertionError):
                exec(compile(ast.Module([other], []), lab.name, "exec"), space)
