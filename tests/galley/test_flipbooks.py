"""Figures that can be dragged, in a browser: each stop shows what Python computed, by whichever way a reader comes to it."""

import gzip
import io
import json
import re
import statistics
import subprocess
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from galley.drawing.draw import load
from galley.drawing.drawing import Drawing
from galley.figure.controls import Control, declared, slider, start, stops
from galley.page.pieces import images
from galley.page.scanner import scan
from galley.project import load as load_project
from galley.site import flipbook
from galley.site.mathml import node
from tests.conftest import Site
from tests.galley.own import Places, corners, far, styled

ROOT = Path(__file__).parents[2]
ROOMS = (ROOT / "figures", ROOT / "src")
SCRIPT = ROOT / "src" / "galley" / "site" / "static" / "flipbook.mjs"
PROJECT = load_project(ROOT)
WIDE: ViewportSize = {"width": 1280, "height": 900}
KILOBYTE = 1000


def flipbooks() -> list[tuple[str, str, str]]:
    """Return page, chapter and name of each figure that can be dragged."""
    found = []
    for path in PROJECT.pages():
        for image in images(scan(path)[0]):
            if image.figure and declared(function_of(*image.figure)):
                found.append((path.stem, *image.figure))
    return found


def function_of(chapter: str, name: str) -> Any:
    """Return a figure function."""
    return getattr(load(ROOMS, ROOT / "figures" / f"{chapter}.py"), name)


BOOKS = flipbooks()
# Figure by figure, for what is expected of one is computed once in a process.
NAMED = pytest.mark.parametrize(
    ("stem", "chapter", "name"), BOOKS, ids=[".".join(book[1:]) for book in BOOKS], scope="module"
)


def weight(data: str) -> int:
    """Return how much a text weighs on the way to a reader."""
    return len(gzip.compress(data.encode()))


@dataclass
class Drawn:
    """What matplotlib draws of a figure at a stop: where each line goes and in which colour, and the first corner of each cell."""

    said: str
    words: list[str]
    lines: list[tuple[str, bool, NDArray[np.float64]]]
    cells: list[tuple[str, NDArray[np.float64]]]


@cache
def expected(chapter: str, name: str) -> tuple[list[Control], list[Drawn]]:
    """Return the controls of a figure, and what matplotlib by itself makes of its function at each stop, in the drawing's points."""
    function = function_of(chapter, name)
    controls = declared(function)
    found = []
    with styled():
        first = Figure()
        function(first, **{control.name: control.values[control.start] for control in controls})
        first.savefig(io.BytesIO(), format="svg")
        for stop in stops(controls):
            figure = Figure(layout=Places(first))
            function(figure, **{control.name: control.values[at] for control, at in zip(controls, stop, strict=True)})
            figure.draw_without_rendering()
            height = 72 * figure.get_size_inches()[1]
            drawn = Drawn(str(figure.get_label()), [], [], [])
            for axes in figure.axes:
                left, bottom, right, top = axes.bbox.extents
                for artist in axes.lines:
                    x, y = artist.get_transform().transform(np.ma.filled(artist.get_xydata(), np.nan)).T
                    seen = (x > left + 1) & (x < right - 1) & (y > bottom + 1) & (y < top - 1)
                    points = np.stack([x, height - y], axis=1)[seen]
                    drawn.lines.append((to_hex(artist.get_color()), artist.get_linestyle() != "None", points))
                for mesh in axes.collections:
                    if isinstance(mesh, QuadMesh):
                        places = axes.transData.transform(mesh.get_coordinates()[:-1, :-1].reshape(-1, 2))
                        colours = map(to_hex, mesh.to_rgba(np.ravel(np.asarray(mesh.get_array()))))
                        drawn.cells += zip(colours, places * [1, -1] + [0, height], strict=True)
            found.append(drawn)
    return controls, found


# Every stop, set in the browser one after the other, and what is on the screen then.
WALK = """([id, counts]) => {
    const book = document.getElementById(id), svg = book.querySelector("svg")
    const inputs = [...book.querySelectorAll("[name]")]
    const scale = svg.getScreenCTM().a, box = svg.getBoundingClientRect()
    const shown = (kinds, read) => [...svg.querySelectorAll(kinds)].filter(each => !each.closest("defs, [display=none]")).map(read)
    const seen = [], at = counts.map(() => 0)
    const visit = depth => {
        if (depth < counts.length) {
            for (let k = 0; k < counts[depth]; k++) { at[depth] = k; visit(depth + 1) }
            return
        }
        inputs.forEach((input, k) => { input.value = at[k] })
        inputs[0].dispatchEvent(new Event("input", { bubbles: true }))
        const out = shown("text", text => [text.textContent, text.getBoundingClientRect()])
            .filter(([words, where]) => words.trim() && (where.left < box.left - 2 || where.right > box.right + 2 || where.top < box.top - 2 || where.bottom > box.bottom + 2))
        seen.push([
            book.querySelector("output").textContent,
            inputs.map(input => input.selectedOptions ? input.selectedOptions[0].text : input.getAttribute("aria-valuetext")),
            shown("path", path => [path.getAttribute("d"), path.getAttribute("style")]),
            shown("use", use => [+use.getAttribute("x"), +use.getAttribute("y"), use.getAttribute("style")]),
            out.map(([words]) => words)])
    }
    visit(0)
    return [scale, seen]
}"""


def opened(page: Page, stem: str, name: str, query: str = "") -> None:
    """Go to a figure and wait until it can be dragged."""
    page.set_viewport_size(WIDE)
    page.goto(f"{stem}/#{name}{query}" if stem != "index" else f"#{name}{query}")
    page.locator(f"flip-book[id='{name}']").scroll_into_view_if_needed()
    page.locator(f"flip-book[id='{name}'] [name]:enabled").first.wait_for()


def colours(style: str | None) -> set[str]:
    """Return the colours in a style."""
    return set(re.findall(r"#\w{6}", style or ""))


@NAMED
def test_every_stop_is_on_the_screen_as_computed(page: Page, stem: str, chapter: str, name: str) -> None:
    """At each stop the lines lie where matplotlib draws the library's values, to half a pixel; Python's sentence is said, and no word is cut off."""
    controls, drawn = expected(chapter, name)
    opened(page, stem, name)
    scale, seen = page.evaluate(WALK, [name, [len(control.values) for control in controls]])
    assert len(seen) == len(drawn) == len(stops(controls))
    compared = 0
    for stop, (sentence, words, paths, uses, cut), there in zip(stops(controls), seen, drawn, strict=True):
        assert sentence == there.said
        assert words == [control.words[at] for control, at in zip(controls, stop, strict=True)]
        assert cut == [], f"at stop {stop} these words leave the drawing"
        for colour, lined, points in there.lines:
            alike = [corners(path) for path, style in paths if colour in colours(style)] if lined else []
            marks = np.array([(x, y) for x, y, style in uses if colour in colours(style)])
            if len(points) and lined:
                assert scale * min(far(points, path) for path in alike) <= 0.5, (stop, colour)
            elif len(points):
                assert scale * np.linalg.norm(points[:, None] - marks, axis=2).min(axis=1).max() <= 0.5, (stop, colour)
            compared += len(points)
        if there.cells:
            filled = [(path, style) for path, style in paths if style.startswith("fill:var")]
            firsts = [(colour, corners(path)[1]) for path, style in filled for colour in colours(style)]
            assert len(firsts) == len(there.cells)
            for (colour, place), (other, corner) in zip(there.cells, firsts, strict=True):
                assert colour == other
                assert np.abs(place - corner).max() < 0.5
            compared += len(there.cells)
    assert compared >= len(drawn)


@NAMED
def test_the_keyboard_walks(page: Page, stem: str, chapter: str, name: str) -> None:
    """Ten presses of an arrow walk ten stops, each said in words, and the address keeps the last."""
    controls, drawn = expected(chapter, name)
    said = [each.said for each in drawn]
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
    controls, drawn = expected(chapter, name)
    said = [each.said for each in drawn]
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


STEM, CHAPTER, NAME = "scalar", "scalar", "power"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1.1", "1.1"),
        ("1,1", "1.1"),
        (" .944 ", "0.94"),
        ("0.946", "0.95"),
        ("−3", "0.5"),
        ("9e9", "1.5"),
        ("many", "0.9"),
        ("", "0.9"),
    ],
)
def test_a_number_is_typed(page: Page, typed: str, key: str) -> None:
    """What is typed leads to the nearest stop, with a decimal comma too; what is no number leaves the one that stands there."""
    (control,), drawn = expected(CHAPTER, NAME)
    opened(page, STEM, NAME)
    field = page.get_by_role("textbox", name="weight w, as a number").first
    field.fill(typed)
    page.keyboard.press("Enter")
    at = control.keys.index(key)
    assert page.locator("#power output").inner_text() == drawn[at].said
    assert field.input_value() == control.words[at]
    assert page.locator("#power [type=range]").get_attribute("aria-valuetext") == control.words[at]
    assert page.evaluate("location.hash") == f"#power?w={key}"


@NAMED
def test_reset_leads_back(page: Page, stem: str, chapter: str, name: str) -> None:
    """Reset shows the start again, and the address says no stop; neither dragging nor it makes steps in the browser's history."""
    controls, drawn = expected(chapter, name)
    opened(page, stem, name, "?" + "&".join(f"{control.name}={control.keys[-1]}" for control in controls))
    book = page.locator(f"flip-book[id='{name}']")
    expect(book.locator("output")).to_have_text(drawn[-1].said)
    before = page.evaluate("history.length")
    book.locator("[name]").first.evaluate(
        "each => { each.value = 0; each.dispatchEvent(new Event('change', { bubbles: true })) }"
    )
    book.get_by_role("button", name="Reset").click()
    assert book.locator("output").inner_text() == drawn[start(controls)].said
    assert page.evaluate("[location.hash, history.length]") == [f"#{name}", before]


@pytest.mark.parametrize("width", [1280, 390])
def test_two_controls_stand_where_there_is_room(page: Page, width: int) -> None:
    """Two controls stand side by side on a desktop and below each other on a phone, within the figure, with room to drag."""
    opened(page, "clipping", "geometry")
    page.set_viewport_size({"width": width, "height": 900})
    book = page.locator("#geometry").bounding_box()
    one, two = (each.bounding_box() for each in page.locator("#geometry [type=range]").all())
    assert book and one and two
    assert (abs(one["y"] - two["y"]) < 2) == (width == 1280)
    assert min(one["width"], two["width"]) >= 100
    assert book["x"] <= one["x"] and two["x"] + two["width"] <= book["x"] + book["width"]


def test_its_words_can_be_selected(page: Page) -> None:
    """A double click selects a number in the drawing and in the sentence, to be copied."""
    opened(page, STEM, NAME)
    for text in (page.locator("#power svg text", has_text="117").last, page.locator("#power output")):
        text.dblclick()
        assert page.evaluate("String(getSelection()).trim()") != ""


def test_what_plays_is_said_when_it_rests(page: Page) -> None:
    """The button says what it does, the sentence is not announced at each stop while it plays, and the address follows at the end."""
    opened(page, STEM, NAME)
    book = page.locator("#power")
    book.get_by_role("button", name="Play").click()
    assert book.locator("output").get_attribute("aria-live") == "off"
    expect(book.locator("output")).not_to_have_text(expected(CHAPTER, NAME)[1][40].said)
    book.get_by_role("button", name="Pause").click()
    assert book.locator("output").get_attribute("aria-live") is None
    at = int(book.locator("[type=range]").input_value())
    assert page.evaluate("location.hash") == f"#power?w={expected(CHAPTER, NAME)[0][0].keys[at]}"
    book.get_by_role("button", name="Play").wait_for()


def moving_line(page: Page) -> str:
    """Return the path of the line that follows the slider."""
    return str(
        page.evaluate(
            "[...document.querySelectorAll('#power svg path[id]')].map(each => each.getAttribute('d')).join()"
        )
    )


def drag(page: Page, value: int) -> None:
    """Move the slider of the figure of powers."""
    field = page.locator("#power [type=range]")
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
    page.locator("#power [type=range]:enabled").wait_for()
    before = moving_line(page)
    drag(page, 70)
    assert moving_line(page) != before
    assert page.locator("#power output").inner_text() == expected(CHAPTER, NAME)[1][70].said


def test_frames_come_when_they_are_near(page: Page) -> None:
    """Nothing is fetched for a figure far below; its controls wait, and come to life when the reader does."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 300})
    page.goto("scalar/")
    page.wait_for_timeout(300)
    assert not any(url.endswith("typical.json") for url in asked)
    assert page.locator("#typical [type=range]").is_disabled()
    page.locator("#typical").scroll_into_view_if_needed()
    page.locator("#typical [type=range]:enabled").wait_for()
    assert any(url.endswith("typical.json") for url in asked)


@pytest.mark.parametrize("address", ["#100%", "#power?w=%", "#power?w=%E0%A4%A", "#%?w=1.1", "#power?", "#power?w"])
def test_an_address_that_is_none_leaves_the_start(browser: Browser, site: Site, address: str) -> None:
    """However an address is mistyped, the figure can be dragged, and stands at its start."""
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(f"{error} {error.stack}"))
        page.goto(f"{STEM}/{address}")
        page.locator("#power").scroll_into_view_if_needed()
        page.locator("#power [type=range]:enabled").wait_for()
        controls, drawn = expected(CHAPTER, NAME)
        assert page.locator("#power output").inner_text() == drawn[controls[0].start].said
        drag(page, 70)
        assert page.locator("#power output").inner_text() == drawn[70].said
        assert not [each for each in wrong if "flipbook" in each]


def cut(route: Route) -> None:
    """Answer with half of what is asked for."""
    body = route.fetch().text()
    route.fulfill(body=body[: len(body) // 2], content_type="application/json")


def aged(route: Route) -> None:
    """Answer with what another build would."""
    book = json.loads(route.fetch().text())
    route.fulfill(body=json.dumps(book | {"digest": "0" * 16}), content_type="application/json")


@pytest.mark.parametrize(
    "answer", [cut, aged, lambda route: route.fulfill(status=404, body="none"), lambda route: route.abort()]
)
def test_frames_that_do_not_belong_leave_the_still_figure(browser: Browser, site: Site, answer: Any) -> None:
    """Frames that are cut short, missing, or of another build are not used: the start stands there, and a word says why."""
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.route("**/power.json", answer)
        page.goto(f"{STEM}/#power?w=1.5")
        page.locator("#power").scroll_into_view_if_needed()
        expect(page.locator("#power .controls")).to_contain_text("could not be loaded")
        controls, drawn = expected(CHAPTER, NAME)
        assert page.locator("#power output").inner_text() == drawn[controls[0].start].said
        assert page.locator("#power svg").is_visible()
        assert wrong == []


def test_a_label_is_text_outside_of_its_formulas() -> None:
    """What looks like markup in the label of a control is shown as it was typed."""
    control = replace(slider(0, 1, step=1, start=0, label="a < b & $x$ <i>"), name="w")
    made = Drawing("a-b", "<svg></svg>", "", {}, 1, 1, (control,), ("one", "two"), "{}", "seal")
    html = flipbook.element(made, "b", made.svg, "b.json", {"x": "<math>x</math>"})
    assert "<span>a &lt; b &amp; <math>x</math> &lt;i&gt;</span>" in html
    assert 'data-digest="seal"' in html


def test_it_stands_there_without_scripts(browser: Browser, site: Site) -> None:
    """Without JavaScript the starting stop is a figure with its sentence, and no control pretends to work."""
    with browser.new_context(java_script_enabled=False, viewport=WIDE) as context:
        page = context.new_page()
        page.goto(f"{site.url}{STEM}/")
        assert page.locator("#power svg").is_visible()
        assert not page.locator("#power .controls").is_visible()
        controls, drawn = expected(CHAPTER, NAME)
        assert page.locator("#power output").inner_text() == drawn[controls[0].start].said


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
def test_colours_follow_the_scheme(browser: Browser, site: Site, scheme: Literal["light", "dark"], colour: str) -> None:
    """What explodes is vermilion in either scheme, also where it was set by dragging."""
    with browser.new_context(base_url=site.url, color_scheme=scheme) as context:
        page = context.new_page()
        opened(page, STEM, NAME, "?w=1.5")
        strokes = "[...document.querySelectorAll('#power svg path[id]')].map(each => getComputedStyle(each)).map(each => [each.stroke, each.strokeWidth])"
        assert [colour, "3px"] in page.evaluate(strokes)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_playing_respects_reduced_motion(
    browser: Browser, site: Site, motion: Literal["reduce", "no-preference"]
) -> None:
    """The button lets the figure run through its stops until it is pressed again, unless the reader wants no motion."""
    with browser.new_context(base_url=site.url, reduced_motion=motion) as context:
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
        "BinaryExpression": {"===", "!==", "<"},
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


def test_the_largest_answers_at_once(page: Page, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """The flipbook with the most to set answers an event in less than four milliseconds of script, at the median."""
    frames = {book: site.folder / f"figures/{book[1]}/{book[2]}.json" for book in BOOKS}
    stem, chapter, name = max(BOOKS, key=lambda book: frames[book].stat().st_size)
    controls = declared(function_of(chapter, name))
    opened(page, stem, name)
    times = page.evaluate(
        """([id, count]) => {
            const input = document.getElementById(id).querySelector("[name]"), times = []
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
            assert key in ("", "d", "x", "y", "style", "transform", "clip-path", "xlink:href", "display"), key
            assert not any(re.search(r"<script|\bon\w+=|javascript:", value) for value in values)


def test_stops_rise() -> None:
    """A slider's stops go up, so that dragging to the right means more."""
    for _, chapter, name in BOOKS:
        for control in declared(function_of(chapter, name)):
            if control.slides:
                assert all(low < high for low, high in pairwise(control.values))  # type: ignore[operator]  # of numbers
