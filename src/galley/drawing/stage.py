"""A figure on which a function can draw again and again: its axes stay, and what is asked again in the same words is kept."""

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import Normalize
from matplotlib.container import Container
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.text import Text

from galley.drawing.pen import Canvas, Pen

DRAWS = """annotate axhline axhspan axvline axvspan bar barh contour contourf errorbar fill fill_between fill_betweenx hlines
    pcolormesh plot quiver scatter step text vlines""".split()
SETS = """grid margins set set_aspect set_title set_xlabel set_xlim set_xscale set_xticks set_ylabel set_ylim set_yscale
    set_yticks tick_params""".split()

FREE = {"color", "xytext"}  # options that may differ when something is moved


class Unsteady(Exception):
    """Something that may not change between stops has changed."""


@dataclass
class Call:
    """What a function has asked of axes, what came of it, and whether it was then left as it was."""

    method: str
    asked: Any
    answer: Any
    artists: list[Artist]
    whole: bool = True


class Stage(Figure):
    """A figure whose axes stay as they were laid out, however often a function draws on it."""

    def __init__(self) -> None:
        super().__init__()
        self._canvas = Canvas(self)
        self._made: list[tuple[Any, Any]] = []
        self._asked = 0
        self._scripts: list[_Script] = []
        self._versions: dict[Artist, int] = {}
        self._count = itertools.count()

    @property
    def pen(self) -> Pen:
        """What it is drawn with."""
        return self._canvas.pen

    @property
    def _laid(self) -> bool:
        return bool(self._scripts)

    def subplots(self, *arguments: Any, **options: Any) -> Any:
        """Return axes, at further stops those of the first one."""
        if not self._laid:
            self._made.append(((arguments, options), super().subplots(*arguments, **options)))
            return self._made[-1][1]
        self._asked += 1
        if self._asked > len(self._made) or self._made[self._asked - 1][0] != (arguments, options):
            raise Unsteady("it asks for other axes there; call figure.subplots the same way at each stop")
        return self._made[self._asked - 1][1]

    def add_subplot(self, *arguments: Any, **options: Any) -> Any:
        """Make axes, at the first stop only."""
        if self._laid:
            raise Unsteady("it adds axes each time; make them with figure.subplots, the same way at each stop")
        return super().add_subplot(*arguments, **options)

    def set_size_inches(self, *arguments: Any, **options: Any) -> None:
        """Set the size, at the first stop only."""
        if not self._laid:
            super().set_size_inches(*arguments, **options)

    def draw_without_rendering(self) -> None:
        """Lay the figure out, at the first stop only."""
        if not self._laid:
            with self.pen.renderer._draw_disabled():  # as matplotlib has it, which would make a renderer for this alone
                self.draw(self.pen.renderer)
        for axes in self.axes:
            axes.get_xlim(), axes.get_ylim()  # which bring a limit up to date that follows the data

    def keep(self) -> None:
        """Let the axes stay as they are laid out from now on, and take off what was drawn on them."""
        self.set_layout_engine("none")
        for axes in self.axes:
            for artist in drawn_on(axes):
                if artist not in titles(axes):
                    artist.remove()
            axes.containers.clear()
        self._scripts = [_Script(axes) for axes in self.axes]

    def rewind(self) -> None:
        """Begin anew: what is not asked for again will be gone."""
        self._asked = 0
        for script in self._scripts:
            script.rewind()

    def settle(self) -> None:
        """End a stop: everything stands in the order in which it was asked for.

        Raises:
            Unsteady: If other things were asked for than at the first stop.
        """
        for script in self._scripts:
            for artist in drawn_on(script.axes):
                if artist.stale or artist not in self._versions:
                    self._versions[artist] = next(self._count)
            script.settle()

    def version(self, artist: Artist) -> int:
        """Return a number that another artist never has, and that changes when the artist does."""
        return self._versions[artist]


class _Script:
    """What is asked of axes at a stop, one call after the other."""

    def __init__(self, axes: Axes) -> None:
        self.axes = axes
        self.calls: list[Call] = []
        self.at = 0
        self.within = False
        self.first: list[str] | None = None
        for name in (*DRAWS, *SETS):
            setattr(axes, name, self._kept(name, getattr(axes, name)))

    def _kept(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def ask(*arguments: Any, **options: Any) -> Any:
            if self.within:  # asked by matplotlib itself
                return method(*arguments, **options)
            known = self.calls[self.at] if self.at < len(self.calls) else None
            self.at += 1
            if known and known.method == name and known.whole:
                if _same((arguments, options), known.asked):
                    return known.answer
                if self.fixed and _moved(known, arguments, options):
                    known.asked = _copied((arguments, options))
                    return known.answer
            if known:
                self._remove(known)
            before = set(self.axes.get_children())
            self.within = True
            try:
                answer = method(*arguments, **options)
            finally:
                self.within = False
            made = [artist for artist in self.axes.get_children() if artist not in before]
            for artist in made:  # by this, matplotlib's own note of a change, one that the function makes later is seen
                artist.stale = False
            self.calls[self.at - 1 : self.at] = [Call(name, _copied((arguments, options)), answer, made)]
            return answer

        return ask

    @property
    def fixed(self) -> bool:
        """Whether no limit of the axes follows the data."""
        return not (self.axes.get_autoscalex_on() or self.axes.get_autoscaley_on())

    def _remove(self, call: Call) -> None:
        for artist in call.artists:
            if artist in self.axes.get_children():
                artist.remove()
        if isinstance(call.answer, Container) and call.answer in self.axes.containers:
            self.axes.containers.remove(call.answer)

    def rewind(self) -> None:
        """Go back to the first call; what came of none is taken off the axes."""
        self.at = 0
        if self.fixed:  # so that nothing need follow the data, which takes matplotlib longer than to draw it
            for follow in ("_update_line_limits", "_update_patch_limits", "_request_autoscale_view"):
                setattr(self.axes, follow, lambda *_, **__: None)
        known = {artist for call in self.calls for artist in call.artists}
        for artist in drawn_on(self.axes):
            if artist not in known and artist not in titles(self.axes):
                artist.remove()

    def settle(self) -> None:
        """Compare what was asked for with the first stop, and put things in order."""
        asked = [call.method for call in self.calls[: self.at]]
        self.first = self.first or asked
        for was, now in itertools.zip_longest(self.first, asked):
            if was != now:
                told = f"it calls axes.{now}" if now else f"it no longer calls axes.{was}"
                raise Unsteady(f"{told} there, unlike at the start; call the same at each stop, with other data")
        for call in self.calls:  # before they are drawn, which makes matplotlib forget the change
            call.whole &= not any(artist.stale or artist.axes is None for artist in call.artists)
        # What is drawn later stands above; matplotlib keeps that order here alone.
        order = {artist: number for number, call in enumerate(self.calls) for artist in call.artists}
        self.axes._children.sort(key=lambda artist: order.get(artist, len(self.calls)))  # type: ignore[attr-defined]  # there is no other door


def _moved(call: Call, arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Give what came of a call other data, words or colour, if that is all that is asked for: sooner than to make it anew."""
    old, kept = call.asked
    if len(arguments) != len(old) or options.keys() != kept.keys():
        return False
    if not _same(*({key: value for key, value in each.items() if key not in FREE} for each in (options, kept))):
        return False
    made = call.answer
    if call.method == "annotate" and len(arguments) == 2 and "xytext" in options:
        made.set_text(arguments[0])
        made.xy, made.xyann = arguments[1], options["xytext"]
    elif call.method == "plot" and len(made) == 1:
        data = [np.atleast_1d(each) for each in arguments if not isinstance(each, str)]
        styles = [[each for each in some if isinstance(each, str)] for some in (arguments, old)]
        if len(data) > 2 or not _same(*styles):
            return False
        made[0].set_data(data[0] if len(data) == 2 else np.arange(len(data[0])), data[-1])
        made = made[0]
    elif call.method == "axhline" and len(arguments) == 1:
        made.set_ydata([arguments[0]] * 2)
    elif call.method == "axvline" and len(arguments) == 1:
        made.set_xdata([arguments[0]] * 2)
    elif call.method == "pcolormesh" and len(arguments) == 1:
        made.set_array(arguments[0])
    elif call.method == "fill" and len(arguments) == 2 and len(made) == 1:
        made = made[0]
        made.set_xy(np.column_stack(arguments))
    else:
        return False
    if "color" in options:
        made.set_color(options["color"])
    for artist in call.artists:
        artist.stale = False
    return True


def _same(new: Any, old: Any) -> bool:
    """Tell whether two arguments are equal, whatever they are made of."""
    if type(new) in (str, float, int):
        return type(old) is type(new) and bool(new == old)
    if isinstance(new, np.ndarray) or isinstance(old, np.ndarray):
        if type(new) is not type(old) or not np.array_equal(np.ma.getdata(new), np.ma.getdata(old)):
            return False
        return not np.ma.isMA(new) or np.array_equal(np.ma.getmaskarray(new), np.ma.getmaskarray(old))
    if isinstance(new, list | tuple):
        return type(new) is type(old) and len(new) == len(old) and all(map(_same, new, old))
    if isinstance(new, dict):
        return isinstance(old, dict) and list(new) == list(old) and all(_same(new[key], old[key]) for key in new)
    if isinstance(new, Normalize):
        return type(new) is type(old) and (new.vmin, new.vmax, new.clip) == (old.vmin, old.vmax, old.clip)
    return type(new) is type(old) and bool(new == old)


def _copied(asked: Any) -> Any:
    """Return arguments that stay as they are, should the function change its own later."""
    if isinstance(asked, np.ndarray):
        return asked.copy()
    if isinstance(asked, list | tuple):
        return type(asked)(map(_copied, asked)) if type(asked) in (list, tuple) else asked
    return {key: _copied(value) for key, value in asked.items()} if isinstance(asked, dict) else asked


def titles(axes: Axes) -> list[Text]:
    """Return what stands above axes: matplotlib keeps three of these, for each side and the middle."""
    return [axes.title, axes._left_title, axes._right_title]  # type: ignore[attr-defined]  # there is no other door


def drawn_on(axes: Axes) -> list[Artist]:
    """Return what a figure function has put on axes, in order: lines, fills, patches and words, not the frame."""
    kinds = (Line2D, Collection, Patch, Text)
    found = [artist for artist in axes.get_children() if isinstance(artist, kinds)]
    return [artist for artist in found if not isinstance(artist, Spine) and artist is not axes.patch]
