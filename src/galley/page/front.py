"""The front matter of a page, as MkDocs takes it: a mapping in YAML between two lines of dashes, which is not shown."""

import re
from collections.abc import Iterator

import yaml

_FRONT = re.compile(r"\A---[ \t]*\n(?P<matter>.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_BARE = re.compile(r"\A {0,3}[\w-]+:(?!/)", re.ASCII)


def end(raw: str) -> int:
    """Return the offset at which the front matter ends; a page may begin with a rule, and then it has none."""
    match = _FRONT.match(raw)
    if match is None:
        return 0
    try:
        return match.end() if isinstance(yaml.safe_load(match["matter"] or ""), dict) else 0
    except (yaml.YAMLError, ValueError, RecursionError):
        return match.end()


def mistakes(raw: str) -> Iterator[tuple[int, str, str]]:
    """Yield what an engine would print, or leave out, although it is meant otherwise: offset, what is wrong, what is right."""
    match = _FRONT.match(raw)
    if match is None:
        if bare := _BARE.match(raw):
            wrong = (
                f"the page begins with {bare[0].strip()}, and what begins so is taken for front matter and not shown"
            )
            yield 0, wrong, "begin with a heading, or put front matter between two lines ---"
        return
    try:
        yaml.safe_load(match["matter"] or "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = match.start("matter") + mark.index if mark else 0
        said = getattr(error, "problem", None) or type(error).__name__
        yield min(place, len(raw)), f"the front matter is no YAML: {said}", "mend it: it would be printed as text"
