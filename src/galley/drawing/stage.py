"""The figure that a function draws on: measured and drawn with one pen, its panels where the start has put them."""

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure
from matplotlib.layout_engine import LayoutEngine

from galley.drawing.pen import Pen
from galley.figure import private


class Unsteady(Exception):
    """Something that may not change between stops has changed."""


@dataclass(frozen=True)
class Frame:
    """What may not change between stops.

    Attributes:
        places: Where the panels stand, in fractions of the figure.
        titles: Where the words that stand over all panels do.
        limits: What each axis is called, its limits and its scale, insets included.
        size: Of the figure, in points.
    """

    places: tuple[tuple[float, ...], ...]
    titles: tuple[tuple[float, float], ...]
    limits: tuple[tuple[str, tuple[float, float], str], ...]
    size: tuple[float, float]

    def compare(self, other: "Frame") -> None:
        """Hold the frame of another stop against this one.

        Raises:
            Unsteady: If they differ.
        """
        if self.size != other.size:
            raise Unsteady("the figure has another size there than at the start; set the same at each stop")
        if len(self.limits) != len(other.limits) or len(self.places) != len(other.places):
            raise Unsteady("it has other axes there than at the start; make the same at each stop")
        for (name, was, scale), (_, now, scaled) in zip(self.limits, other.limits, strict=True):
            if was != now:
                there, start = (f"from {low:g} to {high:g}" for low, high in (now, was))
                raise Unsteady(f"{name} goes {there} there, and {start} at the start; set the same at each stop")
            if scale != scaled:
                raise Unsteady(
                    f"the scale of {name} is {scaled} there, and {scale} at the start; set the same at each stop"
                )


class Kept(LayoutEngine):
    """Puts panels where a frame says."""

    _adjust_compatible = False  # as of the layout that it stands for
    _colorbar_gridspec = False

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.frame = frame

    def execute(self, fig: Figure) -> None:
        """Put the panels, and the words over all of them, where they belong."""
        for axes, place in zip(fig.axes, self.frame.places, strict=False):
            axes.set_position(place, which="original")  # type: ignore[arg-type]  # left, bottom, width, height
        for text, at in zip(private.titles(fig), self.frame.titles, strict=False):
            text.set_position(at)


class Canvas(FigureCanvasBase):
    """Gives matplotlib one renderer for all that it measures and draws: a new one would have to set each formula anew."""

    def __init__(self, figure: Figure, pen: Pen) -> None:
        super().__init__(figure)
        self.pen = pen

    def get_renderer(self) -> Any:
        """Return what matplotlib measures and draws with."""
        width, height = (float(72 * inches) for inches in self.figure.get_size_inches())
        return self.pen.sized(width, height)


class Stage(Figure):
    """A figure that is drawn with a pen, and laid out as a frame says, if there is one."""

    def __init__(self, pen: Pen, frame: Frame | None = None) -> None:
        super().__init__(layout=Kept(frame) if frame else None)
        self.pen, self.kept = pen, frame
        self._canvas = Canvas(self, pen)

    def draw_without_rendering(self) -> None:
        """Lay the figure out, as matplotlib has it, which would make a renderer for this alone."""
        renderer = self._canvas.get_renderer()
        if self.kept and (engine := self.get_layout_engine()):
            engine.execute(self)
            for axes in panels(self):
                axes.get_xlim(), axes.get_ylim()  # which bring a limit up to date that follows the data
                axes.apply_aspect()
            return
        with private.unseen(renderer):
            self.draw(renderer)

    def frame(self) -> Frame:
        """Return what may not change between stops, once the figure is laid out."""
        limits: list[tuple[str, tuple[float, float], str]] = []
        for number, axes in enumerate(panels(self), 1):
            of = f" of panel {number}" if len(panels(self)) > 1 else ""
            limits += [
                (f"the {name} axis{of}", (float(low), float(high)), axis.get_scale())
                for name, axis in (("x", axes.xaxis), ("y", axes.yaxis))
                for low, high in [axis.get_view_interval()]
            ]
        width, height = (float(round(72 * inches, 2)) for inches in self.get_size_inches())
        return Frame(
            tuple(tuple(map(float, axes.get_position(original=True).bounds)) for axes in self.axes),
            tuple((float(x), float(y)) for x, y in (text.get_position() for text in private.titles(self))),
            tuple(limits),
            (width, height),
        )


def panels(figure: Figure) -> list[Axes]:
    """Return all axes of a figure, those within others included."""
    found: list[Axes] = []
    waiting = list(reversed(figure.axes))
    while waiting:
        axes = waiting.pop()
        found.append(axes)
        waiting += reversed([child for child in axes.child_axes if isinstance(child, Axes)])
    return found
