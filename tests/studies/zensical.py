"""Sets a small book by Zensical, and audits what comes of it: `make zensical`.

The book has a figure with a slider, a bound number, a relation, an equation and links, and is set from its `mkdocs.yml` as it is.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.galley.book import ROOT, make

MORE = """site_url: https://book.example/book/
extra_css: [assets/galley/galley.css]
extra_javascript: [{path: assets/galley/flipbook.mjs, type: module}]
"""
DRAGGED = {
    "depth=10": 'depth: float = slider(2, 12, step=1, start=10, label="depth $L$")',
    "from toys import power": "from galley.figure import number, readout, slider\nfrom toys import power",
    "    axes.plot": '    axes.set(xlim=(0, 12), ylim=(0.2, 1))\n    readout(figure, f"depth {number(depth)}")\n    axes.plot',
    "range(depth": "range(int(depth)",
}


def main(python: str) -> int:
    """Run each step, and return the status of the first that fails."""
    with tempfile.TemporaryDirectory() as folder:
        book = make(Path(folder))
        figures = (book.root / "figures/power.py").read_text(encoding="utf-8")
        for old, new in DRAGGED.items():
            figures = figures.replace(old, new)
        book.write("figures/power.py", figures)
        book.write("mkdocs.yml", (book.root / "mkdocs.yml").read_text(encoding="utf-8") + MORE)
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "GALLEY_QUIET": "1"}
        for step in (
            "galley.cli accept",
            "galley.cli check",
            "zensical build",
            "galley.cli assets site",
            "galley.cli audit site",
        ):
            done = subprocess.run(
                [python, "-m", *step.split()], cwd=book.root, env=environment, capture_output=True, text=True
            )
            print(f"{step}: {done.returncode}\n{(done.stdout + done.stderr)[-400:].strip()}\n")
            if done.returncode:
                return done.returncode
        html = (book.root / "site/power/index.html").read_text(encoding="utf-8")
        missing = [mark for mark in ("<flip-book", "<math", "data-check=", "<figcaption") if mark not in html]
        print(f"missing on the page: {', '.join(missing) or 'nothing'}")
        return len(missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
