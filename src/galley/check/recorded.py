"""What is noted of a chapter: numerals that no check holds, values of expressions, drawn data.

What is noted proves nothing. It makes every change visible: what moved is red until `accept` has shown it.
"""

import difflib
import json
import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from galley.check.outcome import PageChecks
from galley.findings import Finding, shown
from galley.maths.printed import show
from galley.maths.reals import log10

WIDTH = 300  # of a line: a mark of a figure stands on one, so that a chapter stays within some 200 lines
TOLERANCE = (
    1e-8  # of the largest magnitude: other processors run other kernels, whose last bits chaotic networks amplify
)
ACCEPT = "if that is meant, run make accept"


def state(checks: PageChecks, drawings: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what is to be recorded of a page."""
    return {
        "numerals": {
            slug: [" · ".join(text for _, text in block) for block in blocks]
            for slug, blocks in checks.recorded.items()
        },
        "values": {key: plain(value) for key, value in sorted(checks.values.items())},
        "figures": {name: drawings[name] for name in sorted(drawings)},
    }


def plain(value: Any) -> Any:
    """Return a value as JSON holds it; a number beyond float64 stands as its sign and decimal logarithm."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, bool | str | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value and not 1e-300 < abs(value) < Fraction(10) ** 300:
        return {"sign": 1 if value > 0 else -1, "log10": float(log10(abs(value)))}
    return float(value)


def settled(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be noted with all that agrees with the record as it stands there: another processor rewrites nothing."""
    try:
        old = load(path)
    except (OSError, ValueError):
        return content
    values = {
        key: old["values"][key] if key in old["values"] and close(old["values"][key], value) else value
        for key, value in content["values"].items()
    }
    figures = {
        name: old["figures"][name] if name in old["figures"] and not _differs(old["figures"][name], drawn) else drawn
        for name, drawn in content["figures"].items()
    }
    return {**content, "values": values, "figures": figures}


def load(path: Path) -> dict[str, Any]:
    """Return a chapter's record.

    Raises:
        ValueError: if the file is no record.
    """
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or set(found) != {"numerals", "values", "figures"}:
        raise ValueError("it does not hold numerals, values and figures")
    return found


def dump(content: Mapping[str, Any]) -> str:
    """Return a record as its file holds it: what fits on a line stands on one."""
    from galley.drawing import snapshot  # here, because it needs NumPy, and what has not moved needs neither

    return snapshot.compact(content, WIDTH) + "\n"


def compare(
    path: Path,
    checks: PageChecks,
    drawings: Mapping[str, dict[str, Any]],
    places: Mapping[str, int],
    *,
    whole: bool = True,
) -> list[Finding]:
    """Return one finding for each thing that moved since the record was accepted, at its place on the page.

    Args:
        path: the record.
        checks: what the page came to.
        drawings: what its figures drew.
        places: where it shows them.
        whole: whether nothing was wrong before; if it was, what is new or gone is not told: it may be back once that is mended.
    """
    page = checks.page
    if not path.is_file():
        return [
            Finding(page.path, 1, 1, "nothing is recorded of this page yet", "run make accept once its checks pass")
        ]
    try:
        old = load(path)
    except ValueError as error:
        return [
            Finding(
                path,
                1,
                1,
                f"the recorded values cannot be read: {error}",
                "restore the file, or delete it and run make accept",
            )
        ]
    new = state(checks, drawings)
    findings: list[Finding] = []

    def note(offset: int, wrong: str) -> None:
        findings.append(Finding(page.path, *page.place(offset), wrong, ACCEPT))

    for slug in {**old["numerals"], **new["numerals"]}:
        blocks = checks.recorded.get(slug, [])
        section = next((section for section in page.sections if section.slug == slug), page.sections[0])
        for offset, wrong, changed in _numerals(old["numerals"].get(slug, []), blocks, section.start):
            if changed or whole:
                note(offset, wrong)
    starts = {section.slug: section.start for section in page.sections}
    for key in {**old["values"], **new["values"]}:
        place = checks.value_places.get(key, starts.get(key.partition(": ")[0], 0))
        if key not in old["values"]:
            if whole:
                note(place, f"the value of {key} is not recorded: {show(new['values'][key])}")
        elif key not in new["values"]:
            if whole:
                note(place, f"{key} is recorded as {show(old['values'][key])}, but nothing on the page gives it")
        elif not close(old["values"][key], new["values"][key]):
            note(place, f"{key} is recorded as {show(old['values'][key])} and is {show(new['values'][key])} now")
    for name in {**old["figures"], **new["figures"]}:
        if name not in old["figures"]:
            note(places[name], f"the drawn data of {name} is not recorded")
        elif name not in new["figures"]:
            if name not in places and whole:
                note(0, f"the figure {name} is recorded in {shown(path)}, but the page does not show it")
        else:
            for wrong in _differs(old["figures"][name], new["figures"][name]):
                note(places[name], f"{name}: {wrong}")
    return findings


def close(old: Any, new: Any) -> bool:
    """Tell whether two recorded values agree within the tolerance."""
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return False
        scale = max((abs(value) for value in [*old, *new] if isinstance(value, int | float)), default=0.0)
        return all(close(one, other) or _within(one, other, scale) for one, other in zip(old, new, strict=True))
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(close(old[key], new[key]) for key in old)
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    if isinstance(old, int | float) and isinstance(new, int | float):
        return _within(old, new, max(abs(old), abs(new)))
    return bool(old == new)


def _within(one: Any, other: Any, scale: float) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers and abs(one - other) <= TOLERANCE * scale


def _numerals(old: list[str], blocks: list[list[tuple[int, str]]], start: int) -> Iterable[tuple[int, str, bool]]:
    """Yield the place and the words for each numeral that was recorded differently, and whether another stands for it."""
    now = [(offset, text, index) for index, block in enumerate(blocks) for offset, text in block]
    before = [(text, index) for index, block in enumerate(old) for text in block.split(" · ")]
    matcher = difflib.SequenceMatcher(None, [text for text, _ in before], [text for _, text, _ in now], autojunk=False)
    moved = True
    for tag, first, last, low, high in matcher.get_opcodes():
        was, stands = " · ".join(text for text, _ in before[first:last]), now[low:high]
        if tag == "equal":
            continue
        moved = False
        if tag == "delete":
            offset = now[low][0] if low < len(now) else now[-1][0] if now else start
            yield offset, f"{was} is recorded before this place, but is not printed", False
        else:
            said = " · ".join(text for _, text, _ in stands)
            words = f"{said} stands where {was} is recorded" if was else f"{said} is not recorded"
            yield stands[0][0], words, bool(was)
    if moved and [" · ".join(text for _, text in block) for block in blocks] != old:
        words = "the numerals of this section stand in other paragraphs than those recorded"
        yield now[0][0] if now else start, words, False


def _differs(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return in words what a figure draws otherwise than before."""
    if old == new:
        return []
    from galley.drawing import snapshot

    try:
        return snapshot.compare(old, new)
    except (AttributeError, KeyError, TypeError):
        return ["it is recorded in another form than this press has"]


def differences(path: Path, content: Mapping[str, Any]) -> list[str]:
    """Return the lines of a unified diff from the recorded file to `content`."""
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    name = shown(path)
    return list(difflib.unified_diff(old.splitlines(), dump(content).splitlines(), name, name, lineterm="", n=1))
