"""What elements, attributes and left-over marks of a finished page mean to its reader, and what is found of them on a page."""

import re
from dataclasses import dataclass, field

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = HEADINGS | frozenset(
    "address article aside blockquote body button caption dd details div dl dt fieldset figcaption figure footer form header hr"
    " label legend li main nav ol option output p pre section summary svg table tbody text tfoot thead title tr ul desc".split()
)
LOADS = frozenset(("src", "data", "poster", "data-frames"))
REFERS = frozenset("for list headers aria-labelledby aria-describedby aria-controls aria-owns aria-details".split())
DESCRIBES = re.compile(r"(?:og:|twitter:)?(description|title)")
COUNTED = {  # what an engine numbers itself
    "footnote-ref": "note",
    "footnote-backref": "note",
    "linenodiv": "line",
    "caption-prefix": "figure",
}
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

Place = tuple[int, int]


@dataclass(frozen=True)
class Shown:
    """The numerals of one block of a finished page, with its words and where it starts.

    `role` is text, aside (an attribute), drawing (its title or description), or the page's title or description; `within` tells the
    page's own text from what the site puts around it; `target` is where the link leads that the block stands in or belongs to;
    `typed` is whether all of it is part of formulas and numbers that the press sets as their author typed them.
    """

    role: str
    place: Place
    tokens: tuple[str, ...]
    words: str
    within: bool
    target: str | None
    typed: bool


@dataclass
class Reading:
    """What one finished page shows and says; `sections` are those of a search: an id, the numerals of its heading and of its text."""

    blocks: list[Shown] = field(default_factory=list)
    sections: list[tuple[str, list[str], list[str]]] = field(default_factory=lambda: [("", [], [])])
    ids: dict[str, list[str]] = field(default_factory=dict)  # with the numerals of those that are headings
    refers: list[tuple[str, Place]] = field(default_factory=list)
    follows: list[tuple[str, Place]] = field(default_factory=list)
    loads: list[tuple[str, Place]] = field(default_factory=list)
    wrong: list[tuple[Place, str, str]] = field(default_factory=list)


@dataclass
class Open:
    """An element that is open, with what its descendants inherit."""

    tag: str
    id: str
    target: str | None = None
    rendering: str = ""  # of a formula: mathml or tex
    counted: str = ""  # what an engine numbers: note, line or figure
    searched: bool = True
    raw: bool = False  # what looks like Markdown or TeX may stand there
    unseen: bool = False
    within: bool = False
    typed: bool = False
    items: int = 0
