"""From matplotlib's SVG to one that stands in a page: small, in both colour schemes, with ids of its own."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from galley.drawing.embedding import VARIABLE
from galley.figure.palette import FAMILY, NAMES, variable

NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+e-\d+")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
REFERENCE = re.compile(r"(?<=url\(#)[^)]+(?=\))|(?<=^#).+")
CORNERS = re.compile(r"([ML]) ?(-?[\d.]+) (-?[\d.]+)|[Zz]")
CURVES = re.compile(r"[^MLZz\d. \n-]")
IDLE = re.compile(r"rotate\(-?0(?: [^)]*)?\)|translate\(0 0\)")
GEOMETRY = {"d", "x", "y", "width", "height", "transform", "points", "cx", "cy", "r"}
SIZE = "11px"  # of most text: said once, on the figure


class StrangeColour(Exception):
    """A colour in the drawing that is no role."""


@dataclass(frozen=True)
class Pressed:
    """A drawing as it stands in a page.

    Attributes:
        text: The inline SVG.
        ids: What the ids that matplotlib gave have become.
        shapes: What is known of the markers that matplotlib has defined.
        groups: What stands in each group that has an id, by its new one.
    """

    text: str
    ids: dict[str, str]
    shapes: dict[str, str]
    groups: dict[str, Element]


def press(root: Element, prefix: str, names: frozenset[str] = frozenset()) -> Pressed:
    """Return matplotlib's SVG as an inline one: colours are roles, and nothing is left in it that does not show.

    Args:
        root: What matplotlib drew; is changed.
        prefix: What every id begins with.
        names: The ids of groups to keep, as `<prefix>-<id>`; all others stay only if something refers to them.

    Raises:
        StrangeColour: If a colour is no role, or is not opaque.
    """
    shapes: dict[str, str] = {}
    _gather(root, shapes)
    ids = identify(root, prefix, names)
    _clean(root, rounded)
    box = root.attrib["viewBox"]
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "xmlns:xlink": "http://www.w3.org/1999/xlink",
        "class": "galley-figure",
        "viewBox": box,
        "role": "img",
        "data-search-exclude": "",
        "style": f"font-family:{FAMILY},serif;font-size:{SIZE};stroke-linejoin:round;stroke-linecap:butt",
    }
    return Pressed(ElementTree.tostring(root, encoding="unicode") + "\n", ids, shapes, _groups(root))


def parts(root: Element, whole: Pressed, *, apart: bool = False) -> dict[str, Element]:
    """Return the groups of a drawing that have an id in a whole one, by its new id, cleaned as `press` cleans them.

    Args:
        root: What matplotlib drew of a part of the same figure; is changed.
        whole: The figure as it was pressed.
        apart: Whether each cell of a matrix stays an element of its own.

    Raises:
        StrangeColour: If a colour is no role, or is not opaque.
        KeyError: If something is referred to that the figure does not hold.
    """
    _gather(root, whole.shapes)
    refer(root, whole.ids)
    _clean(root, compact, apart=apart)
    return _groups(root)


def _groups(root: Element) -> dict[str, Element]:
    return {group.attrib["id"]: group for group in root.iter("g") if "id" in group.attrib}


def _gather(root: Element, shapes: dict[str, str]) -> None:
    """Put all that is referred to in one place, under a name that says what it is.

    In `shapes` stand these names by the ids that matplotlib gives, which are others in another colour.
    """
    _unfold(root)
    shared, known = Element("defs"), set[str]()
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag != "defs":
                continue
            parent.remove(child)
            for shape in child.findall("*[@id]"):
                if shape.tag == "path":
                    shapes[shape.attrib["id"]] = "-".join(shape.get(key, "") for key in ("d", "style"))
                    shape.attrib["id"] = shapes[shape.attrib["id"]]
                if shape.attrib["id"] not in known:
                    known.add(shape.attrib["id"])
                    shared.append(shape)
    root.append(shared)
    for use in root.iter("use"):
        target = use.attrib["href"].removeprefix("#")
        use.attrib["href"] = f"#{shapes.get(target, target)}"


def _unfold(root: Element) -> None:
    """Put the outline of a fill where it is used: matplotlib keeps it apart, as if it were one marker of many."""
    shapes = {path.get("id", ""): path for defs in root.iter("defs") for path in defs if path.tag == "path"}
    outlines = {name: path.get("d", "") for name, path in shapes.items()}
    for group in root.iter("g"):
        for use in group.iter("use") if "PolyCollection" in group.get("id", "") else ():
            name = use.attrib.pop("href")[1:]
            use.tag = "path"
            use.attrib |= {"d": outlines[name], "transform": f"translate({use.attrib.pop('x')} {use.attrib.pop('y')})"}
            shapes[name].attrib.pop("id", None)  # so that it is not kept


def _clean(root: Element, outline: Callable[[str], str], *, apart: bool = False) -> None:
    """Turn colours into roles, join what belongs together, and drop what does not show; `outline` rewrites paths."""
    meshes = [group for group in root.iter("g") if "QuadMesh" in group.get("id", group.attrib.pop("class", ""))]
    for element in root.iter():
        dress(element, outline)
    for group in root.iter("g"):
        join(group)
    for mesh in () if apart else meshes:
        merge(mesh)
    for use in root.iter("use"):  # a theme that rewrites every href of a page would stumble over a read-only one
        use.attrib["xlink:href"] = use.attrib.pop("href")
    prune(root)


def identify(root: Element, prefix: str, names: frozenset[str]) -> dict[str, str]:
    """Rename the ids that are referred to or named, in order of their appearance, and drop the others; return what became of them."""
    used = {
        match[0] for element in root.iter() for value in element.attrib.values() for match in REFERENCE.finditer(value)
    }
    new: dict[str, str] = {}
    for element in root.iter():
        old = element.get("id", "")
        if old in names:
            new[old] = f"{prefix}-{old}"
        elif old in used:
            new[old] = f"{prefix}-{len(new) + 1}"
    refer(root, new)
    return new


def refer(root: Element, new: Mapping[str, str]) -> None:
    """Give every id and every reference its new name; drop an id that has none."""
    for element in root.iter():
        old = element.attrib.pop("id", "")
        if old in new:
            element.attrib["id"] = new[old]
        elif old.startswith("QuadMesh"):
            element.attrib["class"] = "QuadMesh"
        for key, value in element.attrib.items():
            if "#" in value:
                element.attrib[key] = REFERENCE.sub(lambda match: new[match[0]], value)


def dress(element: Element, outline: Callable[[str], str]) -> None:
    """Turn colours into roles, rewrite paths, round other coordinates to 1/100 point, and drop what is so anyway."""
    for key in GEOMETRY.intersection(element.attrib):
        element.attrib[key] = (outline if key == "d" else rounded)(element.attrib[key])
    if IDLE.fullmatch(element.get("transform", "")):
        del element.attrib["transform"]
    if declared := _declared(element.attrib.pop("style", "")):
        element.attrib["style"] = declared


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
            raise StrangeColour(f"something is drawn with {name} {value}")
        if name == "font-family":
            value = value.replace("'", "") + ",serif"
        if (name, value) not in {("font-family", f"{FAMILY},serif"), ("font-size", SIZE), ("stroke-linejoin", "round")}:
            declared.append(f"{name}:{COLOUR.sub(_role, value)}")
    return ";".join(declared)


def _role(match: re.Match[str]) -> str:
    colour = match[0].lower()
    if colour not in NAMES:
        raise StrangeColour(f"something is drawn in {colour}")
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


def coloured(cells: Element, colours: Iterable[str]) -> Element:
    """Return a matrix, whose cells stand apart in `cells`, in other colours, given as on light paper."""
    mesh = Element(cells.tag, cells.attrib)
    for cell, colour in zip(cells, colours, strict=True):
        style = VARIABLE.sub(f"var({variable(NAMES[colour])}, {colour})", cell.attrib["style"])
        mesh.append(Element("path", cell.attrib | {"style": style}))
    merge(mesh)
    return mesh


def prune(element: Element) -> None:
    """Drop empty groups, and put the children of a group that says nothing in its place."""
    children: list[Element] = []
    for child in element:
        prune(child)
        if child.tag == "path" and child.get("style") == "fill:none" and element.tag != "clipPath":
            continue  # the background of a figure or of axes
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        elif child.tag not in ("g", "defs") or len(child) or child.get("id"):
            children.append(child)
    element[:] = children
