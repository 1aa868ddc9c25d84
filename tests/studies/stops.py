"""The study of costs: what dragging costs the build and the reader, beside matplotlib's own way to animate the same stops.

`python -m tests.studies.bench flipbooks` runs it. It prints a table, and fails if a mark is missed. Times are of one processor, on this machine and in this run;
what they are compared with is measured in the same run.
"""

import gzip
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from matplotlib.animation import FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from galley.drawing import draw as drawing
from galley.drawing.draw import draw, load
from galley.drawing.stops import house
from galley.figure.controls import declared, stops
from galley.page.pieces import images
from galley.page.scanner import scan
from galley.project import load as load_project

ROOT = Path(__file__).parents[2]
MOST_MILLISECONDS = 40.0  # of drawing, a stop
MOST_BYTES, MOST_BYTES_OF_A_CHAPTER = 30_000, 60_000  # beyond the static figures, as they come over the wire
LEAST_SLOWER, LEAST_HEAVIER = 3, 40  # matplotlib's own animation of the same stops
ROUNDS = 3  # of which the fastest counts, as whatever else the machine does only adds
ANIMATED = 100  # of its stops


@dataclass(frozen=True)
class Cost:
    """What one flipbook costs."""

    page: str
    figure: str
    stops: int
    library: float  # milliseconds a stop
    drawing: float
    weight: int  # bytes
    slower: float | None  # how many times matplotlib's animation takes as long; None if it has too few stops
    heavier: float | None


class Clock:
    """Runs through the outermost call of some functions, perhaps only within calls that another clock times."""

    def __init__(self, within: "Clock | None" = None) -> None:
        self.seconds, self.depth, self.within = 0.0, 0, within
        self.answers: list[Any] = []

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with the clock running."""

        def call(*arguments: Any, **options: Any) -> Any:
            if self.within and not self.within.depth:
                return function(*arguments, **options)
            self.depth += 1
            start = time.thread_time()
            try:
                answer = function(*arguments, **options)
            finally:
                self.depth -= 1
                if not self.depth:
                    self.seconds += time.thread_time() - start
            if not self.depth:
                self.answers.append(answer)
            return answer

        return call


@contextmanager
def over(places: Iterable[tuple[Any, str]], made: Callable[[Any], Any]) -> Iterator[None]:
    """Put what is made of it in the place of each function, each an attribute of something."""
    with ExitStack() as stack:
        for holder, name in places:
            stack.enter_context(patch.object(holder, name, made(getattr(holder, name))))
        yield


def library() -> list[tuple[ModuleType, str]]:
    """Return where every public function of the library stands."""
    modules = [module for name, module in sys.modules.items() if re.match(r"gradients\.[a-z]", name)]
    return [(module, name) for module in modules for name in _public(module)]


def _public(module: ModuleType) -> list[str]:
    return [
        name
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("_") and getattr(value, "__module__", "").startswith("gradients.")
    ]


def weight(text: str) -> int:
    """Return how many bytes a text takes on the way to a reader."""
    return len(gzip.compress(text.encode()))


def measure(page: str, chapter: str, name: str) -> Cost | None:
    """Return what a figure's stops cost, or None if it has none."""
    function = getattr(load((ROOT / "figures", ROOT / "src"), ROOT / "figures" / f"{chapter}.py"), name)
    controls = declared(function)
    if not controls:
        return None
    moving = draw(function, chapter=chapter, name=name)  # so that what is done once is not counted
    whole = Clock()
    computed = Clock(whole)
    with over([(drawing, "every_stop")], whole.timed), over(library(), computed.timed):
        draw(function, chapter=chapter, name=name)
    drawn = min(_drawing(function, chapter, name, computed.answers) for _ in range(ROUNDS))
    count = len(stops(controls))
    slower = heavier = None
    if count >= ANIMATED:
        animation, html = animate(function)
        slower = animation / (whole.seconds * ANIMATED / count)
        heavier = weight(html) / weight(moving.frames)
    library_time, drawing_time = (1000 * seconds / count for seconds in (computed.seconds, drawn))
    return Cost(page, f"{chapter}.{name}", count, library_time, drawing_time, weight(moving.frames), slower, heavier)


def _drawing(function: Callable[..., None], chapter: str, name: str, answers: Iterable[Any]) -> float:
    """Return how many seconds all stops take if the library's answers are at hand: to compute them is not drawing."""
    clock, coming = Clock(), iter(answers)

    def told(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: next(coming) if clock.depth else function(*given, **named)

    with over([(drawing, "every_stop")], clock.timed), over(library(), told):
        draw(function, chapter=chapter, name=name)
    return clock.seconds


def animate(function: Callable[..., None]) -> tuple[float, str]:
    """Return how long matplotlib takes to animate the first stops of a figure, and the page that it makes."""
    controls = declared(function)
    every = stops(controls)[:ANIMATED]
    with house():
        figure = Figure()
        FigureCanvasAgg(figure)

        def update(number: int) -> list[Any]:
            figure.clear()
            function(
                figure,
                **{control.name: control.values[at] for control, at in zip(controls, every[number], strict=True)},
            )
            return []

        begin = time.thread_time()
        html = FuncAnimation(figure, update, frames=len(every), init_func=lambda: []).to_jshtml()
        return time.thread_time() - begin, html


def main() -> int:
    """Measure all figures that can be dragged."""
    costs = []
    for path in load_project(ROOT).pages():
        for image in images(scan(path)[0]):
            if image.figure and (cost := measure(path.stem, *image.figure)):
                costs.append(cost)
                slower = f"{cost.slower:6.0f} ×  {cost.heavier:6.0f} ×" if cost.slower else "       –         –"
                print(
                    f"{cost.figure:28} {cost.stops:4} stops  {cost.library:7.2f} ms library  {cost.drawing:5.2f} ms drawing"
                    f"  {cost.weight:6} bytes  {slower}",
                    flush=True,
                )
    chapters = {cost.page: sum(other.weight for other in costs if other.page == cost.page) for cost in costs}
    print("bytes by chapter: " + ", ".join(f"{page} {total}" for page, total in chapters.items()))
    compared = [cost for cost in costs if cost.slower is not None and cost.heavier is not None]
    missed = [
        *(f"{cost.figure}: {cost.drawing:.2f} ms a stop" for cost in costs if cost.drawing > MOST_MILLISECONDS),
        *(f"{cost.figure}: {cost.weight} bytes" for cost in costs if cost.weight > MOST_BYTES),
        *(f"{page}: {total} bytes" for page, total in chapters.items() if total > MOST_BYTES_OF_A_CHAPTER),
        *(
            f"{cost.figure}: an animation is {cost.slower:.0f} times slower"
            for cost in compared
            if (cost.slower or 0) < LEAST_SLOWER
        ),
        *(
            f"{cost.figure}: an animation is {cost.heavier:.0f} times heavier"
            for cost in compared
            if (cost.heavier or 0) < LEAST_HEAVIER
        ),
    ]
    print("\n".join(["missed:", *missed]) if missed else "every mark is held")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
