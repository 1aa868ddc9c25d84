"""What an author draws with: numbers, labels, arrows, bands, cells and controls in the house style. Imports nothing of the press."""

from galley.figure.api import (
    arrow,
    band,
    cells,
    choice,
    label,
    label_lines,
    note,
    number,
    powers,
    readout,
    rule,
    slider,
    spaced,
)

__all__ = [
    "arrow",
    "band",
    "cells",
    "choice",
    "label",
    "label_lines",
    "note",
    "number",
    "powers",
    "readout",
    "rule",
    "slider",
    "spaced",
]
