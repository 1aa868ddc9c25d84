"""What elements, attributes and left-over marks of a finished page mean to its reader."""

import re
from dataclasses import dataclass

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = HEADINGS | frozenset(
    "address article aside blockquote body button caption dd details div dl dt fieldset figcaption figure footer form header hr"
    " label legend li main nav ol option output p pre section summary svg table tbody text tfoot thead title tr ul desc".split()
)
LOADS = frozenset(("src", "data", "poster", "data-frames"))
REFERS = frozenset("for list headers aria-labelledby aria-describedby aria-controls aria-owns aria-details".split())
DESCRIBES = re.compile(r"(?:og:|twitter:)?(description|title)")
COUNTED = {"footnote-ref": "note", "footnote-backref": "note", "linenodiv": "line"}  # what an engine numbers itself
RAW = re.compile(
    r"""
    \\[()\[\]] | \\[A-Za-z]{2,} | \{\{ | \}\} | \{% | %\} | --8<-- | \[\^[^\]\s]+\] | \*\* | \]\( | ``` | <!--
  | ^\s*(?:!!!|\?\?\?\+?|///|===)(?=\s) | (?:^|\s)\[[xX ]\]\s | ^\s*\#{1,6}\w | \{:?\s*[.\#][\w-][^{}]*\}
    """,
    re.VERBOSE | re.MULTILINE,
)
OURS = re.compile(r"\s*(?:=|(?:holds|eq|cited|note):)")
LENGTHS = re.compile(
    r"(?:\\\\\*?\[|\\(?:[hv]space\*?|[mh]?kern|[hm]skip|rule|raisebox)\s*\{?)\s*-?[\d.]+\s*[a-z]{2}|\\color\{\#\w*\}"
)  # in TeX: what measures and paints, and so is not printed


@dataclass
class Open:
    """An element that is open, with what its descendants inherit."""

    tag: str
    id: str
    target: str | None = None
    rendering: str = ""  # of a formula: katex, mathml, html or tex
    counted: str = ""  # what an engine numbers: note or line
    searched: bool = True
    raw: bool = False  # what looks like Markdown or TeX may stand there
    unseen: bool = False
    within: bool = False
    typed: bool = False
    items: int = 0
