"""All of matplotlib's private parts that the press touches; `tests/galley/test_private.py` names each.

It offers no other door to them. They may change in any minor series, so pyproject bounds matplotlib to one.
"""

from contextlib import AbstractContextManager
from typing import Any

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.image import _ImageBase as Image
from matplotlib.text import Text

__all__ = [
    "Image",
    "renderer",
    "titles",
    "unseen",
]


def renderer(width: float, height: float, file: Any) -> Any:
    """Return matplotlib's SVG renderer, which has no types; its `writer` and `draw_…` are exchanged by `pen`."""
    make: Any = RendererSVG
    made = make(width, height, file, image_dpi=72)
    made.dpi = 72  # which it has only within a renderer of both kinds; an image asks for it
    return made


def unseen(renderer: Any) -> AbstractContextManager[None]:
    """Let a renderer measure and draw nothing, as `Figure.draw_without_rendering` does."""
    drawing: AbstractContextManager[None] = renderer._draw_disabled()
    return drawing


def titles(figure: Figure) -> list[Text]:
    """Return the words above, below and left of all panels, which the layout moves."""
    found = (getattr(figure, name) for name in ("_suptitle", "_supxlabel", "_supylabel"))
    return [text for text in found if text is not None]
