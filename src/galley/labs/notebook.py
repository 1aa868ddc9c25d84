"""A lab as a notebook, and what comes of running it in a kernel of its own; workers call this."""

import ast
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from galley.run import touched
from galley.run.keys import installed

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
_BESIDE = re.compile(r"from (\w+) import \w+(?:, \w+)*")  # a cell of its own
_FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")
_HERE = "__import__('galley.labs.notebook').labs.notebook"  # in a kernel, leaving no name there
_TELL = f"{_HERE}.tell()"
_seen = touched.Touched()


def _node(**entries: Any) -> nbformat.NotebookNode:
    return nbformat.NotebookNode(**entries)  # type: ignore[no-untyped-call]  # nbformat types next to nothing


def _writes(book: nbformat.NotebookNode) -> str:
    return str(nbformat.writes(book)) + "\n"  # type: ignore[no-untyped-call]  # as above


def notebook(lab: Path) -> tuple[nbformat.NotebookNode, str, list[Path]]:
    """Return a lab as a notebook and as a script that stand alone, and what they are made of.

    A cell that imports what lies beside the lab becomes that itself.
    """
    book, script, files = jupytext.read(lab), lab.read_text(encoding="utf-8"), [lab]
    book.metadata = _node(kernelspec=KERNEL)
    for number, cell in enumerate(book.cells, 1):
        cell.id, cell.metadata = f"cell-{number}", _node()
        beside = _BESIDE.fullmatch(cell.source)
        if beside and (module := lab.with_name(f"{beside[1]}.py")).is_file():
            source = module.read_text(encoding="utf-8").strip()
            script = script.replace(f"\n{cell.source}\n", f"\n{source}\n", 1)
            cell.source, cell.metadata = source, _node(tags=["beside"])
            files.append(module)
    return book, script, files


def run(lab: Path, root: Path, library: Path) -> dict[str, Any]:
    """Run a lab from its first cell to its last, in an empty folder, with the packages of the folder `library` at hand.

    Returns: the lab as a `notebook`, as a `script` and `executed`; what is `wrong`, with the index of the cell and the line in it;
        which files it has `read`, each as it was then, and whether these are all that it depends on (`whole`).
    """
    book, script, files = notebook(lab)
    read = {str(file): touched.digest(str(file)) for file in files}
    plain, wrong, whole = _writes(book), None, False
    last = _node(cell_type="code", id="last", metadata={}, execution_count=None, outputs=[], source=_TELL)
    book.cells.append(last)
    line = f"{_HERE}.watch({str(root)!r}, {str(library)!r})"
    options = ("HistoryManager.enabled=False", "InteractiveShell.xmode=Plain", "InteractiveShell.colors=NoColor")
    given = [f"--{each}" for each in (*options, "IPKernelApp.log_level=40", f"IPKernelApp.exec_lines={line}")]
    with tempfile.TemporaryDirectory() as folder:
        place = {"metadata": {"path": folder}}
        client = NotebookClient(
            book,
            kernel_name=KERNEL["name"],
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=given,
            resources=place,
        )
        begun = [0]
        client.on_cell_execute = lambda cell, cell_index: begun.append(cell_index)
        try:
            client.execute(stderr=subprocess.DEVNULL)  # where a kernel may complain of its own end
            seen, whole = json.loads(book.cells[-1].outputs[0].text)
            read |= seen
        except (CellExecutionError, DeadKernelError) as error:
            wrong = _place(book, begun[-1], error)
    book.cells.pop()
    book.metadata["installed"] = installed()[:8]  # mkdocs-jupyter keeps its page for what the file holds alone
    kept = {"notebook": plain, "script": script, "executed": _writes(book)}
    return kept | {"wrong": wrong, "read": read, "whole": whole}


def _place(book: nbformat.NotebookNode, reached: int, error: Exception) -> tuple[int, int, str]:
    """Return the index of the cell where a run has ended, which has `reached` that one, the line in it, and what is wrong there."""
    code = [index for index, cell in enumerate(book.cells) if cell.cell_type == "code"]
    for index in code:
        for output in book.cells[index].outputs:
            if output.output_type == "error":
                frames = _FRAME.findall("\n".join(output.traceback))
                at, line = (code[int(frames[-1][0]) - 1], int(frames[-1][1])) if frames else (index, 1)
                said = output.evalue or _statement(book.cells[at].source, line)
                said = re.sub(r" \(\d+\.py, line \d+\)$", "", said)  # what a kernel calls the cell
                return at, line, " ".join(f"{output.ename}: {said}".split())
    return min(reached, len(book.cells) - 2), 1, f"{error}, most likely of too much time or memory"


def _statement(source: str, line: int) -> str:
    """Return what an assert without words states."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or line):
            return ast.unparse(node.test)
    return "it says no more"


def watch(root: str, library: str) -> None:
    """See from now on, in a kernel, what its lab reads."""
    sys.path.insert(0, library)
    touched.from_source(root)
    _seen.watch()


def tell() -> None:
    """Say what the lab has read."""
    print(json.dumps([_seen.digests(), _seen.whole]))
