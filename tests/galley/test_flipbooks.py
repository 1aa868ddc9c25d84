"""Figures that can be dragged, in a browser: each stop shows what Python computed, by whichever way a reader comes to it."""

import gzip
import json
import re
import statistics
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from galley.drawing.draw import draw_named, house, load
from galley.drawing.stage import Stage, drawn_on
from galley.figure.controls import Control, declared, start, stops
from galley.page.scanner import scan
from galley.project import load as load_project
from galley.site.edition import images
from galley.site.katex import node
from tests.conftest import Site
from tests.galley.test_frames import turned

ROOT = Path(__file__).parents[2]
FONTS = ROOT / "node_modules" / "katex" / "dist" / "fonts"
SCRIPT = ROOT / "src" / "galley" / "assets" / "flipbook.mjs"
PROJECT = load_project(ROOT)
WIDE = {"width": 1280, "height": 900}
KILOBYTE = 1000


def flipbooks() -> list[tuple[str, str, str]]:
    """Return page, chapter and name of each figure that can be dragged."""
    found = []
    for path in PROJECT.pages():
        for image in images(scan(path)):
            if image.figure and declared(function_of(*image.figure)):
                found.append((path.stem, *image.figure))
    return found


def function_of(chapter: str, name: str) -> Any:
    """Return a figure function."""
    return getattr(load(ROOT, ROOT / "figures" / f"{chapter}.py"), name)


BOOKS = flipbooks()
NAMED = pytest.mark.parametrize(("stem", "chapter", "name"), BOOKS, ids=[".".join(book[1:]) for book in BOOKS])


def weight(data: str) -> int:
    """Return how much a text weighs on the way to a reader."""
    return len(gzip.compress(data.encode()))


@cache
def expected(
    chapter: str, name: str
) -> tuple[list[Control], list[str], list[dict[str, NDArray[np.float64]]], list[Any]]:
    """Return the controls, the sentence of each stop, where the library's values lie on the drawing then, and its frames."""
    function = function_of(chapter, name)
    controls = declared(function)
    said, lines = [], []
    with house(FONTS):
        figure = Stage()
        function(figure, **{control.name: control.values[control.start] for control in controls})
        figure.draw_without_rendering()
        figure.keep()
        height = 72 * figure.get_size_inches()[1]
        boxes = [axes.bbox.extents for axes in figure.axes]
        for stop in stops(controls):
            figure.rewind()
            function(figure, **{control.name: control.values[at] for control, at in zip(controls, stop, strict=True)})
            figure.settle()
            said.append(str(figure.get_label()))
            places = {}
            for panel, axes in enumerate(figure.axes):
                for index, artist in enumerate(drawn_on(axes)):
                    if isinstance(artist, Line2D) and artist.get_transform() == axes.transData:
                        points = axes.transData.transform(np.ma.getdata(artist.get_xydata()))
                        places[f"Line2D.{panel}.{index}"] = np.stack([points[:, 0], height - points[:, 1]], axis=1)
                    elif isinstance(artist, QuadMesh):
                        points = axes.transData.transform(artist.get_coordinates()[:-1, :-1].reshape(-1, 2))
                        colours = [
                            int(to_hex(each)[1:], 16)
                            for each in artist.to_rgba(np.ravel(np.asarray(artist.get_array())))
                        ]
                        places[f"QuadMesh.{panel}.{index}"] = np.column_stack(
                            [points[:, 0], height - points[:, 1], colours]
                        )
            lines.append(places)
    areas = [(left, height - top, right, height - bottom) for left, bottom, right, top in boxes]
    return controls, said, lines, areas


def corners(path: str) -> list[NDArray[np.float64]]:
    """Return the corners of each part of a path of straight lines."""
    found: list[list[NDArray[np.float64]]] = []
    for command, numbers in re.findall(r"([MLl])([-\d. ]*)", path):
        for x, y in np.reshape([float(each) for each in re.findall(r"-?[\d.]+", numbers)], (-1, 2)):
            if command == "M":
                found.append([np.array([x, y])])
            else:
                found[-1].append(np.array([x, y]) + (found[-1][-1] if command == "l" else 0))
    return [np.array(part) for part in found]


def far(points: NDArray[np.float64], parts: list[NDArray[np.float64]]) -> float:
    """Return the largest distance of any of `points` from lines through corners."""
    if not len(points):
        return 0.0
    starts = np.concatenate([part[:-1] if len(part) > 1 else part for part in parts])
    along = np.concatenate([np.diff(part, axis=0) if len(part) > 1 else part * 0 for part in parts])
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    shares = np.clip(((points[:, None] - starts) * along).sum(axis=2) / square, 0, 1)
    return float(np.linalg.norm(points[:, None] - starts - shares[..., None] * along, axis=2).min(axis=1).max())


def within(points: NDArray[np.float64], area: Any, margin: float) -> NDArray[np.bool_]:
    """Tell which points lie in an area, by at least so much."""
    left, top, right, bottom = area
    x, y = points.T
    return (x > left + margin) & (x < right - margin) & (y > top + margin) & (y < bottom - margin)  # type: ignore[no-any-return]  # of comparisons


def same_cells(cells: NDArray[np.float64], paths: list[tuple[str, str]]) -> int:
    """Hold the cells on the screen against the colours that they should have, by the corner at which each begins; return how many."""
    found = []
    for path, style in paths:
        colour = re.search(r"fill: ?var\([^,]+, #(\w{6})\)", style)
        assert colour is not None, style
        found += [(float(x), float(y), int(colour[1], 16)) for x, y in re.findall(r"M(-?[\d.]+)[ ,]?(-?[\d.]+)", path)]
    shown = np.array(found)
    assert len(shown) == len(cells)
    nearest = np.abs(shown[:, None, :2] - cells[None, :, :2]).max(axis=2)
    assert nearest.min(axis=1).max() < 0.5
    assert (cells[nearest.argmin(axis=1), 2] == shown[:, 2]).all()
    return len(cells)


# Every stop, set in the browser one after the other, and what is on the screen then.
WALK = """([id, counts]) => {
    const book = document.getElementById(id), svg = book.querySelector("svg")
    const inputs = [...book.querySelectorAll("input, select")]
    const scale = svg.getScreenCTM().a, box = svg.getBoundingClientRect()
    const seen = [], at = counts.map(() => 0)
    const visit = depth => {
        if (depth < counts.length) {
            for (let k = 0; k < counts[depth]; k++) { at[depth] = k; visit(depth + 1) }
            return
        }
        inputs.forEach((input, k) => { input.value = at[k] })
        inputs[0].dispatchEvent(new Event("input", { bubbles: true }))
        const lines = {}
        for (const group of svg.querySelectorAll("g[id*='-Line2D.']")) {
            const flat = [...group.querySelectorAll("path, use")].every(each => {
                const here = each.getScreenCTM()
                return Math.abs(here.a - scale) < 1e-6 && Math.abs(here.e - svg.getScreenCTM().e) < 1e-6
            })
            lines[group.id.slice(group.id.indexOf("Line2D."))] = [
                [...group.querySelectorAll("path")].filter(path => !path.closest("defs")).map(path => path.getAttribute("d")).join(""),
                [...group.querySelectorAll("use")].map(use => [+use.getAttribute("x"), +use.getAttribute("y")]), flat]
        }
        for (const group of svg.querySelectorAll("g[id*='-QuadMesh.']"))
            lines[group.id.slice(group.id.indexOf("QuadMesh."))] = [
                [...group.querySelectorAll("path")].map(path => [path.getAttribute("d"), path.getAttribute("style")]), [], true]
        const out = [...svg.querySelectorAll("text")].map(text => [text.textContent, text.getBoundingClientRect()])
            .filter(([words, where]) => words.trim() && (where.left < box.left - 2 || where.right > box.right + 2 || where.top < box.top - 2 || where.bottom > box.bottom + 2))
        seen.push([book.querySelector("output").textContent, inputs.map(input => input.getAttribute("aria-valuetext")), lines, out.map(([words]) => words)])
    }
    visit(0)
    return [scale, seen]
}"""


def opened(page: Page, stem: str, name: str, query: str = "") -> None:
    """Go to a figure and wait until it can be dragged."""
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a typed dictionary elsewhere
    page.goto(f"{stem}/#{name}{query}" if stem != "index" else f"#{name}{query}")
    page.locator(f"flip-book[id='{name}']").scroll_into_view_if_needed()
    page.locator(f"flip-book[id='{name}'] :is(input, select):enabled").first.wait_for()


@NAMED
def test_every_stop_is_on_the_screen_as_computed(page: Page, stem: str, chapter: str, name: str) -> None:
    """At each stop the lines lie where the library's values are, to half a pixel, Python's sentence is said, and no word is cut off."""
    controls, said, lines, areas = expected(chapter, name)
    opened(page, stem, name)
    scale, seen = page.evaluate(WALK, [name, [len(control.values) for control in controls]])
    assert [sentence for sentence, *_ in seen] == said
    assert len(said) == len(stops(controls))
    compared = 0
    for stop, (_, words, shown, cut), places in zip(stops(controls), seen, lines, strict=True):
        assert words == [control.words[at] for control, at in zip(controls, stop, strict=True)]
        assert cut == [], f"at stop {stop} these words leave the drawing"
        for gid, (path, marks, flat) in shown.items():
            if gid not in places:
                continue
            assert flat
            if gid.startswith("QuadMesh"):
                compared += same_cells(places[gid], path)
                continue
            area = areas[int(gid.split(".")[1])]
            points = places[gid][np.isfinite(places[gid]).all(axis=1)]
            inside = points[within(points, area, 1.0)]
            compared += len(inside)
            if path:
                parts = corners(path)
                vertices = np.concatenate(parts)
                assert scale * far(inside, parts) <= 0.5, (stop, gid)
                assert scale * far(vertices[within(vertices, area, 1.0)], [points]) <= 0.5, (stop, gid)
            elif len(inside):
                apart = np.linalg.norm(inside[:, None] - np.array(marks), axis=2).min(axis=1)
                assert scale * apart.max() <= 0.5, (stop, gid)
    assert compared >= len(said)


@NAMED
def test_a_stop_is_what_the_figure_draws_there(chapter: str, stem: str, name: str) -> None:
    """Drawn afresh at its first, middle and last stop the figure has the words, lines and fills that dragging shows there."""
    controls, said, _, _ = expected(chapter, name)
    every = stops(controls)
    whole = draw_named(ROOT, chapter, name, FONTS)
    assert list(whole.readouts) == said
    for number in (0, len(every) // 2, len(every) - 1):
        given = {control.name: control.values[at] for control, at in zip(controls, every[number], strict=True)}
        there = draw_named(ROOT, chapter, name, FONTS, given)
        assert looks(turned(whole, number)) == looks(ElementTree.fromstring(there.svg))


def looks(root: ElementTree.Element) -> list[tuple[str, str]]:
    """Return the words and the styles in a drawing, wherever they stand: axes laid out anew may stand elsewhere."""
    kinds = ("text", "tspan", "path", "use")
    found = [
        element for element in root.iter() if element.tag.rpartition("}")[2] in kinds and element.get("id") is None
    ]
    return sorted(("".join(element.itertext()), element.get("style", "")) for element in found)


@NAMED
def test_the_keyboard_walks(page: Page, stem: str, chapter: str, name: str) -> None:
    """Ten presses of an arrow walk ten stops, each said in words, and the address keeps the last."""
    controls, said, _, _ = expected(chapter, name)
    opened(page, stem, name)
    control = controls[0]
    field = page.locator(f"flip-book[id='{name}'] [name='{control.name}']")
    field.focus()
    field.evaluate("each => { each.value = 0; each.dispatchEvent(new Event('input', { bubbles: true })) }")
    at = [0, *(other.start for other in controls[1:])]
    for step in range(1, 11):
        page.keyboard.press("ArrowRight" if control.slides else "ArrowDown")
        at[0] = min(step, len(control.values) - 1)
        assert page.locator(f"flip-book[id='{name}'] output").inner_text() == said[stops(controls).index(tuple(at))]
        assert field.get_attribute("aria-valuetext") == control.words[at[0]]
    assert page.evaluate("location.hash").startswith(f"#{name}?{control.name}={control.keys[at[0]]}")


@NAMED
def test_an_address_leads_to_a_stop(page: Page, stem: str, chapter: str, name: str) -> None:
    """A link with the controls' values shows that stop; one with values that are none shows the start."""
    controls, said, _, _ = expected(chapter, name)
    output = page.locator(f"flip-book[id='{name}'] output")

    def address(stop: tuple[int, ...]) -> str:
        return "&".join(f"{control.name}={control.keys[at]}" for control, at in zip(controls, stop, strict=True))

    opened(page, stem, name, f"?{address(stops(controls)[-1])}")
    assert output.inner_text() == said[-1]
    page.evaluate(f"location.hash = '{name}?{address(stops(controls)[0])}'")
    expect(output).to_have_text(said[0])
    page.goto("about:blank")
    opened(page, stem, name, f"?{controls[0].name}=nowhere")
    assert output.inner_text() == said[start(controls)]


STEM, CHAPTER, NAME = next(book for book in BOOKS if book[1:] == ("scalar", "power"))


def moving_line(page: Page) -> str:
    """Return the path of the line that follows the slider."""
    return str(
        page.evaluate(
            "[...document.querySelectorAll('#power g[id*=\"Line2D.\"] path')].map(each => each.getAttribute('d')).join()"
        )
    )


def drag(page: Page, value: int) -> None:
    """Move the slider of the figure of powers."""
    field = page.locator("#power input")
    field.evaluate(
        f"each => {{ each.value = {value}; for (const kind of ['input', 'change']) each.dispatchEvent(new Event(kind, {{ bubbles: true }})) }}"
    )


def test_it_survives_instant_navigation(page: Page) -> None:
    """After another page and back, without a reload, the figure can be dragged again."""
    opened(page, STEM, NAME)
    page.evaluate("window.kept = true")
    page.locator(".md-nav--primary a", has_text="lipping").first.click()
    page.locator('[data-galley="clipping"]').wait_for()
    page.locator(".md-nav--primary a", has_text="One number").first.click()
    page.locator('[data-galley="scalar"]').wait_for()
    assert page.evaluate("window.kept") is True
    page.locator("#power").scroll_into_view_if_needed()
    page.locator("#power input:enabled").wait_for()
    before = moving_line(page)
    drag(page, 70)
    assert moving_line(page) != before
    assert page.locator("#power output").inner_text() == expected(CHAPTER, NAME)[1][70]


def test_frames_come_when_they_are_near(page: Page) -> None:
    """Nothing is fetched for a figure far below; its controls wait, and come to life when the reader does."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 300})
    page.goto("scalar/")
    page.wait_for_timeout(300)
    assert not any(url.endswith("power.json") for url in asked)
    assert page.locator("#power input").is_disabled()
    page.locator("#power").scroll_into_view_if_needed()
    page.locator("#power input:enabled").wait_for()
    assert any(url.endswith("power.json") for url in asked)


def test_it_stands_there_without_scripts(browser: Browser, site: Site) -> None:
    """Without JavaScript the starting stop is a figure with its sentence, and no control pretends to work."""
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:  # type: ignore[arg-type]  # as above
        page = context.new_page()
        page.goto(f"{site.url}{STEM}/")
        assert page.locator("#power svg").is_visible()
        assert not page.locator("#power .controls").is_visible()
        controls, said, _, _ = expected(CHAPTER, NAME)
        assert page.locator("#power output").inner_text() == said[controls[0].start]


def test_print_shows_the_start(page: Page) -> None:
    """On paper the starting stop stands there without controls; the screen then shows again what it showed."""
    opened(page, STEM, NAME)
    first = moving_line(page)
    drag(page, 70)
    dragged = moving_line(page)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert moving_line(page) == first != dragged
    assert not page.locator("#power .controls").is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert moving_line(page) == dragged


@pytest.mark.parametrize(("scheme", "colour"), [("light", "rgb(186, 61, 0)"), ("dark", "rgb(255, 144, 85)")])
def test_colours_follow_the_scheme(browser: Browser, site: Site, scheme: str, colour: str) -> None:
    """What explodes is vermilion in either scheme, also where it was set by dragging."""
    with browser.new_context(base_url=site.url, color_scheme=scheme) as context:  # type: ignore[arg-type]  # one of two
        page = context.new_page()
        opened(page, STEM, NAME, "?w=1.5")
        strokes = "[...document.querySelectorAll('#power g[id*=\"Line2D.\"] path')].map(each => getComputedStyle(each)).map(each => [each.stroke, each.strokeWidth])"
        assert [colour, "3px"] in page.evaluate(strokes)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_playing_respects_reduced_motion(browser: Browser, site: Site, motion: str) -> None:
    """The button lets the figure run through its stops until it is pressed again, unless the reader wants no motion."""
    with browser.new_context(base_url=site.url, reduced_motion=motion) as context:  # type: ignore[arg-type]  # one of two
        page = context.new_page()
        opened(page, STEM, NAME)
        button = page.locator("#power .play")
        assert button.is_visible() == (motion == "no-preference")
        before = page.locator("#power output").inner_text()
        button.evaluate("each => each.click()")
        page.wait_for_timeout(450)
        after = page.locator("#power output").inner_text()
        assert (after != before) == (motion == "no-preference")
        if motion == "no-preference":
            button.click()
            rests = page.locator("#power output").inner_text()
            page.wait_for_timeout(250)
            assert page.locator("#power output").inner_text() == rests


# The script


def test_the_script_is_small() -> None:
    """The whole site's script for dragging weighs at most three kilobytes on the way to a reader."""
    assert weight(SCRIPT.read_text(encoding="utf-8")) <= 3 * KILOBYTE


PARSE = """
import { parse } from "acorn"
import { readFileSync } from "node:fs"
const found = []
const visit = node => {
  if (!node || typeof node !== "object") return
  if (node.type) found.push([node.type, node.operator ?? node.name ?? "", typeof node.value])
  Object.values(node).flat().forEach(visit)
}
visit(parse(readFileSync(process.argv[1], "utf-8"), { ecmaVersion: "latest", sourceType: "module" }))
console.log(JSON.stringify(found))
"""


def parsed(source: Path) -> list[tuple[str, str, str]]:
    """Return type, operator or name, and type of the value, of each node of a script."""
    command = [node(), "--input-type=module", "--eval", PARSE, str(source)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [tuple(entry) for entry in json.loads(done.stdout)]


def arithmetic(nodes: list[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """Return what computes among the nodes of a script: anything but comparing, choosing, looking up and setting."""
    harmless = {
        "BinaryExpression": {"===", "!=="},
        "LogicalExpression": {"&&", "||", "??"},
        "UnaryExpression": {"!"},
        "AssignmentExpression": {"="},
        "UpdateExpression": set[str](),
    }
    computing = {"Math", "Number", "BigInt", "parseFloat", "parseInt", "eval", "Function", "Date", "Intl"}
    return {(kind, name) for kind, name, _ in nodes if name not in harmless.get(kind, {name})} | {
        (kind, name) for kind, name, _ in nodes if kind == "Identifier" and name in computing
    }


def test_the_script_computes_nothing(tmp_path: Path) -> None:
    """It compares, looks up and sets; its only number is the pause of the play button. What would compute is found."""
    nodes = parsed(SCRIPT)
    assert arithmetic(nodes) == set()
    assert [kind for kind in nodes if kind[0] == "Literal" and kind[2] == "number"] == [("Literal", "", "number")]
    for slip in ("a = b * 2", "a += 1", "a++", "a = -b", "a = Math.exp(b)", "a = b ** c", "a = `${b}` + c"):
        script = tmp_path / "slip.mjs"
        script.write_text(slip)
        assert arithmetic(parsed(script)), slip


def test_the_largest_answers_at_once(page: Page, capsys: pytest.CaptureFixture[str]) -> None:
    """The flipbook with the most to set answers an event in less than four milliseconds of script, at the median."""
    sizes = {book: len(draw_named(ROOT, *book[1:], FONTS).frames) for book in BOOKS}
    stem, chapter, name = max(BOOKS, key=lambda book: sizes[book])
    controls = expected(chapter, name)[0]
    opened(page, stem, name)
    times = page.evaluate(
        """([id, count]) => {
            const input = document.getElementById(id).querySelector("input, select"), times = []
            for (let k = 0; k < 100; k++) {  // ten at a time, as the browser's clock is coarse
                const start = performance.now()
                for (let j = 0; j < 10; j++) {
                    input.value = (k * 7 + j * 13) % count
                    input.dispatchEvent(new Event("input", { bubbles: true }))
                }
                times.push((performance.now() - start) / 10)
            }
            return times
        }""",
        [name, len(controls[0].values)],
    )
    with capsys.disabled():
        print(f" {chapter}.{name}: {statistics.median(times):.2f} ms", end="")
    assert statistics.median(times) < 4


# The weight


def test_flipbooks_are_light(site: Site) -> None:
    """A flipbook adds at most 30 kB to its figure, all of a chapter's at most 60 kB, as they come over the wire."""
    weights: dict[str, int] = {}
    for stem, chapter, name in BOOKS:
        frames = (site.folder / f"figures/{chapter}/{name}.json").read_text(encoding="utf-8")
        assert weight(frames) <= 30 * KILOBYTE, (chapter, name)
        weights[stem] = weights.get(stem, 0) + weight(frames)
    assert max(weights.values()) <= 60 * KILOBYTE, weights


def test_frames_hold_no_code(site: Site) -> None:
    """What the script sets are attributes of drawings, words, and drawings: nothing that a browser would run."""
    for _, chapter, name in BOOKS:
        book = json.loads((site.folder / f"figures/{chapter}/{name}.json").read_text(encoding="utf-8"))
        for _, _, key, values, _ in book["slots"]:
            assert key in ("", "<", "d", "x", "y", "style", "transform", "clip-path", "xlink:href", "id"), key
            assert not any(re.search(r"<script|\bon\w+=|javascript:", value) for value in values)


def test_stops_rise() -> None:
    """A slider's stops go up, so that dragging to the right means more."""
    for _, chapter, name in BOOKS:
        for control in declared(function_of(chapter, name)):
            if control.slides:
                assert all(low < high for low, high in pairwise(control.values))  # type: ignore[operator]  # of numbers
