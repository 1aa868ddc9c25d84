"""What an author draws with: numbers, labels, arrows, bands, cells and controls in the house style. Imports nothing of the press."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """Bring what is asked for; matplotlib, which it needs, is not loaded for the palette or the controls alone."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("galley.figure.api"), name)
