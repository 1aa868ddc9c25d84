"""What an author draws with: numbers, labels, arrows, bands, cells and controls in the house style. Imports nothing of the press."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from galley.figure.api import *  # noqa: F403  # its __all__ is what it offers


def __getattr__(name: str) -> Any:
    """Bring what is asked for; matplotlib, which it needs, is not loaded for the palette or the controls alone."""
    if name.startswith("_") or name not in (api := import_module("galley.figure.api")).__all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(api, name)
