"""An SVG with its words for a screen reader: in a page, or as a file of its own. Needs no matplotlib."""

import base64
import re
from collections.abc import Iterator, Mapping
from html import escape
from xml.etree import ElementTree

from galley.figure.palette import FAMILY, ROLES

VARIABLE = re.compile(r"var\(--galley-[\w-]+, (#[0-9a-f]{6})\)")
FONT = re.compile(r"font-(style|weight|family): ?([^;]+)")


def embed(svg: str, prefix: str, title: str, description: str = "", *, beside: str = "") -> str:
    """Return the SVG with a title and, if there is one, a description for a screen reader, then what stands `beside` them."""
    names = ("title", "desc") if description else ("title",)
    words = "".join(
        f'<{name} id="{prefix}-{name}">{escape(text)}</{name}>'
        for name, text in zip(names, (title, description), strict=False)
    )
    start, _, rest = svg.partition(">")
    return f'{start} aria-labelledby="{" ".join(f"{prefix}-{name}" for name in names)}">{words}{beside}{rest}'


def light(svg: str) -> str:
    """Return the SVG with the colours of the light scheme written out."""
    return VARIABLE.sub(r"\1", svg)


def alone(
    svg: str, prefix: str, title: str, description: str, size: tuple[float, float], fonts: Mapping[str, bytes]
) -> str:
    """Return the SVG as a file that needs no page: light colours on paper, its fonts (woff2, of `fonts`) within."""
    faces = "".join(
        f"@font-face{{font-family:{family};font-style:{style};font-weight:{weight};"
        f"src:url(data:font/woff2;base64,{data})}}"
        for family, style, weight, data in _faces(svg, fonts)
    )
    page = f'<style>{faces}</style><rect width="100%" height="100%" fill="{ROLES["paper"]}"/>'
    sized = svg.replace(' data-search-exclude=""', f' width="{size[0]:g}pt" height="{size[1]:g}pt"', 1)
    return embed(light(sized), prefix, title, description, beside=page)


def _faces(svg: str, fonts: Mapping[str, bytes]) -> Iterator[tuple[str, str, str, str]]:
    """Give family, style, weight and content of each font that the text is set in."""
    faces = set()
    for element in ElementTree.fromstring(svg).iter():
        if element.tag.endswith(("text", "tspan")) and element.text:
            font = dict(FONT.findall(element.get("style", "")))
            family = font.get("family", FAMILY).partition(",")[0]
            faces.add((family, font.get("style", "normal"), font.get("weight", "400")))
    for family, style, weight in sorted(faces):
        cut = ("Bold" if weight == "700" else "") + ("Italic" if style == "italic" else "") or "Regular"
        yield family, style, weight, base64.b64encode(fonts[f"{family}-{cut}.woff2"]).decode()
