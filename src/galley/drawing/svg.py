"""From matplotlib's SVG to one that stands in a page: small, in both colour schemes, with ids of its own."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from galley.figure.palette import FAMILY, NAMES, variable
from galley.run.cache import digest

NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+e-\d+")
PAIR = re.compile(r"(-?[\d.]+) (-?[\d.]+)")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
REFERENCE = re.compile(r"(?<=url\(#)[^)]+(?=\))|(?<=^#).+")
CORNERS = re.compile(r"([ML]) ?(-?[\d.]+) (-?[\d.]+)|[Zz]")
CURVES = re.compile(r"[^MLZz\d. \n-]")
IDLE = re.compile(r"rotate\(-?0(?: [^)]*)?\)|translate\(0 0\)")
GEOMETRY = ("d", "x", "y", "width", "height", "transform", "points", "cx", "cy", "r")
SIZE = "11px"  # of most text: said once, on the figure


class StrangeColour(Exception):
    """A colour in the drawing that is no role."""


class Shapes:
    """What parts of some drawings refer to: markers, clips, hatches, each by a name that says what it is.

    The ids that matplotlib gives follow the order of drawing. `elements` holds the shapes by name.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.elements: dict[str, Element] = {}

    def gather(self, root: Element) -> None:
        """Take the shapes out of a drawing, and let what refers to them name them."""
        for parent in list(root.iter()):
            for definitions in parent.findall("defs"):
                parent.remove(definitions)
                for shape in definitions.findall("*[@id]"):
                    old = shape.attrib.pop("id")
                    self.names[old] = name = digest(ElementTree.tostring(shape))[:16]
                    for element in () if name in self.elements else shape.iter():
                        dress(element)
                    self.elements.setdefault(name, shape)
        for element in root.iter():
            for key, value in element.attrib.items():
                if key != "id" and "#" in value:
                    element.attrib[key] = REFERENCE.sub(lambda match: self.names.get(match[0], match[0]), value)


def clean(root: Element, shapes: Shapes, *, apart: bool = False) -> Element:
    """Return matplotlib's SVG with roles for colours and nothing left that does not show, every number as it was drawn.

    Args:
        root: What matplotlib drew; is changed.
        shapes: Where that goes which its parts refer to.
        apart: Whether each cell of a matrix stays an element of its own.

    Raises:
        StrangeColour: If a colour is no role, or is not opaque.
    """
    shapes.gather(root)
    kind = ""
    for group in root.iter("g"):
        given = group.attrib.pop("id", "")
        for use in group.iter("use") if "PolyCollection" in given else ():
            _unfold(use, shapes)
        if "QuadMesh" in given and not apart:
            merge(group)
        kind = given.rpartition("_")[0] or kind  # what matplotlib calls what it draws: line2d, text, PolyCollection
        for child in group:
            for element in [child] if child.tag == "g" else child.iter():
                dress(element, kind)
    for group in root.iter("g"):
        join(group)
    for use in root.iter("use"):  # a theme that rewrites every href of a page would stumble over a read-only one
        use.attrib["xlink:href"] = use.attrib.pop("href")
    prune(root)
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "xmlns:xlink": "http://www.w3.org/1999/xlink",
        "class": "galley-figure",
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "data-search-exclude": "",
        "style": f"font-family:{FAMILY},serif;font-size:{SIZE};stroke-linejoin:round;stroke-linecap:butt",
    }
    return root


def finish(root: Element, shapes: Shapes, names: Mapping[str, str]) -> str:
    """Return a drawing as text, numbers to 1/100 point, with all shapes that have new `names`."""
    whole = copied(root, rounded)
    for element in whole.iter():
        for key, value in element.attrib.items():
            element.attrib[key] = referring(value, lambda name: names.get(name, name))
    known = Element("defs")
    for name, new in names.items():
        known.append(copied(shapes.elements[name], rounded))
        known[-1].attrib["id"] = new
    whole.extend([known] if len(known) else [])
    return ElementTree.tostring(whole, encoding="unicode") + "\n"


def referring(value: str, rename: Callable[[str], str]) -> str:
    """Return an attribute with other names of what it refers to."""
    return REFERENCE.sub(lambda match: rename(match[0]), value) if "#" in value else value


def used(roots: Iterable[Element]) -> list[str]:
    """Return the names that are referred to, in order of their appearance."""
    found: dict[str, None] = {}
    for root in roots:
        for element in root.iter():
            for value in element.attrib.values():
                if "#" in value:
                    found |= dict.fromkeys(match[0] for match in REFERENCE.finditer(value))
    return list(found)


def copied(element: Element, geometry: Callable[[str], str]) -> Element:
    """Return a copy with its coordinates rewritten."""
    attributes = {key: geometry(value) if key in GEOMETRY else value for key, value in element.attrib.items()}
    made = Element(element.tag, attributes)
    made.text = element.text
    made.extend(copied(child, geometry) for child in element)
    return made


def _unfold(use: Element, shapes: Shapes) -> None:
    """Put the outline of a fill where it is used: matplotlib keeps it apart, as if it were one marker of many."""
    shape = shapes.elements[use.attrib["href"][1:]]
    x, y = float(use.attrib.pop("x")), float(use.attrib.pop("y"))
    use.tag = "path"
    del use.attrib["href"]
    use.attrib["d"] = PAIR.sub(lambda pair: f"{float(pair[1]) + x:.6f} {float(pair[2]) + y:.6f}", shape.attrib["d"])


def dress(element: Element, kind: str = "shape") -> None:
    """Turn colours into roles, and drop what is so anyway."""
    if IDLE.fullmatch(rounded(element.get("transform", ""))):
        del element.attrib["transform"]
    style = element.attrib.pop("style", "")
    try:
        if element.tag in ("path", "use") and "fill" not in style and kind != "shape":
            raise StrangeColour("in #000000")  # which matplotlib leaves out, as it is what browsers take
        if declared := _declared(style):
            element.attrib["style"] = declared
        if "fill" in element.attrib:  # of a hatch
            element.attrib["fill"] = COLOUR.sub(_role, element.attrib["fill"])
    except StrangeColour as wrong:
        words = "".join(element.itertext()).strip()
        raise StrangeColour(f"{f'the text “{words}”' if words else f'a {kind}'} is drawn {wrong}") from None


@lru_cache(4096)
def rounded(value: str) -> str:
    """Return coordinates to 1/100 point."""
    try:
        return _hundredths(float(value))
    except ValueError:  # it is more than one number
        value = NUMBER.sub(lambda match: _hundredths(float(match[0])), value)
        return re.sub(r"\s*([MLCQzZ,()])\s*", r"\1", value).strip()


def _hundredths(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@lru_cache(4096)
def compact(path: str) -> str:
    """Return a path of straight lines to 1/10 point, each corner from the one before; any other to 1/100."""
    if CURVES.search(path):
        return rounded(path)
    found = CORNERS.findall(path)
    corners = np.array([(float(x), float(y)) for command, x, y in found if command]).reshape(-1, 2)
    places = iter(np.rint(10 * np.round(corners, 2)).astype(int).tolist())  # as if rounded to 1/100 before
    made, last, at = [], "", (0, 0)
    for command, *_ in found:
        if not command:
            made.append("z")
            last = "z"
            continue
        here = next(places)
        x, y = here if command == "M" else (here[0] - at[0], here[1] - at[1])
        if command == "M" or x or y:
            letter = "M" if command == "M" else " " if last == "L" else "l"
            made.append(f"{letter}{x / 10:g} {y / 10:g}")
            last = command
        at = here
    return "".join(made).replace(" -", "-")


@cache
def _declared(style: str) -> str:
    """Return a style without what is so anyway, its colours as roles."""
    declared = []
    for declaration in filter(None, map(str.strip, style.split(";"))):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name.endswith("opacity"):
            raise StrangeColour(f"with {name} {value}")
        if name == "font-family":
            value = value.replace("'", "") + ",serif"
        if (name, value) not in {("font-family", f"{FAMILY},serif"), ("font-size", SIZE), ("stroke-linejoin", "round")}:
            declared.append(f"{name}:{value if 'url(' in value else COLOUR.sub(_role, value)}")
    return ";".join(declared)


def _role(match: re.Match[str]) -> str:
    colour = match[0].lower()
    if colour not in NAMES:
        raise StrangeColour(f"in {colour}")
    return f"var({variable(NAMES[colour])}, {colour})"


def join(group: Element) -> None:
    """Make one `tspan` of neighbours in the same style and on the same line, so that a formula can be selected."""
    said = set(group.get("style", "").split(";"))
    for text in group.findall("text"):
        spans: list[Element] = []
        for span in text:
            style = ";".join(part for part in span.attrib.pop("style", "").split(";") if part not in said)
            span.attrib |= {"style": style} if style else {}
            last = spans[-1] if spans else None
            if last is not None and (last.get("style"), last.get("y")) == (span.get("style"), span.get("y")):
                last.attrib["x"] += f" {span.attrib['x']}"
                last.text = f"{last.text}{span.text}"
            else:
                spans.append(span)
        text.text = None if spans else text.text
        text[:] = spans


def merge(mesh: Element) -> None:
    """Make one path of all cells of a colour: they do not overlap, and a matrix has many."""
    paths: dict[tuple[str | None, str | None], Element] = {}
    for path in mesh:
        first = paths.setdefault((path.get("style"), path.get("clip-path")), path)
        if first is not path:
            first.attrib["d"] += path.attrib["d"]
    mesh[:] = paths.values()


def prune(element: Element) -> None:
    """Drop empty groups, and put the children of a group that says nothing in its place."""
    children: list[Element] = []
    for child in element:
        prune(child)
        if child.tag == "path" and (child.get("style") == "fill:none" or not child.get("d")):
            continue  # the background of a figure or of axes; or what lies outside of the view
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        elif child.tag != "g" or len(child):
            children.append(child)
    element[:] = children
