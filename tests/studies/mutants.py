"""The study of mutants: what is changed in pages, equations, library, figures and the finished site, one thing at a time, and whether anything notices.

Run as `python -m tests.studies.mutants`. It prints a table and what nothing noticed, and fails if a class misses its mark.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from galley.project import load
from tests.studies import audit_mutants, code_mutants, formulas, numerals
from tests.studies.desk import Desk
from tests.studies.rows import Row

ROOT = Path(__file__).parents[2]


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text."""
    width = max(len(row.name) for row in rows)
    lines = [f"{'class':{width}}  {'caught':>6} / {'total':>5}  {'share':>7}  {'mark':>4}  apart"]
    lines += [
        f"{row.name:{width}}  {row.caught:6} / {row.total:5}  {row.share:7.2%}  {row.mark:4.0%}  {row.apart:5}"
        f"{'  MISSED' if row.missed else ''}"
        for row in rows
    ]
    return "\n".join(lines)


def report(rows: Sequence[Row]) -> str:
    """Return the table, and under it what survived of each class."""
    survivors = [
        "\n".join([f"\n{row.name}: {len(row.survivors)} survived", *map(str, row.survivors)])
        for row in rows
        if row.survivors
    ]
    return "\n".join([table(rows), *survivors])


def main() -> int:
    """Run the whole study."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(load(ROOT), Path(folder))
        rows = [*numerals.run(desk), *formulas.run(desk)]
    print(report(rows), flush=True)  # the rest takes an hour
    rows += code_mutants.run()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        subprocess.run([sys.executable, "-m", "galley.cli", "site", "--into", str(site)], cwd=ROOT, check=True)
        rows += audit_mutants.run(site)
    print(report(rows))
    return any(row.missed for row in rows)


if __name__ == "__main__":
    sys.exit(main())
